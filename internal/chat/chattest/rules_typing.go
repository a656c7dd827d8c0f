package chattest

import (
	"fmt"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// typing tests that a room sees that a person is writing.
func (s rulesSuite) typing(t *testing.T) {
	s.run(t, "to all but the person", (*Stage).typingPushed)
	s.run(t, "at most every 3 s", (*Stage).typingEvery)
	s.run(t, "not in large rooms", (*Stage).typingInCrowd)
	s.run(t, "store calls", (*Stage).callsOfTyping)
}

// typed lists the typing pushes that a connection got.
func (s *Stage) typed(conn string) (pushes []chat.TypingPush) {
	for _, p := range s.Broadcaster.Pushes(conn) {
		if p, ok := p.(chat.TypingPush); ok {
			pushes = append(pushes, p)
		}
	}
	return pushes
}

func (s *Stage) typingPushed() {
	session, ann := s.Guest("Ann", "room")
	second := s.Connect(session)
	s.Join(second, "room")
	_, ben := s.Guest("Ben", "room", "elsewhere")
	s.OK(s.Chat.Typing(s.Ctx, ann, " ROOM "))
	want := []chat.TypingPush{{Room: "room", Person: chat.Person{UID: session.UID, Name: "Ann"}}}
	s.Same("Ben's", s.typed(ben), want)
	s.Same("Ann's", len(s.typed(ann))+len(s.typed(second)), 0)
	s.OK(s.Chat.Typing(s.Ctx, ann, "elsewhere")) // a room that she is not in
	s.OK(s.Chat.Typing(s.Ctx, "no connection", "room"))
	s.OK(s.Chat.Typing(s.Ctx, ann, "nowhere"))
	s.Same("Ben's then", s.typed(ben), want)
	s.Refused(s.Chat.Typing(s.Ctx, ann, " "), refusal.BadRequest)
	s.Broadcaster.Gone(ben)
	s.Pass(3 * time.Second)
	s.OK(s.Chat.Typing(s.Ctx, ann, "room"))
	s.Same("who is live", s.Seats("room"), []string{ann, second})
}

func (s *Stage) typingEvery() {
	_, ann := s.Guest("Ann", "room")
	_, ben := s.Guest("Ben", "room")
	for _, wait := range []struct {
		pass   time.Duration
		pushed int
	}{{0, 1}, {0, 1}, {2999 * time.Millisecond, 1}, {time.Millisecond, 2}, {time.Hour, 3}} {
		s.Pass(wait.pass)
		s.OK(s.Chat.Typing(s.Ctx, ann, "room"))
		s.Same("pushed", len(s.typed(ben)), wait.pushed)
	}
	s.Pass(2 * time.Hour)
	s.OK(s.Chat.Typing(s.Ctx, ann, "room")) // her seat has expired
	s.Same("pushed", len(s.typed(ben)), 3)
}

func (s *Stage) typingInCrowd() {
	_, ann := s.Guest("Ann", "room")
	_, ben := s.Guest("Ben", "room")
	for n := range 98 {
		s.extra(n)
	}
	s.OK(s.Chat.Typing(s.Ctx, ann, "room"))
	s.Same("among 100", len(s.typed(ben)), 1)
	s.extra(98)
	s.Pass(3 * time.Second)
	s.OK(s.Chat.Typing(s.Ctx, ann, "room"))
	s.Same("among 101", len(s.typed(ben)), 1)
}

// extra puts one more seat into the room.
func (s *Stage) extra(n int) {
	s.Helper()
	_, err := s.Store.PutSeat(s.Ctx, chat.Seat{
		Room: "room", ConnectionID: fmt.Sprint("extra-", n), UID: "u_extra", Name: "Extra",
		JoinedAt: s.Now(), Seen: s.Now(), Expires: s.Now().Add(time.Hour),
	})
	s.OK(err)
}

func (s *Stage) callsOfTyping() {
	_, ann := s.Guest("Ann", "room")
	service, faulty := s.Faulty(func(Call) Fault { return Fault{} })
	s.OK(service.Typing(s.Ctx, ann, "room"))
	s.OK(service.Typing(s.Ctx, ann, "room"))
	s.Same("calls", faulty.Trace(), []string{"TouchTyping", "SampleSeats", "TouchTyping"})
}
