package chat_test

import (
	"fmt"
	"testing"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/people"
)

// crash is a failure of a request: its k-th store call fails, and all later
// ones fail, too, as if the process had died there (or only that one fails, as
// in a hiccup of the network).
type crash struct {
	k     int
	after bool // the call took effect
	dies  bool
}

func (c crash) String() string {
	return fmt.Sprintf("call %d, effect %v, dies %v", c.k, c.after, c.dies)
}

func (c crash) plan(call chattest.Call) chattest.Fault {
	switch {
	case call.Index == c.k && c.after:
		return chattest.Fault{When: chattest.After}
	case call.Index == c.k, c.dies && call.Index > c.k:
		return chattest.Fault{When: chattest.Before}
	}
	return chattest.Fault{}
}

// everyCrash runs a scenario once with every crash of an action: prepare makes
// the stage, act crashes, and check repeats the action as a client would and
// checks what must hold. It ends when act no longer has a k-th call.
func everyCrash[T any](
	t *testing.T, prepare func(*chattest.Stage) T, act func(*chattest.Stage, chattest.Rules, T) error, check func(*chattest.Stage, T),
) {
	t.Helper()
	for k := 1; ; k++ {
		more := false
		for _, c := range []crash{{k, false, false}, {k, true, false}, {k, false, true}, {k, true, true}} {
			t.Run(c.String(), func(t *testing.T) {
				s := chattest.NewStage(t, newFake)
				given := prepare(s)
				service, faulty := s.Faulty(c.plan)
				err := act(s, service, given)
				t.Logf("%d calls, error: %v", len(faulty.Trace()), err)
				more = more || len(faulty.Trace()) >= k
				check(s, given)
			})
		}
		if !more {
			if k < 3 {
				t.Error("nothing was tried")
			}
			return
		}
	}
}

type sending struct {
	ann, ben string
	room     chat.Room
	draft    chat.Draft
}

func prepareSending(since int64) func(*chattest.Stage) sending {
	return func(s *chattest.Stage) sending {
		_, ann := s.Guest("Ann", "room")
		_, ben := s.Guest("Ben", "room")
		given := sending{ann: ann, ben: ben, room: s.Join(ann, "room").Room}
		s.Fill(given.room, 1, 3, "")
		given.draft = chat.Draft{Room: "room", CID: "c1", Text: "hello"}
		if since >= 0 {
			given.draft.Since = &chat.Position{Epoch: given.room.Epoch, Seq: since}
		}
		return given
	}
}

// checkSending repeats a send, with others speaking in between, and wants
// exactly one row of it.
func checkSending(s *chattest.Stage, given sending) {
	s.Send(given.ben, "room", "b1", "in between", nil)
	receipt := s.Send(given.ann, "room", "c1", "hello", given.draft.Since)
	wantOnce(s, given, receipt)
}

func wantOnce(s *chattest.Stage, given sending, receipt chat.Receipt) {
	s.Helper()
	var places, all []int64
	for _, m := range s.Rows("room", given.room.Epoch) {
		all = append(all, m.Seq)
		if m.CID == "c1" {
			places = append(places, m.Seq)
		}
	}
	s.Same("places of the message", places, []int64{receipt.Seq})
	s.Same("places", all, []int64{1, 2, 3, 4, 5})
	if len(s.Broadcaster.Messages(given.ben, "room")) == 0 {
		s.Error("the repeat was not pushed")
	}
}

func TestSendCrashes(t *testing.T) {
	act := func(s *chattest.Stage, service chattest.Rules, given sending) error {
		_, err := service.Send(s.Ctx, given.ann, given.draft)
		return err
	}
	for _, since := range []int64{-1, 0, 3} {
		t.Run(fmt.Sprint("since ", since), func(t *testing.T) {
			everyCrash(t, prepareSending(since), act, checkSending)
		})
	}
}

// TestSendAndRepeatCrash also crashes the repeat, at every one of its calls.
func TestSendAndRepeatCrash(t *testing.T) {
	for k := 1; k <= 5; k++ {
		for _, after := range []bool{false, true} {
			first := crash{k: k, after: after, dies: true}
			t.Run(first.String(), func(t *testing.T) {
				act := func(s *chattest.Stage, service chattest.Rules, given sending) error {
					dying, _ := s.Faulty(first.plan)
					_, _ = dying.Send(s.Ctx, given.ann, given.draft) // the first attempt, which dies
					_, err := service.Send(s.Ctx, given.ann, given.draft)
					return err
				}
				everyCrash(t, prepareSending(1), act, checkSending)
			})
		}
	}
}

// TestSendCrashesInAHurry lets another sender take the slot just before the
// put, so that the put has to go to the next slot.
func TestSendCrashesInAHurry(t *testing.T) {
	for k := 1; k <= 6; k++ {
		for _, after := range []bool{false, true} {
			c := crash{k: k, after: after, dies: true}
			t.Run(c.String(), func(t *testing.T) {
				s := chattest.NewStage(t, newFake)
				given := prepareSending(2)(s)
				took := false
				service, _ := s.Faulty(func(call chattest.Call) chattest.Fault {
					if call.Op == "Append" && !took {
						took = true
						s.Send(given.ben, "room", "b1", "first", nil)
					}
					return c.plan(call)
				})
				_, err := service.Send(s.Ctx, given.ann, given.draft)
				t.Logf("error: %v", err)
				if !took {
					s.Send(given.ben, "room", "b1", "first", nil)
				}
				wantOnce(s, given, s.Send(given.ann, "room", "c1", "hello", given.draft.Since))
			})
		}
	}
}

func TestPostCrashes(t *testing.T) {
	prepare := func(s *chattest.Stage) people.Session { return s.SignIn("Ann") }
	draft := chat.Draft{Room: "New", CID: "c1", Text: "hello"}
	act := func(s *chattest.Stage, service chattest.Rules, session people.Session) error {
		_, err := service.Post(s.Ctx, session, draft)
		return err
	}
	everyCrash(t, prepare, act, func(s *chattest.Stage, session people.Session) {
		session, err := s.Store.Session(s.Ctx, session.Hash)
		s.OK(err)
		receipt, err := s.Chat.Post(s.Ctx, session, draft)
		s.OK(err)
		s.Same("place", receipt.Seq, int64(1))
		s.Same("rows", len(s.Rows("new", receipt.Epoch)), 1)
	})
}
