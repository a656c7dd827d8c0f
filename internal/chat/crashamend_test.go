package chat_test

import (
	"fmt"
	"testing"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/refusal"
)

// amending is a message of Ann's, edited once, before another edit or its
// deletion.
type amending struct {
	ann   string
	room  chat.Room
	draft chat.Draft
}

func prepareAmending(draft chat.Draft) func(*chattest.Stage) amending {
	return func(s *chattest.Stage) amending {
		_, ann := s.Guest("Ann", "room")
		given := amending{ann: ann, room: s.Join(ann, "room").Room, draft: draft}
		s.Send(ann, "room", "c1", "hello", nil)
		s.Say(ann, chattest.Edit(1, "first edit"))
		given.draft.Since = &chat.Position{Epoch: given.room.Epoch, Seq: 2}
		return given
	}
}

func actAmending(s *chattest.Stage, service chattest.Rules, given amending) error {
	_, err := service.Send(s.Ctx, given.ann, given.draft)
	return err
}

// TestEditCrashes: once it has been repeated, the edit holds.
func TestEditCrashes(t *testing.T) {
	everyCrash(t, prepareAmending(chattest.Edit(1, "second edit")), actAmending, func(s *chattest.Stage, given amending) {
		receipt := s.Say(given.ann, given.draft)
		rows := s.Rows("room", given.room.Epoch)
		s.Same("rows", len(rows), 3)
		s.Same("text", rows[0].Text, "second edit")
		s.Same("edits", rows[0].Edits, []int64{2, receipt.Seq})
	})
}

// TestDeleteCrashes: once it has been repeated, no text is left.
func TestDeleteCrashes(t *testing.T) {
	everyCrash(t, prepareAmending(chattest.Delete(1)), actAmending, func(s *chattest.Stage, given amending) {
		receipt := s.Say(given.ann, given.draft)
		wantNoText(s, given)
		s.Same("deleted by", s.Rows("room", given.room.Epoch)[0].Deleted, receipt.Seq)
	})
}

// TestEditCrashesBesideADeletion crashes an edit while the message is deleted,
// and the deletion as well, at every one of their calls.
func TestEditCrashesBesideADeletion(t *testing.T) {
	for k := 1; k <= 7; k++ {
		for _, after := range []bool{false, true} {
			first := crash{k: k, after: after, dies: true}
			t.Run(first.String(), func(t *testing.T) {
				deletion := chattest.Delete(1)
				act := func(s *chattest.Stage, service chattest.Rules, given amending) error {
					began := false
					dying, _ := s.Faulty(func(call chattest.Call) chattest.Fault {
						if call.Op == "Amend" && !began {
							began = true
							_, err := service.Send(s.Ctx, given.ann, deletion)
							t.Logf("deletion: %v", err)
						}
						return first.plan(call)
					})
					_, err := dying.Send(s.Ctx, given.ann, given.draft)
					if !began {
						_, _ = service.Send(s.Ctx, given.ann, deletion)
					}
					return err
				}
				everyCrash(t, prepareAmending(chattest.Edit(1, "second edit")), act, func(s *chattest.Stage, given amending) {
					s.Say(given.ann, deletion)
					if _, err := s.Chat.Send(s.Ctx, given.ann, given.draft); err != nil {
						s.Refused(err, refusal.NotFound) // it never came into the log
					}
					wantNoText(s, given)
				})
			})
		}
	}
}

func wantNoText(s *chattest.Stage, given amending) {
	s.Helper()
	for _, m := range s.Rows("room", given.room.Epoch) {
		if m.Text != "" {
			s.Errorf("row %d still has %q", m.Seq, m.Text)
		}
	}
}

// TestReactCrashes: a reaction is a row and nothing else.
func TestReactCrashes(t *testing.T) {
	everyCrash(t, prepareAmending(chattest.React(1, "👍")), actAmending, func(s *chattest.Stage, given amending) {
		s.Say(given.ann, given.draft)
		s.Same("rows", fmt.Sprint(len(s.Rows("room", given.room.Epoch))), "3")
	})
}

// TestTypingCrashes: in every failure the room is told at most once and nothing
// is left.
func TestTypingCrashes(t *testing.T) {
	prepare := func(s *chattest.Stage) string {
		_, ann := s.Guest("Ann", "room")
		s.Guest("Ben", "room")
		return ann
	}
	act := func(s *chattest.Stage, service chattest.Rules, ann string) error {
		return service.Typing(s.Ctx, ann, "room")
	}
	everyCrash(t, prepare, act, func(s *chattest.Stage, ann string) {
		s.OK(s.Chat.Typing(s.Ctx, ann, "room"))
		s.Same("seats", len(s.Seats("room")), 2)
	})
}
