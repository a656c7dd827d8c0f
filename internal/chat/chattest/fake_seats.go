package chattest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"projectchat/internal/chat"
)

// Seats implements [chat.ConnectionStore].
func (s *Store) Seats(ctx context.Context, room string) ([]chat.Seat, error) {
	if err := s.begin(ctx, "Seats"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.living(s.ring(room)), nil
}

// SampleSeats implements [chat.ConnectionStore].
func (s *Store) SampleSeats(ctx context.Context, room string, from uint32, limit int, _ bool) (chat.Sample, error) {
	if err := s.begin(ctx, "SampleSeats"); err != nil {
		return chat.Sample{}, err
	}
	defer s.mu.Unlock()
	rows := s.ring(room)
	start, _ := slices.BinarySearchFunc(rows, from, func(m chat.Seat, at uint32) int {
		return cmp.Compare(chat.RingPosition(m.ConnectionID), at)
	})
	rows = slices.Concat(rows[start:], rows[:start])
	if len(rows) <= limit {
		return chat.Sample{Seats: s.living(rows), Whole: true, Share: 1}, nil
	}
	// The rows are all seats up to the next one, so they cover the ring up to its
	// place.
	end := chat.RingPosition(rows[limit].ConnectionID)
	share := float64(max(end-from, 1)) / (1 << 32)
	return chat.Sample{Seats: s.living(rows[:limit]), Share: share}, nil
}

// ring lists all rows of a room, expired ones too, in the order of the ring.
func (s *Store) ring(room string) []chat.Seat {
	return slices.SortedFunc(maps.Values(s.seats[room]), ByRing)
}

func (s *Store) living(rows []chat.Seat) []chat.Seat {
	return slices.DeleteFunc(slices.Clone(rows), func(m chat.Seat) bool { return !s.alive(m.Expires) })
}

// ByRing compares two seats in the order of every store: by
// [chat.RingPosition], then by connection id.
func ByRing(a, b chat.Seat) int {
	return cmp.Or(
		cmp.Compare(chat.RingPosition(a.ConnectionID), chat.RingPosition(b.ConnectionID)),
		cmp.Compare(a.ConnectionID, b.ConnectionID))
}
