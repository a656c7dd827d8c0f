package chat_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"projectchat/internal/chat/chattest"
	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

// leaving is Ann on two connections in a room with Ben.
type leaving struct {
	ann   people.Session
	conns [2]string
	ben   string
}

func prepareLeaving(s *chattest.Stage) leaving {
	given := leaving{}
	given.ann, given.conns[0] = s.Guest("Ann", "room")
	given.conns[1] = s.Connect(given.ann)
	s.Join(given.conns[1], "room")
	_, given.ben = s.Guest("Ben", "room")
	return given
}

// TestPingEndsWhatASignOutLeft: a sign-out or a rename dies at any point, and
// is not repeated. Either nothing has happened, or the connections are gone
// once they have pinged, a minute later.
func TestPingEndsWhatASignOutLeft(t *testing.T) {
	current := func(s *chattest.Stage, given leaving) people.Session {
		session, err := s.Store.Session(s.Ctx, given.ann.Hash)
		if err != nil && !errors.Is(err, refusal.ErrNotFound) {
			s.Fatal(err)
		}
		return session
	}
	for name, act := range map[string]func(*chattest.Stage, chattest.Rules, leaving) error{
		"sign out": func(s *chattest.Stage, service chattest.Rules, given leaving) error {
			return service.SignOut(s.Ctx, current(s, given))
		},
		"rename": func(s *chattest.Stage, service chattest.Rules, given leaving) error {
			_, err := service.Rename(s.Ctx, current(s, given), "Anna")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			everyCrash(t, prepareLeaving, act, func(s *chattest.Stage, given leaving) {
				s.Pass(61 * time.Second)
				session := current(s, given)
				stays := session.Name == "Ann"
				for _, conn := range given.conns {
					_, err := s.Chat.Ping(s.Ctx, conn, []string{"room"})
					if stays {
						s.OK(err)
						continue
					}
					s.Refused(err, refusal.Unauthorized)
					bye, told := s.Broadcaster.Bye(conn)
					if !told || session.Name != "" && !bye.Retry {
						s.Errorf("%s was told %+v, %v", conn, bye, told)
					}
				}
				live := s.Seats("room")
				if stays && len(live) != 3 || !stays && !slices.Equal(live, []string{given.ben}) {
					s.Error(fmt.Sprint("live are ", live))
				}
			})
		})
	}
}
