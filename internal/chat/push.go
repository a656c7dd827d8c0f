package chat

import (
	"context"
	"time"
)

// pushBudget is how long a request goes on pushing. Whatever is unsent then is
// found by the heartbeat of those who lack it.
const pushBudget = 1500 * time.Millisecond

// push sends to all seats of a room but one connection, and deletes exactly
// those seats whose connection is no more.
func (s *Service) push(ctx context.Context, room string, seats []Seat, except string, p Push) {
	to := make([]string, 0, len(seats))
	for _, seat := range seats {
		if seat.ConnectionID != except {
			to = append(to, seat.ConnectionID)
		}
	}
	if len(to) == 0 {
		return
	}
	limited, cancel := context.WithTimeout(ctx, pushBudget)
	defer cancel()
	s.sweep(ctx, room, s.cast.Push(limited, to, p))
}

// sweep deletes the seats of connections that are no more.
func (s *Service) sweep(ctx context.Context, room string, gone []string) {
	var group group
	group.SetLimit(16)
	for _, id := range gone {
		group.Go(func() error {
			_, err := s.store.DeleteSeat(ctx, room, id)
			s.bestEffort(ctx, "delete a seat", err)
			return nil
		})
	}
	_ = group.Wait() // nothing in it fails
}
