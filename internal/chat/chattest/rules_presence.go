package chattest

import (
	"fmt"
	"testing"
	"time"

	"projectchat/internal/chat"
)

// presence tests who counts as present in a room: people, not connections.
func (s rulesSuite) presence(t *testing.T) {
	s.run(t, "joined and left once", (*Stage).comesAndGoes)
	s.run(t, "two tabs are one person", (*Stage).twoTabs)
	s.run(t, "two tabs that join at once", (*Stage).tabsAtOnce)
	s.run(t, "silent for a presence's life", (*Stage).silent)
	s.run(t, "how long the count holds", (*Stage).holds)
	s.run(t, "those longest there first", (*Stage).byTime)
	s.run(t, "100 connections", (*Stage).hundred)
	s.run(t, "more than 100 connections", (*Stage).moreThanHundred)
}

func (s *Stage) comesAndGoes() {
	_, ann := s.Guest("Ann", "room")
	_, outsider := s.Guest("Eve", "another")
	session, ben := s.Guest("Ben", "room")
	person := chat.Person{UID: session.UID, Name: "Ben"}
	joined := chat.PresencePush{Room: "room", Joined: []chat.Person{person}, OnlineCount: 2, At: s.Now()}
	s.Join(ben, "room") // joining again is told to nobody
	s.Same("told to Ann", s.presences(ann, "room"), []chat.PresencePush{joined})
	s.Pass(time.Second)
	s.OK2(s.Chat.Leave(s.Ctx, ben, "room"))
	s.OK2(s.Chat.Leave(s.Ctx, ben, "room"))
	s.OK(s.Chat.Disconnect(s.Ctx, ben))
	left := chat.PresencePush{Room: "room", Left: []chat.Person{person}, OnlineCount: 1, At: s.Now()}
	s.Same("told to Ann", s.presences(ann, "room"), []chat.PresencePush{joined, left})
	s.Same("told to Ben", s.presences(ben, "room"), []chat.PresencePush(nil))
	s.Same("told to an outsider", s.Broadcaster.Pushes(outsider), []chat.Push(nil))
}

func (s *Stage) twoTabs() {
	_, ann := s.Guest("Ann", "room")
	session, first := s.Guest("Ben", "room")
	s.Broadcaster.Reset()
	second := s.Connect(session)
	presence := s.Join(second, "room").Presence
	s.Same("count", []int{presence.Count, len(presence.Online)}, []int{2, 2})
	s.OK(s.Chat.Disconnect(s.Ctx, first))
	s.Same("told while one tab is there", s.Broadcaster.Calls(), 0)
	s.OK2(s.Chat.Leave(s.Ctx, second, "room"))
	want := []chat.PresencePush{{
		Room: "room", Left: []chat.Person{{UID: session.UID, Name: "Ben"}}, OnlineCount: 1, At: s.Now(),
	}}
	s.Same("told to Ann", s.presences(ann, "room"), want)
	s.Same("told to the tabs", append(s.Broadcaster.Pushes(first), s.Broadcaster.Pushes(second)...), []chat.Push(nil))
}

// tabsAtOnce: both tabs have their seats before either of them reads the seats.
func (s *Stage) tabsAtOnce() {
	_, ann := s.Guest("Ann", "room")
	session := s.SignIn("Ben")
	tabs := []string{s.Connect(session), s.Connect(session)}
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "SampleSeats" {
			s.Join(tabs[1], "room")
		}
		return Fault{}
	})
	s.OK2(service.Join(s.Ctx, tabs[0], "room", nil))
	s.Same("told to Ann", len(s.presences(ann, "room")), 1)
	s.Same("told to nobody of their own", len(s.presences(tabs[0], "room")), 0)
}

func (s *Stage) silent() {
	session, ann := s.Guest("Ann", "room")
	_, ben := s.Guest("Ben", "room")
	s.Broadcaster.Reset()
	count := func() int {
		s.Helper()
		return s.head(ben).Online
	}
	s.Pass(chat.PresenceLife - time.Second)
	s.Same("just before its end", count(), 2)
	s.Pass(time.Second)
	s.Same("after its end", count(), 1)
	presence := s.Join(ben, "room").Presence
	s.Same("count", []int{presence.Count, len(presence.Online)}, []int{1, 1})
	s.Same("they are still pushed to", s.Seats("room"), []string{ann, ben})
	// A person who was no longer there comes back as a newcomer, by the old
	// connection or by another.
	s.Join(s.Connect(session), "room")
	s.Same("told to Ben", len(s.presences(ben, "room")), 1)
	s.Pass(time.Second)
	s.Join(ann, "room")
	s.Same("told to Ben no second time", len(s.presences(ben, "room")), 1)
	s.Pass(chat.PresenceLife)
	s.Join(ann, "room")
	s.Same("told to Ben", len(s.presences(ben, "room")), 2)
}

