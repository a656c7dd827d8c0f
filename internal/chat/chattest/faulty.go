package chattest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/people"
)

// Faulty is a [Backend] that fails where its plan says. It is safe for
// concurrent use if the plan is.
type Faulty struct {
	store Backend
	plan  func(Call) Fault

	mu    sync.Mutex
	count map[string]int
	calls []string
}

// Call is one call of a store.
type Call struct {
	Op    string // the operation's name in [Backend]
	N     int    // the n-th call of this operation, from 1
	Index int    // the call's number among all calls, from 1
}

// Fault is the failure of a call; the zero value is none.
type Fault struct {
	When When
	Err  error // the error of the call; nil: [ErrInjected]
}

// When is the moment of a call at which a fault strikes.
type When int

const (
	Never      When = iota
	Before          // the call fails without its effect
	After           // the call fails after its effect: the caller cannot know
	HangBefore      // the call hangs until its context ends, without its effect
	HangAfter       // the call hangs until its context ends, after its effect
)

var _ Backend = (*Faulty)(nil)

// NewFaulty wraps a store. The plan is asked once per call.
func NewFaulty(store Backend, plan func(Call) Fault) *Faulty {
	return &Faulty{store: store, plan: plan, count: map[string]int{}}
}

// Trace lists the operations that were called so far, in order, including those
// that failed.
func (f *Faulty) Trace() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.calls...)
}

func (f *Faulty) next(op string) Fault {
	f.mu.Lock()
	f.count[op]++
	f.calls = append(f.calls, op)
	call := Call{Op: op, N: f.count[op], Index: len(f.calls)}
	f.mu.Unlock()
	return f.plan(call)
}

// through makes a call with a result and an error, and applies the fault that
// is planned for it.
func through[T any](ctx context.Context, f *Faulty, op string, do func() (T, error)) (T, error) {
	var none T
	fault := f.next(op)
	err := fault.Err
	if err == nil {
		err = fmt.Errorf("%s: %w", op, ErrInjected)
	}
	switch fault.When {
	case Before:
		return none, err
	case HangBefore:
		<-ctx.Done()
		return none, fmt.Errorf("%s: %w", op, ctx.Err())
	}
	result, actual := do()
	switch fault.When {
	case After:
		return none, err
	case HangAfter:
		<-ctx.Done()
		return none, fmt.Errorf("%s: %w", op, ctx.Err())
	}
	return result, actual
}

