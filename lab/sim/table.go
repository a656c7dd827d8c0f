package sim

import (
	"context"
	"sync"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
)

// stalest is how old the state behind an eventually consistent read may be. DynamoDB promises
// no time; mostly it is less than a second.
const stalest = 5 * time.Second

// table is the store. It remembers earlier seats, as a read of seats may be eventually
// consistent.
type table struct {
	*chattest.Store
	now func() time.Time

	mu           sync.Mutex // for the race detector, as in puts
	past         map[string][]state
	stale, parts int // samples of an earlier state, and samples of large rooms
}

// state is the seats of a room from a time on.
type state struct {
	from time.Time
	rows []chat.Seat
}

func newTable(now func() time.Time) *table {
	return &table{Store: chattest.NewStore(now), now: now, past: map[string][]state{}}
}

// changed remembers the seats of a room as they are now.
func (t *table) changed(room string) {
	rows, err := t.Seats(background, room)
	if err != nil {
		panic(err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	past := append(t.past[room], state{time.Now(), rows})
	for len(past) > 1 && time.Since(past[1].from) >= stalest {
		past = past[1:]
	}
	t.past[room] = past
}

// was returns the seats that a room had some time ago.
func (t *table) was(room string, ago time.Duration) (rows []chat.Seat) {
	t.mu.Lock()
	defer t.mu.Unlock()
	past := t.past[room]
	for i, s := range past {
		if time.Since(s.from) < ago {
			break
		}
		rows = s.rows
		if i == len(past)-1 {
			return rows
		}
	}
	t.stale++
	return rows
}

// PutSeat implements [chat.ConnectionStore].
func (t *table) PutSeat(ctx context.Context, m chat.Seat) (*chat.Seat, error) {
	defer t.changed(m.Room)
	return t.Store.PutSeat(ctx, m)
}

// TouchSeat implements [chat.ConnectionStore].
func (t *table) TouchSeat(ctx context.Context, room, connectionID string, seen, expires time.Time) error {
	defer t.changed(room)
	return t.Store.TouchSeat(ctx, room, connectionID, seen, expires)
}

// DeleteSeat implements [chat.ConnectionStore].
func (t *table) DeleteSeat(ctx context.Context, room, connectionID string) (bool, error) {
	defer t.changed(room)
	return t.Store.DeleteSeat(ctx, room, connectionID)
}

// Restore is that of [chattest.Store]. No replica of the new table has the old state.
func (t *table) Restore(epoch func(room string) string) {
	t.Store.Restore(epoch)
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.past)
}

// sample is SampleSeats on the state of some time ago.
func (t *table) sample(room string, from uint32, limit int, ago time.Duration) (chat.Sample, error) {
	replica := t.Store
	if ago > 0 {
		replica = chattest.NewStore(t.now)
		for _, m := range t.was(room, ago) {
			if _, err := replica.PutSeat(background, m); err != nil {
				return chat.Sample{}, err
			}
		}
	}
	sample, err := replica.SampleSeats(background, room, from, limit, true)
	if !sample.Whole {
		t.mu.Lock()
		t.parts++
		t.mu.Unlock()
	}
	return sample, err
}

// SampleSeats implements [chat.ConnectionStore]. It answers one in five of the eventually
// consistent reads from an earlier state.
func (s *store) SampleSeats(ctx context.Context, room string, from uint32, limit int, consistent bool) (sample chat.Sample, err error) {
	name := "SampleSeats/" + room
	ago := time.Duration(0)
	if dice := s.inv.w.dice(s.inv.unique(name + "/ago")); !consistent && dice.IntN(5) == 0 {
		ago = time.Duration(dice.Int64N(int64(stalest)))
	}
	err = s.named(ctx, name, func() (err error) {
		sample, err = s.inv.w.store.sample(room, from, limit, ago)
		return err
	})
	if err != nil {
		return chat.Sample{}, err
	}
	return sample, nil
}
