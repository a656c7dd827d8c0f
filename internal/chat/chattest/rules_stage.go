package chattest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/chat"
	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

// RulesConformance tests the promises of [chat.Service] and [people.Service] on
// any store. newStore makes an empty store for one subtest; now is the clock that
// the store must use, which the test moves.
func RulesConformance(t *testing.T, newStore NewStoreFunc) {
	s := rulesSuite{newStore}
	t.Run("sending", s.sending)
	t.Run("log", s.log)
	t.Run("rooms", s.rooms)
	t.Run("amending", s.amending)
	t.Run("typing", s.typing)
	t.Run("presence", s.presence)
	t.Run("sessions", s.sessions)
}

// PeopleConformance is the part of [RulesConformance] that tests
// [people.Service].
func PeopleConformance(t *testing.T, newStore NewStoreFunc) { rulesSuite{newStore}.sessions(t) }

type rulesSuite struct{ newStore NewStoreFunc }

// run runs a subtest on a stage of its own.
func (s rulesSuite) run(t *testing.T, name string, test func(*Stage), options ...func(*chat.Options)) {
	t.Run(name, func(t *testing.T) { test(NewStage(t, s.newStore, options...)) })
}

// retain sets how long messages are kept.
func retain(d time.Duration) func(*chat.Options) {
	return func(o *chat.Options) { o.Retention = d }
}

// Stage is the rules on a store, with a fake broadcaster, a clock that only the
// test moves, and short forms of the calls. Its methods end the test at an
// unexpected failure.
type Stage struct {
	*testing.T
	Ctx         context.Context
	Store       Backend
	Broadcaster *Broadcaster
	Chat        Rules

	options chat.Options
	mu      sync.Mutex
	now     time.Time
	conns   int
}

// NewStage makes a stage on a new store.
func NewStage(t *testing.T, newStore NewStoreFunc, options ...func(*chat.Options)) *Stage {
	s := &Stage{
		T: t, Ctx: t.Context(), Broadcaster: NewBroadcaster(),
		// The clock stands near the real time, because a real table deletes expired
		// rows by its own clock.
		now: time.Now().UTC().Truncate(time.Second),
	}
	s.options.Now = s.Now
	for _, set := range options {
		set(&s.options)
	}
	s.Store = newStore(t, s.Now)
	s.Chat = s.Over(s.Store)
	return s
}

// Now returns the time of the stage's clock.
func (s *Stage) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Pass moves the clock on.
func (s *Stage) Pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// Over returns other rules with the same clock and broadcaster on another
// store, usually a decorator of this stage's.
func (s *Stage) Over(store Backend) Rules {
	return NewRules(store, s.Broadcaster, s.options)
}

// Faulty returns rules on the stage's store with faults.
func (s *Stage) Faulty(plan func(Call) Fault) (Rules, *Faulty) {
	faulty := NewFaulty(s.Store, plan)
	return s.Over(faulty), faulty
}

// OK ends the test if there is an error.
func (s *Stage) OK(err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("unexpected error: %v", err)
	}
}

// Refused checks that an error has this code.
func (s *Stage) Refused(err error, code refusal.Code) {
	s.Helper()
	if !refusal.Is(err, code) {
		s.Errorf("error is %v, want %s", err, code)
	}
}

// Same checks that two values are equal.
func (s *Stage) Same(what string, got, want any) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// SignIn makes a new person.
func (s *Stage) SignIn(name string) people.Session {
	s.Helper()
	session, _, err := s.Chat.SignIn(s.Ctx, name, "")
	s.OK(err)
	return session
}

// Connect opens a connection of a session.
func (s *Stage) Connect(session people.Session) (connectionID string) {
	s.Helper()
	s.mu.Lock()
	s.conns++
	connectionID = fmt.Sprintf("conn-%d", s.conns)
	s.mu.Unlock()
	s.OK(s.Chat.Connect(s.Ctx, connectionID, s.reread(session)))
	return connectionID
}

// reread returns a session as the store has it now. Every request reads it so.
func (s *Stage) reread(session people.Session) people.Session {
	s.Helper()
	session, err := s.Store.Session(s.Ctx, session.Hash)
	s.OK(err)
	return session
}

// Join puts a connection into a room without since.
func (s *Stage) Join(conn, room string) chat.Joined {
	s.Helper()
	joined, err := s.Chat.Join(s.Ctx, conn, room, nil)
	s.OK(err)
	return joined
}

// Guest signs a person in, connects them, and joins the rooms.
func (s *Stage) Guest(name string, rooms ...string) (people.Session, string) {
	s.Helper()
	session := s.SignIn(name)
	conn := s.Connect(session)
	for _, room := range rooms {
		s.Join(conn, room)
	}
	return session, conn
}