// effect is [through] for a call that returns only an error.
func effect(ctx context.Context, f *Faulty, op string, do func() error) error {
	_, err := through(ctx, f, op, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// Claim implements [people.Store].
func (f *Faulty) Claim(ctx context.Context, c people.Claim) error {
	return effect(ctx, f, "Claim", func() error { return f.store.Claim(ctx, c) })
}

// Release implements [people.Store].
func (f *Faulty) Release(ctx context.Context, key, uid string) error {
	return effect(ctx, f, "Release", func() error { return f.store.Release(ctx, key, uid) })
}

// PutSession implements [people.Store].
func (f *Faulty) PutSession(ctx context.Context, s people.Session) error {
	return effect(ctx, f, "PutSession", func() error { return f.store.PutSession(ctx, s) })
}

// Session implements [people.Store].
func (f *Faulty) Session(ctx context.Context, hash string) (people.Session, error) {
	return through(ctx, f, "Session", func() (people.Session, error) { return f.store.Session(ctx, hash) })
}

// UseSession implements [people.Store].
func (f *Faulty) UseSession(ctx context.Context, hash string, used, expires time.Time) error {
	return effect(ctx, f, "UseSession", func() error { return f.store.UseSession(ctx, hash, used, expires) })
}

// RenameSession implements [people.Store].
func (f *Faulty) RenameSession(ctx context.Context, hash, name string) (people.Session, error) {
	return through(ctx, f, "RenameSession", func() (people.Session, error) { return f.store.RenameSession(ctx, hash, name) })
}

// DeleteSession implements [people.Store].
func (f *Faulty) DeleteSession(ctx context.Context, hash string) (people.Session, error) {
	return through(ctx, f, "DeleteSession", func() (people.Session, error) { return f.store.DeleteSession(ctx, hash) })
}

// SessionName implements [chat.SessionStore].
func (f *Faulty) SessionName(ctx context.Context, hash string) (string, error) {
	return through(ctx, f, "SessionName", func() (string, error) { return f.store.SessionName(ctx, hash) })
}

// AddConnection implements [chat.SessionStore].
func (f *Faulty) AddConnection(ctx context.Context, hash, name, connectionID string, now time.Time) error {
	return effect(ctx, f, "AddConnection", func() error { return f.store.AddConnection(ctx, hash, name, connectionID, now) })
}

// RemoveConnection implements [chat.SessionStore].
func (f *Faulty) RemoveConnection(ctx context.Context, hash, connectionID string) error {
	return effect(ctx, f, "RemoveConnection", func() error { return f.store.RemoveConnection(ctx, hash, connectionID) })
}

// PutConnection implements [chat.ConnectionStore].
func (f *Faulty) PutConnection(ctx context.Context, c chat.Connection) error {
	return effect(ctx, f, "PutConnection", func() error { return f.store.PutConnection(ctx, c) })
}

// Connection implements [chat.ConnectionStore].
func (f *Faulty) Connection(ctx context.Context, id string) (chat.Connection, error) {
	return through(ctx, f, "Connection", func() (chat.Connection, error) { return f.store.Connection(ctx, id) })
}

// DeleteConnection implements [chat.ConnectionStore].
func (f *Faulty) DeleteConnection(ctx context.Context, id string) (chat.Connection, error) {
	return through(ctx, f, "DeleteConnection", func() (chat.Connection, error) { return f.store.DeleteConnection(ctx, id) })
}

// EnterRoom implements [chat.ConnectionStore].
func (f *Faulty) EnterRoom(ctx context.Context, connectionID, room, epoch string) error {
	return effect(ctx, f, "EnterRoom", func() error { return f.store.EnterRoom(ctx, connectionID, room, epoch) })
}

// ExitRoom implements [chat.ConnectionStore].
func (f *Faulty) ExitRoom(ctx context.Context, connectionID, room string) error {
	return effect(ctx, f, "ExitRoom", func() error { return f.store.ExitRoom(ctx, connectionID, room) })
}

// PutSeat implements [chat.ConnectionStore].
func (f *Faulty) PutSeat(ctx context.Context, m chat.Seat) (*chat.Seat, error) {
	return through(ctx, f, "PutSeat", func() (*chat.Seat, error) { return f.store.PutSeat(ctx, m) })
}

// Seat implements [chat.ConnectionStore].
func (f *Faulty) Seat(ctx context.Context, room, connectionID string) (chat.Seat, error) {
	return through(ctx, f, "Seat", func() (chat.Seat, error) { return f.store.Seat(ctx, room, connectionID) })
}

// TouchSeat implements [chat.ConnectionStore].
func (f *Faulty) TouchSeat(ctx context.Context, room, connectionID string, seen, expires time.Time) error {
	return effect(ctx, f, "TouchSeat", func() error { return f.store.TouchSeat(ctx, room, connectionID, seen, expires) })
}

// TouchTyping implements [chat.ConnectionStore].
func (f *Faulty) TouchTyping(ctx context.Context, room, connectionID string, now, before time.Time) (chat.Seat, error) {
	return through(ctx, f, "TouchTyping", func() (chat.Seat, error) {
		return f.store.TouchTyping(ctx, room, connectionID, now, before)
	})
}

// DeleteSeat implements [chat.ConnectionStore].
func (f *Faulty) DeleteSeat(ctx context.Context, room, connectionID string) (bool, error) {
	return through(ctx, f, "DeleteSeat", func() (bool, error) { return f.store.DeleteSeat(ctx, room, connectionID) })
}

// Seats implements [chat.ConnectionStore].
func (f *Faulty) Seats(ctx context.Context, room string) ([]chat.Seat, error) {
	return through(ctx, f, "Seats", func() ([]chat.Seat, error) { return f.store.Seats(ctx, room) })
}

// SampleSeats implements [chat.ConnectionStore].
func (f *Faulty) SampleSeats(ctx context.Context, room string, from uint32, limit int, consistent bool) (chat.Sample, error) {
	return through(ctx, f, "SampleSeats", func() (chat.Sample, error) {
		return f.store.SampleSeats(ctx, room, from, limit, consistent)
	})
}

// Room implements [chat.LogStore].
func (f *Faulty) Room(ctx context.Context, key string) (chat.Room, error) {
	return through(ctx, f, "Room", func() (chat.Room, error) { return f.store.Room(ctx, key) })
}

// CreateRoom implements [chat.LogStore].
func (f *Faulty) CreateRoom(ctx context.Context, r chat.Room) error {
	return effect(ctx, f, "CreateRoom", func() error { return f.store.CreateRoom(ctx, r) })
}

// Rooms implements [chat.LogStore].
func (f *Faulty) Rooms(ctx context.Context, prefix string, limit int) (rooms []chat.Room, more bool, err error) {
	rooms, err = through(ctx, f, "Rooms", func() ([]chat.Room, error) {
		var found []chat.Room
		found, more, err = f.store.Rooms(ctx, prefix, limit)
		return found, err
	})
	return rooms, more && err == nil, err
}

// ReadLog implements [chat.LogStore].
func (f *Faulty) ReadLog(ctx context.Context, room string, r chat.LogRange) (chat.LogPage, error) {
	return through(ctx, f, "ReadLog", func() (chat.LogPage, error) { return f.store.ReadLog(ctx, room, r) })
}

// Append implements [chat.LogStore].
func (f *Faulty) Append(ctx context.Context, room, epoch string, m chat.Message) (*chat.Message, error) {
	return through(ctx, f, "Append", func() (*chat.Message, error) { return f.store.Append(ctx, room, epoch, m) })
}

// ExpireMessage implements [chat.LogStore].
func (f *Faulty) ExpireMessage(ctx context.Context, room, epoch string, seq int64, expires time.Time) error {
	return effect(ctx, f, "ExpireMessage", func() error { return f.store.ExpireMessage(ctx, room, epoch, seq, expires) })
}

// Amend implements [chat.LogStore].
func (f *Faulty) Amend(ctx context.Context, room, epoch string, a chat.Amendment) (chat.Message, error) {
	return through(ctx, f, "Amend", func() (chat.Message, error) { return f.store.Amend(ctx, room, epoch, a) })
}

// BlankEdit implements [chat.LogStore].
func (f *Faulty) BlankEdit(ctx context.Context, room, epoch string, seq int64) error {
	return effect(ctx, f, "BlankEdit", func() error { return f.store.BlankEdit(ctx, room, epoch, seq) })
}
