package main

import (
	"context"
	"sync"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/compose"
)

// meter adds up the time in which at least one call of the store, or a push, is under way.
type meter struct {
	mu    sync.Mutex
	spent spent
	calls int
	since time.Time
}

type spent struct{ store, push time.Duration }

// take returns the time that was spent since the last time.
func (m *meter) take() spent {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.spent
	m.spent = spent{}
	return s
}

// store notes a call of the store. Call end when the call has ended.
func (m *meter) store() (end func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls == 0 {
		m.since = time.Now()
	}
	m.calls++
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.calls--; m.calls == 0 {
			m.spent.store += time.Since(m.since)
		}
	}
}

// timedStore times the calls that a send makes.
type timedStore struct {
	compose.Store
	meter *meter
}

func (s timedStore) Connection(ctx context.Context, id string) (chat.Connection, error) {
	defer s.meter.store()()
	return s.Store.Connection(ctx, id)
}

func (s timedStore) ReadLog(ctx context.Context, room string, r chat.LogRange) (chat.LogPage, error) {
	defer s.meter.store()()
	return s.Store.ReadLog(ctx, room, r)
}

func (s timedStore) Append(ctx context.Context, room, epoch string, m chat.Message) (*chat.Message, error) {
	defer s.meter.store()()
	return s.Store.Append(ctx, room, epoch, m)
}

func (s timedStore) Seats(ctx context.Context, room string) ([]chat.Seat, error) {
	defer s.meter.store()()
	return s.Store.Seats(ctx, room)
}

type timedBroadcaster struct {
	chat.Broadcaster
	meter *meter
}

func (b timedBroadcaster) Push(ctx context.Context, to []string, p chat.Push) []string {
	began := time.Now()
	defer func() {
		b.meter.mu.Lock()
		defer b.meter.mu.Unlock()
		b.meter.spent.push += time.Since(began)
	}()
	return b.Broadcaster.Push(ctx, to, p)
}
