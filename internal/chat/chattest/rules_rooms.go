package chattest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// rooms tests joining, leaving, and which connections get a message.
func (s rulesSuite) rooms(t *testing.T) {
	s.run(t, "made by 50 at once", (*Stage).madeAtOnce)
	s.run(t, "spellings of one", (*Stage).spellings)
	s.run(t, "listed", (*Stage).listed)
	s.run(t, "at most 32", (*Stage).atMost32)
	s.run(t, "join again", (*Stage).joinAgain)
	s.run(t, "leave", (*Stage).leave)
	s.run(t, "refused without a connection", (*Stage).noConnection)
	s.run(t, "push goes to all but the sender's connection", (*Stage).pushTo)
	s.run(t, "gone connection loses its own seat", (*Stage).goneConnection)
	s.run(t, "failing push stops nothing", (*Stage).failingPush)
	s.run(t, "newcomer gets a message by the log or by push", (*Stage).newcomer)
	s.run(t, "disconnect while a join is under way", (*Stage).disconnectInJoin)
	s.run(t, "disconnect", (*Stage).disconnect)
	s.run(t, "ping", (*Stage).ping)
	s.run(t, "ping renews seen", (*Stage).pingRenews)
	s.run(t, "ping never brings a seat back", (*Stage).pingAfterLeave)
	s.run(t, "ping refused", (*Stage).pingRefused)
}

func (s *Stage) madeAtOnce() {
	var mu sync.Mutex
	var group errgroup.Group
	rooms := map[chat.Room]int{}
	conns := make([]string, 50)
	for i := range conns {
		conns[i] = s.Connect(s.SignIn(fmt.Sprintf("guest %c%c", 'a'+i/8, 'a'+i%8)))
	}
	for i, conn := range conns {
		group.Go(func() error {
			spelling := "Club"
			if i%2 == 0 {
				spelling = "CLUB"
			}
			joined, err := s.Chat.Join(s.Ctx, conn, spelling, nil)
			mu.Lock()
			defer mu.Unlock()
			// Creator and readers must see the same Room.
			rooms[joined.Room]++
			return err
		})
	}
	s.OK(group.Wait())
	if len(rooms) != 1 {
		s.Errorf("50 people who joined at once got %d rooms: %v", len(rooms), rooms)
	}
	room, err := s.Store.Room(s.Ctx, "club")
	s.OK(err)
	s.Same("told to all", rooms[room], 50)
	s.Same("seats", len(s.Seats("club")), 50)
}

func (s *Stage) spellings() {
	_, conn := s.Guest("Ann")
	first := s.Join(conn, " Straße ")
	s.Same("key, title", []string{first.Room.Key, first.Room.Title}, []string{"strasse", "Straße"})
	for _, spelling := range []string{"STRASSE", "strasse", "Strasse\n", "ＳＴＲ"} {
		joined := s.Join(conn, spelling)
		same := spelling != "ＳＴＲ" // full width is another name for a room
		s.Same(spelling+" is the room", joined.Room == first.Room, same)
	}
	composed, decomposed := s.Join(conn, "Caf\u00e9"), s.Join(conn, "CAFE\u0301")
	s.Same("composed and decomposed", decomposed.Room, composed.Room)
	s.Same("place", s.Send(conn, "strassE", "c1", "hello", nil).Room, "strasse")
	left, err := s.Chat.Leave(s.Ctx, conn, "STRASSE")
	s.OK(err)
	s.Same("left", left, "strasse")
	for _, spelling := range []string{"", " \t", "a\u202eb", "a\x00b", "\u200d", strings.Repeat("x", 65), "\xff"} {
		_, err := s.Chat.Join(s.Ctx, conn, spelling, nil)
		s.Refused(err, refusal.BadRequest)
		_, err = s.Chat.Leave(s.Ctx, conn, spelling)
		s.Refused(err, refusal.BadRequest)
	}
}

func (s *Stage) listed() {
	_, conn := s.Guest("Ann")
	for _, room := range []string{"Garden", "Gate", "Gärten", "Hall", "g#te"} {
		s.Join(conn, room)
	}
	for _, c := range []struct {
		prefix string
		want   []string
	}{{"", []string{"g#te", "garden", "gate", "gärten", "hall"}}, {"GA", []string{"garden", "gate"}}, {"g#", []string{"g#te"}}, {"x", nil}} {
		rooms, more, err := s.Chat.Rooms(s.Ctx, c.prefix)
		s.OK(err)
		var keys []string
		for _, r := range rooms {
			keys = append(keys, r.Key)
		}
		s.Same("rooms with "+c.prefix, keys, c.want)
		s.Same("more", more, false)
	}
	for i := range 51 {
		s.Room(fmt.Sprintf("many %02d", i))
	}
	rooms, more, err := s.Chat.Rooms(s.Ctx, "many")
	s.OK(err)
	s.Same("a page of them, more", []any{len(rooms), more}, []any{50, true})
	_, _, err = s.Chat.Rooms(s.Ctx, strings.Repeat("x", 257))
	s.Refused(err, refusal.BadRequest)
}