// head returns the answer of a ping about "room".
func (s *Stage) head(conn string) chat.RoomHead {
	s.Helper()
	heads, err := s.Chat.Ping(s.Ctx, conn, []string{"room"})
	s.OK(err)
	return heads["room"]
}

// holds: OnlineFor lasts until the first person present counts as gone, by the
// latest of their signs of life.
func (s *Stage) holds() {
	session, ann := s.Guest("Ann", "room")
	s.Pass(10 * time.Second)
	_, ben := s.Guest("Ben", "room")
	s.Same("as Ben joins", s.Join(ben, "room").Presence.OnlineFor, chat.PresenceLife-10*time.Second)
	s.Pass(100 * time.Second)
	s.Same("as Ben pings", s.head(ben).OnlineFor, chat.PresenceLife-110*time.Second)
	second := s.Connect(session)
	s.Same("as Ann opens another tab", s.Join(second, "room").Presence.OnlineFor, chat.PresenceLife)
	s.Pass(50 * time.Second)
	s.Same("as a ping renews nothing", s.head(ben).OnlineFor, chat.PresenceLife-50*time.Second)
	s.Pass(50 * time.Second)
	s.Same("as Ann's first tab pings", s.head(ann).OnlineFor, chat.PresenceLife-100*time.Second)
	s.Same("as Ben pings", s.head(ben).OnlineFor, chat.PresenceLife)
	s.Pass(chat.PresenceLife - time.Millisecond)
	_, cat := s.Guest("Cat", "room")
	s.Same("at the end", []any{s.head(cat).Online, s.head(cat).OnlineFor}, []any{3, time.Millisecond})
	s.Pass(time.Millisecond)
	s.Same("after it", []any{s.head(cat).Online, s.head(cat).OnlineFor}, []any{1, chat.PresenceLife - time.Millisecond})
	s.OK2(s.Store.DeleteSeat(s.Ctx, "room", cat))
	s.Same("of nobody", []any{s.head(cat).Online, s.head(cat).OnlineFor}, []any{0, time.Duration(0)})
}

func (s *Stage) byTime() {
	for _, name := range []string{"Cat", "Ann", "Ben"} {
		s.Guest(name, "room")
		s.Pass(time.Second)
	}
	_, last := s.Guest("Dan", "room")
	var names []string
	for _, p := range s.Join(last, "room").Presence.Online {
		names = append(names, p.Name)
	}
	s.Same("online", names, []string{"Cat", "Ann", "Ben", "Dan"})
}

// populate puts the seats of n people into a room.
func (s *Stage) populate(room string, n int) {
	s.Helper()
	for i := range n {
		s.OK2(s.Store.PutSeat(s.Ctx, chat.Seat{
			Room: room, ConnectionID: fmt.Sprint("extra-", i), UID: fmt.Sprint("u_extra", i), Name: "Extra",
			JoinedAt: s.Now(), Seen: s.Now(), Expires: s.Now().Add(time.Hour),
		}))
	}
}

func (s *Stage) hundred() {
	s.populate("room", 99)
	_, conn := s.Guest("Ann", "room")
	s.Same("told to the others", len(s.presences("extra-0", "room")), 1)
	presence := s.Join(conn, "room").Presence
	s.Same("count", []int{presence.Count, len(presence.Online)}, []int{100, 100})
	s.Same("which holds for", presence.OnlineFor, chat.PresenceLife)
	s.Same("which a ping says, too", s.head(conn).OnlineFor, chat.PresenceLife)
	_, second := s.Guest("Ben", "room")
	presence = s.Join(second, "room").Presence
	s.Same("count and list of 101", []int{presence.Count, len(presence.Online)}, []int{101, 100})
	s.Same("for how long is not known", []time.Duration{presence.OnlineFor, s.head(conn).OnlineFor}, []time.Duration{0, 0})
	s.Same("told no more", len(s.presences("extra-0", "room")), 1)
	s.OK2(s.Chat.Leave(s.Ctx, second, "room"))
	s.Same("told of a leave that makes it 100", len(s.presences("extra-0", "room")), 2)
}

func (s *Stage) moreThanHundred() {
	s.populate("room", 400)
	_, conn := s.Guest("Ann", "room")
	presence := s.Join(conn, "room").Presence
	s.Same("list", len(presence.Online), 100)
	heads, err := s.Chat.Ping(s.Ctx, conn, []string{"room"})
	s.OK(err)
	for _, estimate := range []int{presence.Count, heads["room"].Online} {
		// A sample of 101 of 401 is almost never off by more than half.
		if estimate < 200 || estimate > 800 {
			s.Errorf("401 people are estimated as %d", estimate)
		}
	}
	s.OK2(s.Chat.Leave(s.Ctx, conn, "room"))
	s.Same("pushes", s.Broadcaster.Calls(), 0)
	s.Join(conn, "room")
	s.Send(conn, "room", "c1", "hello", nil)
	s.Same("messages go to all", len(s.Broadcaster.Messages("extra-399", "room")), 1)
}
