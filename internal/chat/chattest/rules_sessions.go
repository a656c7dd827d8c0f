package chattest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

// sessions tests that a session stands for its person, and ends when it should.
func (s rulesSuite) sessions(t *testing.T) {
	s.run(t, "sign in", (*Stage).signIn)
	s.run(t, "token and origin", (*Stage).tokenAndOrigin)
	s.run(t, "names that look the same", (*Stage).lookAlikes)
	s.run(t, "name never used is free after two minutes", (*Stage).unusedName)
	s.run(t, "use extends at most daily", (*Stage).useExtends)
	s.run(t, "session lapses", (*Stage).lapses)
	s.run(t, "connection ends with its session", (*Stage).connectionExpires)
	s.run(t, "rename", (*Stage).rename)
	s.run(t, "rename refused", (*Stage).renameRefused)
	s.run(t, "rename frees the old name last", (*Stage).renameOrder)
	s.run(t, "rename keeps a name under which a connection may still speak", (*Stage).renameKeepsName)
	s.run(t, "sign out", (*Stage).signOut)
	s.run(t, "sign out frees the name last", (*Stage).signOutOrder)
	s.run(t, "name lost to another", (*Stage).nameLost)
	s.run(t, "sign out while connecting", (*Stage).signOutWhileConnecting)
	s.run(t, "rename while connecting", (*Stage).renameWhileConnecting)
	s.run(t, "rename and loss of the old name while connecting", (*Stage).renameAndLoss)
	s.run(t, "sign out that the store was asked for twice", (*Stage).signOutTwice)
	s.run(t, "rename that the store was asked for twice", (*Stage).renameTwice)
}

func (s *Stage) signIn() {
	session, token, err := s.Chat.SignIn(s.Ctx, " Ann ", "https://chat.example")
	s.OK(err)
	s.Same("name, origin", []string{session.Name, session.Origin}, []string{"Ann", "https://chat.example"})
	s.Same("expires", session.Expires, s.Now().Add(people.SessionLife))
	read, err := s.Chat.Session(s.Ctx, token, "https://chat.example")
	s.OK(err)
	s.Same("session", read, session)
	for _, name := range []string{"", "A", strings.Repeat("x", 25), "An\u202en", "\u200d\u200d", "A\x00n", "\xff\xfe"} {
		_, _, err := s.Chat.SignIn(s.Ctx, name, "")
		s.Refused(err, refusal.BadRequest)
	}
}

func (s *Stage) tokenAndOrigin() {
	_, token, err := s.Chat.SignIn(s.Ctx, "Ann", "https://chat.example")
	s.OK(err)
	_, program, err := s.Chat.SignIn(s.Ctx, "Bot", "")
	s.OK(err)
	gone, lost, err := s.Chat.SignIn(s.Ctx, "Cat", "")
	s.OK(err)
	s.OK(s.Chat.SignOut(s.Ctx, gone))
	for name, c := range map[string]struct {
		token, origin string
		code          refusal.Code
	}{
		"another origin":        {token, "https://evil.example", refusal.Forbidden},
		"longer origin":         {token, "https://chat.example.evil.example", refusal.Forbidden},
		"other case":            {token, "https://CHAT.example", refusal.Forbidden},
		"no origin":             {token, "", refusal.Unauthorized},
		"program with origin":   {program, "https://chat.example", refusal.Forbidden},
		"nothing":               {"", "", refusal.Unauthorized},
		"another kind of token": {"abc_" + program[4:], "", refusal.Unauthorized},
		"mistyped":              {program[:10] + "!" + program[11:], "", refusal.Unauthorized},
		"too long":              {program + "0", "", refusal.Unauthorized},
		"after signing out":     {lost, "", refusal.Unauthorized},
	} {
		_, err := s.Chat.Session(s.Ctx, c.token, c.origin)
		s.Logf("%s: %v", name, err)
		s.Refused(err, c.code)
	}
	service, faulty := s.Faulty(func(Call) Fault { return Fault{} })
	_, err = service.Session(s.Ctx, program[:52]+"~", "")
	s.Refused(err, refusal.Unauthorized)
	s.Same("store calls for what is no token", len(faulty.Trace()), 0)
	s.OK2(s.Chat.PeekSession(s.Ctx, token))
	s.OK2(s.Chat.Session(s.Ctx, program, ""))
}