func (s *Stage) atMost32() {
	_, conn := s.Guest("Ann")
	for i := range 32 {
		s.Join(conn, fmt.Sprintf("room %d", i))
	}
	_, err := s.Chat.Join(s.Ctx, conn, "one more", nil)
	s.Refused(err, refusal.BadRequest)
	s.Same("seats", len(s.Seats("one more")), 0)
	s.Join(conn, "room 7") // joining again is always possible
	s.OK2(s.Chat.Leave(s.Ctx, conn, "room 7"))
	s.Join(conn, "one more")
}

func (s *Stage) joinAgain() {
	_, conn := s.Guest("Ann", "room")
	s.Same("room", s.Join(conn, "room").Room, s.Join(conn, "room").Room)
	s.Same("seats", s.Seats("room"), []string{conn})
	s.Same("count", s.Join(conn, "room").Presence.Count, 1)
}

func (s *Stage) leave() {
	_, conn := s.Guest("Ann", "room", "another")
	for range 2 {
		room, err := s.Chat.Leave(s.Ctx, conn, "Room")
		s.OK(err)
		s.Same("left", room, "room")
		s.Same("seats", s.Seats("room"), []string{})
	}
	s.Same("seats elsewhere", s.Seats("another"), []string{conn})
	_, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "hello"})
	s.Refused(err, refusal.NotJoined)
	room, err := s.Chat.Leave(s.Ctx, conn, "Never joined")
	s.OK(err)
	s.Same("left", room, "never joined")
	_, err = s.Store.Room(s.Ctx, "never joined")
	s.Same("no room is made by it", errors.Is(err, refusal.ErrNotFound), true)
}

func (s *Stage) noConnection() {
	_, err := s.Chat.Join(s.Ctx, "nobody", "room", nil)
	s.Refused(err, refusal.Unauthorized)
	_, err = s.Chat.Leave(s.Ctx, "nobody", "room")
	s.Refused(err, refusal.Unauthorized)
	_, err = s.Chat.Ping(s.Ctx, "nobody", []string{"room"})
	s.Refused(err, refusal.Unauthorized)
	s.OK(s.Chat.Disconnect(s.Ctx, "nobody"))
	_, conn := s.Guest("Ann", "room")
	s.Pass(chat.ConnectionLife)
	_, err = s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "hello"})
	s.Refused(err, refusal.Unauthorized)
}

func (s *Stage) pushTo() {
	session, tab := s.Guest("Ann", "room")
	second := s.Connect(session)
	s.Join(second, "room")
	_, ben := s.Guest("Ben", "room")
	_, outsider := s.Guest("Eve", "another")
	s.Broadcaster.Reset()
	receipt := s.Send(tab, "room", "c1", "hello", nil)
	want := []chat.Push{chat.MessagesPush{Room: "room", Epoch: receipt.Epoch, Messages: []chat.Message{{
		Seq: 1, Kind: chat.KindMessage, CID: "c1", UID: session.UID, Name: "Ann", Text: "hello", At: receipt.At,
	}}}}
	s.Same("sender", s.Broadcaster.Pushes(tab), []chat.Push(nil))
	s.Same("sender's other tab", s.Broadcaster.Pushes(second), want)
	s.Same("other", s.Broadcaster.Pushes(ben), want)
	s.Same("outsider", s.Broadcaster.Pushes(outsider), []chat.Push(nil))
	// A seat without a sign of life for a long time still gets messages.
	s.Pass(10 * time.Minute)
	s.Send(tab, "room", "c2", "hello", nil)
	s.Same("after ten minutes", len(s.Broadcaster.Messages(ben, "room")), 2)
}

func (s *Stage) goneConnection() {
	_, ann := s.Guest("Ann", "room")
	_, ben := s.Guest("Ben", "room", "another")
	_, cat := s.Guest("Cat", "room")
	s.Broadcaster.Gone(ben)
	s.Send(ann, "room", "c1", "hello", nil)
	s.Same("seats", s.Seats("room"), []string{ann, cat})
	s.Same("seats elsewhere", s.Seats("another"), []string{ben})
	s.Same("others were told", len(s.Broadcaster.Messages(cat, "room")), 1)
	heads, err := s.Chat.Ping(s.Ctx, ben, []string{"room", "another"})
	s.OK(err)
	s.Same("live by ping", []bool{heads["room"].Live, heads["another"].Live}, []bool{false, true})
}

func (s *Stage) failingPush() {
	_, ann := s.Guest("Ann", "room")
	_, ben := s.Guest("Ben", "room")
	_, cat := s.Guest("Cat", "room")
	s.Broadcaster.Fail(ben)
	s.Send(ann, "room", "c1", "hello", nil)
	s.Same("seats", len(s.Seats("room")), 3)
	s.Same("others were told", len(s.Broadcaster.Messages(cat, "room")), 1)
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "Seats" {
			return Fault{When: Before}
		}
		return Fault{}
	})
	s.OK2(service.Send(s.Ctx, ann, chat.Draft{Room: "room", CID: "c2", Text: "hello"}))
}

