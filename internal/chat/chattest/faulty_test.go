package chattest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

func TestFaulty(t *testing.T) {
	mine := errors.New("mine")
	for _, test := range []struct {
		name   string
		fault  Fault
		want   error
		effect bool
	}{
		{"none", Fault{}, nil, true},
		{"before", Fault{When: Before}, ErrInjected, false},
		{"before, with an error", Fault{When: Before, Err: mine}, mine, false},
		{"after", Fault{When: After}, ErrInjected, true},
		{"after, with an error", Fault{When: After, Err: refusal.ErrBusy}, refusal.ErrBusy, true},
		{"hang before", Fault{When: HangBefore}, context.DeadlineExceeded, false},
		{"hang after", Fault{When: HangAfter}, context.DeadlineExceeded, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := NewStore(time.Now)
				f := NewFaulty(store, func(c Call) Fault {
					if c.Op == "Append" && c.N == 2 {
						return test.fault
					}
					return Fault{}
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err := f.Append(ctx, "r", "e", chat.Message{Seq: 1})
				must(t, err)
				_, err = f.Append(ctx, "r", "e", chat.Message{Seq: 2})
				if !errors.Is(err, test.want) {
					t.Errorf("got error %v, want %v", err, test.want)
				}
				page, err := f.ReadLog(t.Context(), "r", chat.LogRange{Epoch: "e", Limit: 10})
				if must(t, err); (len(page.Rows) == 2) != test.effect {
					t.Errorf("effect: %d rows", len(page.Rows))
				}
				wantSame(t, "trace", f.Trace(), []string{"Append", "Append", "ReadLog"})
			})
		})
	}
}

func TestFaultyRooms(t *testing.T) {
	store := NewStore(time.Now)
	for _, key := range []string{"a", "b"} {
		must(t, store.CreateRoom(t.Context(), chat.Room{Key: key}))
	}
	f := NewFaulty(store, func(c Call) Fault {
		if c.Index == 2 {
			return Fault{When: After}
		}
		return Fault{}
	})
	rooms, more, err := f.Rooms(t.Context(), "", 1)
	if must(t, err); len(rooms) != 1 || !more {
		t.Errorf("got %v, more %v", rooms, more)
	}
	rooms, more, err = f.Rooms(t.Context(), "", 1)
	if wantErr(t, "second", err, ErrInjected); len(rooms) != 0 || more {
		t.Errorf("got %v, more %v with an error", rooms, more)
	}
}

func TestStoreCounts(t *testing.T) {
	s := NewStore(time.Now)
	s.Session(t.Context(), "h")
	s.Session(t.Context(), "h")
	s.Claim(t.Context(), people.Claim{Key: "k"})
	wantSame(t, "calls", s.Calls(), map[string]int{"Session": 2, "Claim": 1})
	s.ResetCalls()
	wantSame(t, "after a reset", s.Calls(), map[string]int{})
}