func (s *Stage) lookAlikes() {
	s.SignIn("alice")
	for _, name := range []string{
		"alice", "ALICE", "Alice ", "\u0430lice", "al\u0456ce", "ａｌｉｃｅ", "a\u200dlice", "alice\ufe0f", "𝐚𝐥𝐢𝐜𝐞", "a1ice",
	} {
		_, _, err := s.Chat.SignIn(s.Ctx, name, "")
		s.Logf("%q: %v", name, err)
		s.Refused(err, refusal.NameTaken)
	}
	s.SignIn("alicia")
}

func (s *Stage) unusedName() {
	s.SignIn("Ann")
	s.Pass(people.FirstClaimLife - time.Second)
	_, _, err := s.Chat.SignIn(s.Ctx, "Ann", "")
	s.Refused(err, refusal.NameTaken)
	s.Pass(time.Second)
	s.Connect(s.SignIn("Ann"))
	s.Pass(people.ClaimLife - time.Second)
	_, _, err = s.Chat.SignIn(s.Ctx, "Ann", "")
	s.Refused(err, refusal.NameTaken)
	s.Pass(time.Second)
	s.SignIn("Ann")
}

func (s *Stage) useExtends() {
	session := s.SignIn("Ann")
	for _, c := range []struct {
		name    string
		pass    time.Duration
		renewed bool
	}{
		{"first use", 0, true}, {"again", time.Hour, false}, {"within a day", 23*time.Hour - time.Second, false},
		{"after a day", time.Second, true}, {"again after a day", time.Minute, false},
	} {
		s.Pass(c.pass)
		before := s.reread(session)
		used, renewed, err := s.Chat.Use(s.Ctx, before)
		s.OK(err)
		s.Same(c.name, renewed, c.renewed)
		want := before
		if c.renewed {
			want.Used, want.Expires = s.Now(), s.Now().Add(people.SessionLife)
		}
		s.Same(c.name+": given", used, want)
		s.Same(c.name+": stored", s.reread(session), want)
	}
	_, _, err := s.Chat.SignIn(s.Ctx, "Ann", "")
	s.Refused(err, refusal.NameTaken)
}

func (s *Stage) lapses() {
	_, token, err := s.Chat.SignIn(s.Ctx, "Ann", "")
	s.OK(err)
	s.Pass(people.SessionLife - time.Second)
	session, err := s.Chat.Session(s.Ctx, token, "")
	s.OK(err)
	s.Pass(time.Second)
	_, err = s.Chat.Session(s.Ctx, token, "")
	s.Refused(err, refusal.Unauthorized)
	s.Refused(s.Chat.Connect(s.Ctx, "late", session), refusal.Unauthorized)
	_, err = s.Store.Connection(s.Ctx, "late")
	s.Same("no connection", errors.Is(err, refusal.ErrNotFound), true)
}

func (s *Stage) connectionExpires() {
	session := s.SignIn("Ann")
	row := func(id string) time.Time {
		s.Helper()
		connection, err := s.Store.Connection(s.Ctx, id)
		s.OK(err)
		return connection.Expires
	}
	first := s.Connect(session)
	s.Same("a connection's life", row(first), s.Now().Add(chat.ConnectionLife))
	end := s.reread(session).Expires
	// A session that was used a moment ago is not extended, so a connection made
	// near the session's end ends with it.
	used := end.Add(-time.Hour)
	s.Pass(used.Sub(s.Now()))
	s.OK(s.Store.UseSession(s.Ctx, session.Hash, used, end))
	second := s.Connect(session)
	s.Same("near the session's end", row(second), end)
	s.Join(second, "room")
	seat, err := s.Store.Seat(s.Ctx, "room", second)
	s.OK(err)
	s.Same("seat", seat.Expires, end)
	s.Pass(time.Hour)
	_, err = s.Chat.Join(s.Ctx, second, "room", nil)
	s.Refused(err, refusal.Unauthorized)
}

