package chat_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

// wantNoOrphans checks that every seat of a room belongs to a connection that
// is in the room, once a push has found the connections that are gone.
func wantNoOrphans(s *chattest.Stage, speaker string) {
	s.Helper()
	for _, id := range s.Seats("room") {
		if _, err := s.Store.Connection(s.Ctx, id); errors.Is(err, refusal.ErrNotFound) {
			s.Logf("%s left an orphan", id)
			s.Broadcaster.Gone(id) // as API Gateway answers for an ended connection
		}
	}
	s.Send(speaker, "room", fmt.Sprint("sweep-", len(s.Broadcaster.Pushes(speaker))), "hello", nil)
	for _, id := range s.Seats("room") {
		connection, err := s.Store.Connection(s.Ctx, id)
		s.OK(err)
		if connection.Rooms["room"] == "" {
			s.Errorf("%s has a seat and does not know of it", id)
		}
	}
}

func TestJoinCrashes(t *testing.T) {
	prepare := func(s *chattest.Stage) [2]string {
		_, ann := s.Guest("Ann", "room")
		_, ben := s.Guest("Ben")
		s.Send(ann, "room", "a1", "hello", nil)
		return [2]string{ann, ben}
	}
	act := func(s *chattest.Stage, service chattest.Rules, conns [2]string) error {
		_, err := service.Join(s.Ctx, conns[1], "room", nil)
		return err
	}
	t.Run("and joins again", func(t *testing.T) {
		everyCrash(t, prepare, act, func(s *chattest.Stage, conns [2]string) {
			joined := s.Join(conns[1], "room")
			s.Same("messages", len(joined.Messages), 1)
			s.Same("count", joined.Presence.Count, 2)
			s.Same("live", s.Seats("room"), conns[:])
			wantNoOrphans(s, conns[0])
		})
	})
	t.Run("and is gone", func(t *testing.T) {
		everyCrash(t, prepare, act, func(s *chattest.Stage, conns [2]string) {
			s.OK(s.Chat.Disconnect(s.Ctx, conns[1]))
			wantNoOrphans(s, conns[0])
			s.Same("live", s.Seats("room"), conns[:1])
		})
	})
}

func TestNewRoomCrashes(t *testing.T) {
	prepare := func(s *chattest.Stage) string { return s.Connect(s.SignIn("Ann")) }
	act := func(s *chattest.Stage, service chattest.Rules, conn string) error {
		_, err := service.Join(s.Ctx, conn, "Room", nil)
		return err
	}
	everyCrash(t, prepare, act, func(s *chattest.Stage, conn string) {
		joined := s.Join(conn, "Room")
		s.Same("room", joined.Room, s.Join(conn, "ROOM").Room)
		rooms, _, err := s.Chat.Rooms(s.Ctx, "room")
		s.OK(err)
		s.Same("listed", len(rooms), 1)
	})
}

func TestLeaveCrashes(t *testing.T) {
	prepare := func(s *chattest.Stage) [2]string {
		_, ann := s.Guest("Ann", "room")
		_, ben := s.Guest("Ben", "room")
		return [2]string{ann, ben}
	}
	act := func(s *chattest.Stage, service chattest.Rules, conns [2]string) error {
		_, err := service.Leave(s.Ctx, conns[1], "room")
		return err
	}
	everyCrash(t, prepare, act, func(s *chattest.Stage, conns [2]string) {
		_, err := s.Chat.Leave(s.Ctx, conns[1], "room")
		s.OK(err)
		s.Same("live", s.Seats("room"), conns[:1])
		connection, err := s.Store.Connection(s.Ctx, conns[1])
		s.OK(err)
		s.Same("rooms", len(connection.Rooms), 0)
	})
}

func TestDisconnectCrashes(t *testing.T) {
	prepare := func(s *chattest.Stage) [2]string {
		_, ann := s.Guest("Ann", "room")
		_, ben := s.Guest("Ben", "room", "another")
		return [2]string{ann, ben}
	}
	act := func(s *chattest.Stage, service chattest.Rules, conns [2]string) error {
		return service.Disconnect(s.Ctx, conns[1])
	}
	everyCrash(t, prepare, act, func(s *chattest.Stage, conns [2]string) {
		s.OK(s.Chat.Disconnect(s.Ctx, conns[1]))
		wantNoOrphans(s, conns[0])
		s.Same("live", s.Seats("room"), conns[:1])
	})
}

