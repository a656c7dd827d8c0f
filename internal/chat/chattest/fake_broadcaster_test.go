package chattest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

func TestBroadcaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBroadcaster()
		b.Gone("gone")
		b.Fail("fails")
		b.Hang("hangs")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		messages := []chat.Message{{Seq: 1, Text: "hi"}}
		start := time.Now()
		gone := b.Push(ctx, []string{"a", "gone", "hangs", "fails", "b"}, chat.MessagesPush{Room: "r", Messages: messages})
		wantSame(t, "gone", gone, []string{"gone"})
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("the hanging one lasted %v", waited)
		}
		messages[0].Text = "changed afterwards"
		for _, id := range []string{"a", "b"} {
			wantSame(t, "to "+id, b.Messages(id, "r"), []chat.Message{{Seq: 1, Text: "hi"}})
		}
		for _, id := range []string{"gone", "hangs", "fails"} {
			wantSame(t, "to "+id, b.Pushes(id), []chat.Push(nil))
		}
		b.Heal("fails")
		b.Push(ctx, []string{"fails"}, chat.PresencePush{Room: "r"})
		if got := b.Pushes("fails"); len(got) != 1 || b.Calls() != 2 {
			t.Errorf("healed: %v after %d calls", got, b.Calls())
		}
	})
}

func TestBroadcasterDisconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBroadcaster()
		b.Gone("gone")
		b.Fail("fails")
		b.Hang("hangs")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		bye := chat.Bye{Code: refusal.Unauthorized, Retry: true}
		for id, want := range map[string]error{"a": nil, "gone": nil, "fails": ErrInjected, "hangs": context.DeadlineExceeded} {
			wantErr(t, id, b.Disconnect(ctx, id, bye), want)
		}
		if got, ok := b.Bye("a"); got != bye || !ok {
			t.Errorf("bye to a: %v, %v", got, ok)
		}
		if _, ok := b.Bye("gone"); ok {
			t.Error("bye reached one that was gone")
		}
		wantSame(t, "gone", b.Push(ctx, []string{"a"}, bye), []string{"a"})
	})
}

func TestBroadcasterAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBroadcaster()
		result := make(chan error)
		go func() { result <- b.AwaitPushes(t.Context(), "a", 2) }()
		for range 2 {
			synctest.Wait()
			select {
			case err := <-result:
				t.Fatalf("it came back early: %v", err)
			default:
			}
			b.Push(t.Context(), []string{"a"}, chat.Bye{})
		}
		must(t, <-result)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.AwaitPushes(ctx, "a", 3); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