// Send sends a message, which must succeed.
func (s *Stage) Send(conn, room, cid, text string, since *chat.Position) chat.Receipt {
	s.Helper()
	receipt, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: room, CID: cid, Text: text, Since: since})
	s.OK(err)
	return receipt
}

// Room makes a room in the store, whose key must be its title.
func (s *Stage) Room(key string) chat.Room {
	s.Helper()
	room := chat.Room{Key: key, Title: key, Epoch: "epoch0000001", CreatedAt: s.Now(), CreatedBy: "u_someone"}
	s.OK(s.Store.CreateRoom(s.Ctx, room))
	return room
}

// Fill puts the rows from–to of a log into the store, as if each had been sent
// now.
func (s *Stage) Fill(room chat.Room, from, to int64, text string) {
	s.Helper()
	for seq := from; seq <= to; seq++ {
		s.put(room, chat.Message{Seq: seq, Text: text})
	}
}

// put puts one row and fills in the fields that are not given.
func (s *Stage) put(room chat.Room, m chat.Message) {
	s.Helper()
	m.Kind, m.UID, m.Name = chat.KindMessage, "u_filler", "Filler"
	if m.CID == "" {
		m.CID = fmt.Sprintf("filler-%d", m.Seq)
	}
	if m.Text == "" {
		m.Text = "filler"
	}
	if m.At.IsZero() {
		m.At = s.Now()
	}
	taken, err := s.Store.Append(s.Ctx, room.Key, room.Epoch, m)
	s.OK(err)
	if taken != nil {
		s.Fatalf("row %d is there already", m.Seq)
	}
}

// Rows reads a whole log as it is in the store, ascending.
func (s *Stage) Rows(room, epoch string) []chat.Message {
	s.Helper()
	var rows []chat.Message
	for from := int64(1); ; {
		page, err := s.Store.ReadLog(s.Ctx, room, chat.LogRange{Epoch: epoch, From: from, Limit: 1000})
		s.OK(err)
		rows = append(rows, page.Rows...)
		if !page.Truncated || len(page.Rows) == 0 {
			return rows
		}
		from = rows[len(rows)-1].Seq + 1
	}
}

// Seats lists the ids of a room's seats, in their order as text.
func (s *Stage) Seats(room string) []string {
	s.Helper()
	seats, err := s.Store.Seats(s.Ctx, room)
	s.OK(err)
	ids := []string{}
	for _, m := range seats {
		ids = append(ids, m.ConnectionID)
	}
	slices.Sort(ids)
	return ids
}

// presences lists the pushes about presence in a room that a connection got.
func (s *Stage) presences(conn, room string) (pushes []chat.PresencePush) {
	for _, p := range s.Broadcaster.Pushes(conn) {
		if p, ok := p.(chat.PresencePush); ok && p.Room == room {
			pushes = append(pushes, p)
		}
	}
	return pushes
}

// seqs returns the seqs of messages.
func seqs(messages []chat.Message) []int64 {
	list := []int64{}
	for _, m := range messages {
		list = append(list, m.Seq)
	}
	return list
}

// upTo returns from, from+1 … to.
func upTo(from, to int64) []int64 {
	list := []int64{}
	for seq := from; seq <= to; seq++ {
		list = append(list, seq)
	}
	return list
}

// at returns the position of a seq in a room's log.
func at(room chat.Room, seq int64) *chat.Position {
	return &chat.Position{Epoch: room.Epoch, Seq: seq}
}

// logHook is a store that changes the pages it reads from logs.
type logHook struct {
	Backend
	edit func(chat.LogRange, chat.LogPage) chat.LogPage
}

// ReadLog implements [chat.LogStore].
func (h logHook) ReadLog(ctx context.Context, room string, r chat.LogRange) (chat.LogPage, error) {
	page, err := h.Backend.ReadLog(ctx, room, r)
	return h.edit(r, page), err
}

// hideOnce hides one row from the first read that shows it: a read is no
// snapshot.
func hideOnce(store Backend, seq int64) Backend {
	var mu sync.Mutex
	hidden := false
	return logHook{store, func(_ chat.LogRange, page chat.LogPage) chat.LogPage {
		mu.Lock()
		defer mu.Unlock()
		i := slices.IndexFunc(page.Rows, func(m chat.Message) bool { return m.Seq == seq })
		if i >= 0 && !hidden {
			hidden = true
			page.Rows = slices.Delete(slices.Clone(page.Rows), i, i+1)
		}
		return page
	}}
}