func TestSignInCrashes(t *testing.T) {
	none := func(*chattest.Stage) struct{} { return struct{}{} }
	act := func(s *chattest.Stage, service chattest.Rules, _ struct{}) error {
		_, _, err := service.SignIn(s.Ctx, "Ann", "")
		return err
	}
	everyCrash(t, none, act, func(s *chattest.Stage, _ struct{}) {
		// A name that was claimed for a session without an owner is free soon.
		s.Pass(people.FirstClaimLife)
		session := s.SignIn("Ann")
		s.Connect(session)
		s.Pass(people.FirstClaimLife)
		_, _, err := s.Chat.SignIn(s.Ctx, "Ann", "")
		s.Refused(err, refusal.NameTaken)
	})
}

func TestConnectCrashes(t *testing.T) {
	prepare := func(s *chattest.Stage) people.Session { return s.SignIn("Ann") }
	act := func(s *chattest.Stage, service chattest.Rules, session people.Session) error {
		return service.Connect(s.Ctx, "first", session)
	}
	everyCrash(t, prepare, act, func(s *chattest.Stage, session people.Session) {
		conn := s.Connect(session)
		s.Join(conn, "room")
		session, err := s.Store.Session(s.Ctx, session.Hash)
		s.OK(err)
		if !slices.Contains(session.Conns, conn) {
			s.Errorf("connections of the session are %v", session.Conns)
		}
		s.OK(s.Chat.SignOut(s.Ctx, session))
		s.Same("live", s.Seats("room"), []string{})
		s.SignIn("Ann")
	})
}

// TestEndOfSessionCrashes: a rename or sign-out that dies may leave connections
// open, which no request finds by the session any more; they end with their
// rows. But the name is not free as long as a connection may speak under it.
func TestEndOfSessionCrashes(t *testing.T) {
	type given struct {
		session people.Session
		conn    string
	}
	prepare := func(s *chattest.Stage) given {
		session, conn := s.Guest("Ann", "room")
		session, err := s.Store.Session(s.Ctx, session.Hash)
		s.OK(err)
		return given{session, conn}
	}
	check := func(again func(*chattest.Stage, people.Session)) func(*chattest.Stage, given) {
		return func(s *chattest.Stage, g given) {
			if session, err := s.Store.Session(s.Ctx, g.session.Hash); err == nil {
				again(s, session)
			}
			_, _, err := s.Chat.SignIn(s.Ctx, "Ann", "")
			free := err == nil
			connection, err := s.Store.Connection(s.Ctx, g.conn)
			if free && err == nil {
				s.Errorf("somebody else is Ann, and %v may speak as her", connection)
			}
			s.Pass(chat.ConnectionLife)
			_, err = s.Chat.Ping(s.Ctx, g.conn, nil)
			s.Refused(err, refusal.Unauthorized)
			s.Pass(people.ClaimLife - chat.ConnectionLife + time.Second)
			s.SignIn("Ann")
		}
	}
	t.Run("rename", func(t *testing.T) {
		act := func(s *chattest.Stage, service chattest.Rules, g given) error {
			_, err := service.Rename(s.Ctx, g.session, "Anna")
			return err
		}
		everyCrash(t, prepare, act, check(func(s *chattest.Stage, session people.Session) {
			renamed, err := s.Chat.Rename(s.Ctx, session, "Anna")
			s.OK(err)
			s.Same("name", renamed.Name, "Anna")
			_, _, err = s.Chat.SignIn(s.Ctx, "Anna", "")
			s.Refused(err, refusal.NameTaken)
		}))
	})
	t.Run("sign out", func(t *testing.T) {
		act := func(s *chattest.Stage, service chattest.Rules, g given) error {
			return service.SignOut(s.Ctx, g.session)
		}
		everyCrash(t, prepare, act, check(func(s *chattest.Stage, session people.Session) {
			s.OK(s.Chat.SignOut(s.Ctx, session))
		}))
	})
}