func (s *Stage) rename() {
	session, conn := s.Guest("Ann", "room")
	_, ben := s.Guest("Ben", "room")
	s.Broadcaster.Reset()
	renamed, err := s.Chat.Rename(s.Ctx, s.reread(session), " Anna ")
	s.OK(err)
	s.Same("uid, name", []string{renamed.UID, renamed.Name}, []string{session.UID, "Anna"})
	s.Same("stored", s.reread(session), renamed)
	bye, closed := s.Broadcaster.Bye(conn)
	s.Same("bye", []any{bye, closed}, []any{chat.Bye{Code: refusal.Unauthorized, Retry: true}, true})
	s.Same("seats", s.Seats("room"), []string{ben})
	s.Same("left", s.presences(ben, "room")[0].Left, []chat.Person{{UID: session.UID, Name: "Ann"}})
	_, err = s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "hello"})
	s.Refused(err, refusal.Unauthorized)
	s.SignIn("Ann")
	_, _, err = s.Chat.SignIn(s.Ctx, "ANNA", "")
	s.Refused(err, refusal.NameTaken)
	_, err = s.Chat.Rename(s.Ctx, s.reread(session), "ANNA")
	s.OK(err)
	_, _, err = s.Chat.SignIn(s.Ctx, "Anna", "")
	s.Refused(err, refusal.NameTaken)
	again := s.Connect(session)
	s.Same("name after it", s.Join(again, "room").Me.Name, "ANNA")
	_, err = s.Chat.Rename(s.Ctx, s.reread(session), "ANNA")
	s.OK(err)
	_, closed = s.Broadcaster.Bye(again)
	s.Same("closed by a rename to the same", closed, false)
}

func (s *Stage) renameRefused() {
	session, conn := s.Guest("Ann")
	s.SignIn("Ben")
	_, err := s.Chat.Rename(s.Ctx, s.reread(session), "BEN")
	s.Refused(err, refusal.NameTaken)
	_, err = s.Chat.Rename(s.Ctx, s.reread(session), "\u202e")
	s.Refused(err, refusal.BadRequest)
	s.Same("name", s.reread(session).Name, "Ann")
	_, closed := s.Broadcaster.Bye(conn)
	s.Same("closed", closed, false)
	old := s.reread(session)
	s.OK(s.Chat.SignOut(s.Ctx, old))
	_, err = s.Chat.Rename(s.Ctx, old, "Cat")
	s.Refused(err, refusal.Unauthorized)
	s.SignIn("Cat") // the claim has been released
}

// freedLast returns rules that check, when a name is released, that the
// connection is gone.
func (s *Stage) freedLast(conn string) (Rules, *Faulty) {
	return s.Faulty(func(c Call) Fault {
		if c.Op == "Release" {
			_, closed := s.Broadcaster.Bye(conn)
			s.Same("closed before the name is free", closed, true)
			s.Same("out of the room before the name is free", s.Seats("room"), []string{})
			_, _, err := s.Chat.SignIn(s.Ctx, "Ann", "")
			s.Refused(err, refusal.NameTaken)
		}
		return Fault{}
	})
}

func (s *Stage) renameOrder() {
	session, conn := s.Guest("Ann", "room")
	service, faulty := s.freedLast(conn)
	s.OK2(service.Rename(s.Ctx, s.reread(session), "Anna"))
	calls := faulty.Trace()
	s.Same("last call", calls[len(calls)-1], "Release")
	s.SignIn("Ann")
}

func (s *Stage) renameKeepsName() {
	session, _ := s.Guest("Ann", "room")
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "DeleteConnection" {
			return Fault{When: Before}
		}
		return Fault{}
	})
	s.OK2(service.Rename(s.Ctx, s.reread(session), "Anna"))
	_, _, err := s.Chat.SignIn(s.Ctx, "Ann", "")
	s.Refused(err, refusal.NameTaken)
}

func (s *Stage) signOut() {
	session, conn := s.Guest("Ann", "room")
	second := s.Connect(session)
	_, ben := s.Guest("Ben", "room")
	s.Broadcaster.Reset()
	old := s.reread(session)
	for range 2 {
		s.OK(s.Chat.SignOut(s.Ctx, old))
	}
	for _, id := range []string{conn, second} {
		bye, closed := s.Broadcaster.Bye(id)
		s.Same("bye", []any{bye, closed}, []any{chat.Bye{Code: refusal.Unauthorized}, true})
		_, err := s.Chat.Join(s.Ctx, id, "room", nil)
		s.Refused(err, refusal.Unauthorized)
	}
	s.Same("seats", s.Seats("room"), []string{ben})
	s.Same("left", len(s.presences(ben, "room")), 1)
	s.Refused(s.Chat.Connect(s.Ctx, "late", old), refusal.Unauthorized)
	s.SignIn("Ann")
}

func (s *Stage) signOutOrder() {
	session, conn := s.Guest("Ann", "room")
	service, faulty := s.freedLast(conn)
	s.OK(service.SignOut(s.Ctx, s.reread(session)))
	calls := faulty.Trace()
	s.Same("first and last call", []string{calls[0], calls[len(calls)-1]}, []string{"DeleteSession", "Release"})
}