// newcomer sends a message before every single call of a join: it must come by
// the log or by push.
func (s *Stage) newcomer() {
	_, ann := s.Guest("Ann", "room")
	for k := 1; ; k++ {
		conn := s.Connect(s.SignIn(fmt.Sprintf("newcomer %c", 'a'+k)))
		cid, said := fmt.Sprint("c", k), false
		service, _ := s.Faulty(func(c Call) Fault {
			if c.Index == k {
				said = true
				s.Send(ann, "room", cid, "hello", nil)
			}
			return Fault{}
		})
		joined, err := service.Join(s.Ctx, conn, "room", nil)
		s.OK(err)
		if !said {
			s.Logf("a join of %d calls", k-1)
			return
		}
		got := map[string]bool{}
		for _, m := range append(joined.Messages, s.Broadcaster.Messages(conn, "room")...) {
			got[m.CID] = true
		}
		if !got[cid] {
			s.Errorf("a message before call %d of a join reaches the newcomer neither way", k)
		}
	}
}

func (s *Stage) disconnectInJoin() {
	_, ann := s.Guest("Ann", "another")
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "EnterRoom" {
			s.Same("seat is there already", s.Seats("room"), []string{ann})
			s.OK(s.Chat.Disconnect(s.Ctx, ann))
		}
		return Fault{}
	})
	_, err := service.Join(s.Ctx, ann, "room", nil)
	s.Refused(err, refusal.Unauthorized)
	s.Same("seats", s.Seats("room"), []string{})
	s.Same("seats elsewhere", s.Seats("another"), []string{})
}

func (s *Stage) disconnect() {
	session, conn := s.Guest("Ann", "room", "another")
	second := s.Connect(session)
	for range 2 {
		s.OK(s.Chat.Disconnect(s.Ctx, conn))
		s.Same("seats", append(s.Seats("room"), s.Seats("another")...), []string{})
		s.Same("connections of the session", s.reread(session).Conns, []string{second})
	}
	_, err := s.Store.Connection(s.Ctx, conn)
	s.Same("connection is no more", errors.Is(err, refusal.ErrNotFound), true)
}

func (s *Stage) ping() {
	_, ann := s.Guest("Ann", "room")
	room := s.Join(ann, "room").Room
	s.Room("another")
	s.Fill(room, 1, 7, "")
	heads, err := s.Chat.Ping(s.Ctx, ann, []string{"ROOM", "another", "not there"})
	s.OK(err)
	s.Same("heads", heads, map[string]chat.RoomHead{
		"room":    {Joined: true, Epoch: room.Epoch, Seq: 7, Live: true, Online: 1, OnlineFor: chat.PresenceLife},
		"another": {}, "not there": {},
	})
	heads, err = s.Chat.Ping(s.Ctx, ann, nil)
	s.OK(err)
	s.Same("no rooms", len(heads), 0)
}

func (s *Stage) pingRenews() {
	_, ann := s.Guest("Ann", "room")
	start := s.Now()
	for _, c := range []struct{ pass, seen time.Duration }{
		{time.Minute, 0}, {time.Second, 61 * time.Second}, {time.Second, 61 * time.Second},
	} {
		s.Pass(c.pass)
		heads, err := s.Chat.Ping(s.Ctx, ann, []string{"room"})
		s.OK(err)
		s.Same("seats", heads["room"].Live, true)
		seat, err := s.Store.Seat(s.Ctx, "room", ann)
		s.OK(err)
		s.Same("seen", seat.Seen, start.Add(c.seen))
		s.Same("joined", seat.JoinedAt, start)
	}
}

func (s *Stage) pingAfterLeave() {
	_, ann := s.Guest("Ann", "room")
	s.Pass(2 * time.Minute)
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "TouchSeat" {
			s.OK2(s.Store.DeleteSeat(s.Ctx, "room", ann))
		}
		return Fault{}
	})
	for range 2 {
		heads, err := service.Ping(context.WithoutCancel(s.Ctx), ann, []string{"room"})
		s.OK(err)
		s.Same("joined, live", []bool{heads["room"].Joined, heads["room"].Live}, []bool{true, false})
		s.Same("seats", s.Seats("room"), []string{})
	}
	s.Same("seats after joining again", s.Seats(s.Join(ann, "room").Room.Key), []string{ann})
}

func (s *Stage) pingRefused() {
	_, ann := s.Guest("Ann", "room")
	var many []string
	for i := range 17 {
		many = append(many, fmt.Sprint("room ", i))
	}
	_, err := s.Chat.Ping(s.Ctx, ann, many)
	s.Refused(err, refusal.BadRequest)
	_, err = s.Chat.Ping(s.Ctx, ann, many[:16])
	s.OK(err)
	_, err = s.Chat.Ping(s.Ctx, ann, []string{"room", "\x00"})
	s.Refused(err, refusal.BadRequest)
}
