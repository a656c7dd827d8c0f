package chat

import (
	"context"
	"time"
)

// pushBudget is how long a request goes on pushing. The heartbeat of a client
// finds whatever was not sent by then.
const pushBudget = 1500 * time.Millisecond

// push sends to all seats of a room but one connection's, and deletes exactly
// the seats whose connection no longer exists.
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
	s.sweep(ctx, room, s.broadcaster.Push(limited, to, p))
}

// sweep deletes the seats of connections that no longer exist.
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
	_ = group.Wait() // its functions return no error
}