func (s *Stage) nameLost() {
	session, token, err := s.Chat.SignIn(s.Ctx, "Ann", "")
	s.OK(err)
	s.Pass(people.FirstClaimLife)
	winner := s.SignIn("Ann")
	s.Refused(s.Chat.Connect(s.Ctx, "late", s.reread(session)), refusal.Unauthorized)
	s.Same("name", s.reread(session).Name, "")
	_, err = s.Store.Connection(s.Ctx, "late")
	s.Same("no connection", errors.Is(err, refusal.ErrNotFound), true)
	nameless, err := s.Chat.Session(s.Ctx, token, "")
	s.OK(err)
	_, err = s.Chat.Post(s.Ctx, nameless, chat.Draft{Room: "room", CID: "c1", Text: "hello"})
	s.Refused(err, refusal.Unauthorized)
	renamed, err := s.Chat.Rename(s.Ctx, nameless, "Anna")
	s.OK(err)
	s.Same("uid", renamed.UID, session.UID)
	s.Connect(renamed)
	s.Connect(winner)
	_, _, err = s.Chat.SignIn(s.Ctx, "Ann", "")
	s.Refused(err, refusal.NameTaken)
}

// whileConnecting does something before every single call of a Connect, and
// checks the result after each.
func (s *Stage) whileConnecting(do func(people.Session), check func(session people.Session, conn string, err error)) {
	for k := 1; ; k++ {
		session, done := s.SignIn("Ann"), false
		service, _ := s.Faulty(func(c Call) Fault {
			if c.Index == k {
				done = true
				do(session)
			}
			return Fault{}
		})
		conn := "conn while"
		err := service.Connect(s.Ctx, conn, session)
		if !done {
			s.Logf("a connect of %d calls", k-1)
			s.OK(err)
			return
		}
		s.Logf("before call %d", k)
		check(session, conn, err)
	}
}

func (s *Stage) signOutWhileConnecting() {
	out := func(session people.Session) { s.OK(s.Chat.SignOut(s.Ctx, s.reread(session))) }
	s.whileConnecting(out, func(_ people.Session, conn string, err error) {
		s.Refused(err, refusal.Unauthorized)
		_, err = s.Store.Connection(s.Ctx, conn)
		s.Same("no connection", errors.Is(err, refusal.ErrNotFound), true)
		// The name is free: the next round takes it.
	})
}

func (s *Stage) renameWhileConnecting() {
	to := func(session people.Session) { s.OK2(s.Chat.Rename(s.Ctx, s.reread(session), "Anna")) }
	s.whileConnecting(to, func(session people.Session, conn string, err error) {
		s.Refused(err, refusal.Unauthorized)
		_, err = s.Store.Connection(s.Ctx, conn)
		s.Same("no connection", errors.Is(err, refusal.ErrNotFound), true)
		s.Same("name", s.reread(session).Name, "Anna")
		s.Same("connections", s.reread(session).Conns, []string(nil))
		s.OK(s.Chat.SignOut(s.Ctx, s.reread(session)))
	})
}

func (s *Stage) renameAndLoss() {
	session := s.SignIn("Ann")
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "Claim" {
			s.OK2(s.Chat.Rename(s.Ctx, s.reread(session), "Anna"))
			s.SignIn("Ann")
		}
		return Fault{}
	})
	s.Refused(service.Connect(s.Ctx, "late", session), refusal.Unauthorized)
	s.Same("name", s.reread(session).Name, "Anna")
}

// signOutTwice: a store's client may repeat a request whose answer was lost.
// The second answer then says nothing of the session as it was.
func (s *Stage) signOutTwice() {
	session, conn := s.Guest("Ann", "room")
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "DeleteSession" {
			return Fault{When: After, Err: refusal.ErrNotFound}
		}
		return Fault{}
	})
	s.OK(service.SignOut(s.Ctx, s.reread(session)))
	_, closed := s.Broadcaster.Bye(conn)
	s.Same("closed", closed, true)
	s.Same("seats", s.Seats("room"), []string{})
	s.SignIn("Ann")
}

func (s *Stage) renameTwice() {
	session, conn := s.Guest("Ann", "room")
	before := s.reread(session)
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "RenameSession" {
			s.OK2(s.Store.RenameSession(s.Ctx, session.Hash, "Anna"))
		}
		return Fault{}
	})
	s.OK2(service.Rename(s.Ctx, before, "Anna"))
	_, closed := s.Broadcaster.Bye(conn)
	s.Same("closed", closed, true)
	s.Same("seats", s.Seats("room"), []string{})
	s.SignIn("Ann")
}
