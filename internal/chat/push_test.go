package chat_test

import (
	"testing"
	"testing/synctest"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/refusal"
)

// inBubble runs a test in a bubble of synctest, whose time the service uses.
func inBubble(t *testing.T, test func(*chattest.Stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(chattest.NewStage(t, newFake, func(o *chat.Options) { o.Now = time.Now }))
	})
}

func TestHangingPushEndsAfterItsBudget(t *testing.T) {
	inBubble(t, func(s *chattest.Stage) {
		_, ann := s.Guest("Ann", "room")
		_, ben := s.Guest("Ben", "room")
		s.Broadcaster.Hang(ben)
		start := time.Now()
		receipt := s.Send(ann, "room", "c1", "hello", nil)
		s.Same("time", time.Since(start), 1500*time.Millisecond)
		s.Same("place", receipt.Seq, int64(1))
		s.Same("live", s.Seats("room"), []string{ann, ben})
	})
}

// TestBusyAfterTwelveRounds: a sender who loses every slot waits a little
// longer after each round, and gets busy before a function's time is over.
func TestBusyAfterTwelveRounds(t *testing.T) {
	inBubble(t, func(s *chattest.Stage) {
		_, ann := s.Guest("Ann", "room")
		room := s.Join(ann, "room").Room
		seq := int64(0)
		service, faulty := s.Faulty(func(c chattest.Call) chattest.Fault {
			if c.Op == "Append" {
				seq++
				s.Fill(room, seq, seq, "")
			}
			return chattest.Fault{}
		})
		start := time.Now()
		_, err := service.Send(s.Ctx, ann, chat.Draft{Room: "room", CID: "c1", Text: "hello"})
		s.Refused(err, refusal.Busy)
		if took := time.Since(start); took > 6*time.Second {
			t.Errorf("busy only after %v", took)
		}
		appends := 0
		for _, op := range faulty.Trace() {
			if op == "Append" {
				appends++
			}
		}
		s.Same("puts", appends, 24)
	})
}

func TestRoomThatNobodySeesMade(t *testing.T) {
	inBubble(t, func(s *chattest.Stage) {
		_, ann := s.Guest("Ann")
		service, _ := s.Faulty(func(c chattest.Call) chattest.Fault {
			if c.Op == "CreateRoom" {
				return chattest.Fault{When: chattest.Before, Err: refusal.ErrTaken}
			}
			return chattest.Fault{}
		})
		_, err := service.Join(s.Ctx, ann, "room", nil)
		s.Refused(err, refusal.Busy)
	})
}
