// Package chattest has the tools for tests of the chat: fakes of the two
// interfaces that package chat declares, a decorator that makes a store fail on
// purpose, the suite that every store must pass (store_*.go), and the suite of
// the rules (rules_*.go).
package chattest

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/people"
)

// Backend is the store of all services.
type Backend interface {
	chat.Store
	people.Store
}

// Store is a [Backend] in memory. It is safe for concurrent use and copies
// everything that goes in and out. It keeps times as a table does: Expires in
// whole seconds, every other time in whole milliseconds, both rounded down, in
// UTC. An expired row stays and counts as absent, as in a table whose TTL lags.
type Store struct {
	now func() time.Time

	mu       sync.Mutex
	calls    map[string]int
	claims   map[string]people.Claim
	sessions map[string]people.Session
	conns    map[string]chat.Connection
	seats    map[string]map[string]chat.Seat // room → connection id
	rooms    map[string]chat.Room
	logs     map[logKey]map[int64]chat.Message
}

type logKey struct{ room, epoch string }

var _ Backend = (*Store)(nil)

// NewStore makes an empty store. now decides what has expired.
func NewStore(now func() time.Time) *Store {
	return &Store{
		now:      now,
		calls:    map[string]int{},
		claims:   map[string]people.Claim{},
		sessions: map[string]people.Session{},
		conns:    map[string]chat.Connection{},
		seats:    map[string]map[string]chat.Seat{},
		rooms:    map[string]chat.Room{},
		logs:     map[logKey]map[int64]chat.Message{},
	}
}

// Calls returns how often each operation was called, by its name in [Backend].
// Failed calls count, too.
func (s *Store) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// ResetCalls sets all counts of [Store.Calls] to zero.
func (s *Store) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.calls)
}

// DeleteMessage deletes a row of a log, as TTL does.
func (s *Store) DeleteMessage(room, epoch string, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.logs[logKey{room, epoch}], seq)
}

// Restore changes the store as a restore changes a table before functions use
// it: connections and seats are gone, and each room's log is in a new epoch.
func (s *Store) Restore(epoch func(room string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.conns)
	clear(s.seats)
	for key, room := range s.rooms {
		old := logKey{key, room.Epoch}
		room.Epoch = epoch(key)
		s.rooms[key] = room
		s.logs[logKey{key, room.Epoch}] = s.logs[old]
		delete(s.logs, old)
	}
}

// begin counts a call and takes the lock. The caller unlocks if err is nil.
func (s *Store) begin(ctx context.Context, op string) error {
	s.mu.Lock()
	s.calls[op]++
	if err := ctx.Err(); err != nil {
		s.mu.Unlock()
		return fmt.Errorf("chattest: %s: %w", op, err)
	}
	return nil
}

// alive reports whether a row has not yet expired.
func (s *Store) alive(expires time.Time) bool { return s.now().Before(expires) }

func seconds(t time.Time) time.Time { return rounded(t, time.Second) }
func millis(t time.Time) time.Time  { return rounded(t, time.Millisecond) }

func rounded(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(d)
}
