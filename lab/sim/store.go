package sim

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
)

// DeleteSeat implements [chat.ConnectionStore].
func (s *store) DeleteSeat(ctx context.Context, room, connectionID string) (was bool, err error) {
	err = s.named(ctx, "DeleteSeat/"+connectionID, func() (err error) {
		was, err = s.inv.w.store.DeleteSeat(background, room, connectionID)
		return err
	})
	return was && err == nil, err
}

// DeleteConnection implements [chat.ConnectionStore].
func (s *store) DeleteConnection(ctx context.Context, id string) (old chat.Connection, err error) {
	err = s.named(ctx, "DeleteConnection/"+id, func() (err error) {
		old, err = s.inv.w.store.DeleteConnection(background, id)
		return err
	})
	if err != nil {
		return chat.Connection{}, err
	}
	return old, nil
}

// ReadLog implements [chat.LogStore]. A Query is no snapshot: it shows only some of the rows
// that were put while it ran.
func (s *store) ReadLog(ctx context.Context, room string, r chat.LogRange) (page chat.LogPage, err error) {
	began := time.Now()
	name := "ReadLog/" + room
	if r.From > 0 && r.From == r.To {
		name += "/one" // another read runs at the same time
	}
	err = s.named(ctx, name, func() (err error) {
		page, err = s.inv.w.store.ReadLog(background, room, r)
		return err
	})
	if err != nil {
		return chat.LogPage{}, err
	}
	dice := s.inv.w.dice(s.inv.unique(name + "/seen"))
	page.Rows = slices.DeleteFunc(page.Rows, func(m chat.Message) bool {
		return s.inv.w.putAt.get(place{room, r.Epoch, m.Seq}).After(began) && dice.IntN(2) == 0
	})
	for i, m := range page.Rows {
		page.Rows[i] = s.inv.asOld(m)
	}
	return page, nil
}

// Append implements [chat.LogStore]. Now and then the answer to a put is lost, and the SDK
// puts again.
func (s *store) Append(ctx context.Context, room, epoch string, m chat.Message) (taken *chat.Message, err error) {
	again := s.inv.w.trouble && s.inv.w.dice(s.inv.unique("again")).IntN(30) == 0
	err = s.named(ctx, "Append", func() (err error) {
		taken, err = s.append(room, epoch, m)
		if again && err == nil {
			taken, err = s.append(room, epoch, m)
		}
		return err
	})
	if err != nil || taken == nil {
		return nil, err
	}
	row := s.inv.asOld(*taken)
	return &row, nil
}

func (s *store) append(room, epoch string, m chat.Message) (taken *chat.Message, err error) {
	taken, err = s.inv.w.store.Append(background, room, epoch, m)
	if err == nil && taken == nil {
		s.inv.w.putAt.set(place{room, epoch, m.Seq})
	}
	return taken, err
}

// BlankEdit implements [chat.LogStore].
func (s *store) BlankEdit(ctx context.Context, room, epoch string, seq int64) error {
	return s.named(ctx, fmt.Sprint("BlankEdit/", seq), func() error {
		return s.inv.w.store.BlankEdit(background, room, epoch, seq)
	})
}

// place is a row's place in a log.
type place struct {
	room, epoch string
	seq         int64
}

// puts is when each row was put. One goroutine at a time touches it, but the race detector
// does not know that: it ignores that a goroutine that waits for a sync.WaitGroup is woken
// when another returns from synctest.Wait.
type puts struct {
	mu sync.Mutex
	at map[place]time.Time
}

func (p *puts) get(row place) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at[row]
}

func (p *puts) set(row place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at == nil {
		p.at = map[place]time.Time{}
	}
	p.at[row] = time.Now()
}

// named makes a call under a name of its own, as [chattest.Faulty] cannot tell it from
// others.
func (s *store) named(ctx context.Context, name string, do func() error) error {
	fault := s.inv.step(ctx, name)
	failed := fault.Err
	if failed == nil {
		failed = fmt.Errorf("%s: %w", name, chattest.ErrInjected)
	}
	switch fault.When {
	case chattest.Before:
		return failed
	case chattest.HangBefore:
		<-ctx.Done()
		return ctx.Err()
	}
	err := do()
	switch fault.When {
	case chattest.After:
		return failed
	case chattest.HangAfter:
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}
