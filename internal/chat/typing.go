package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"projectchat/internal/names"
	"projectchat/internal/refusal"
)

// typingEvery is how often at most one connection says that its person writes.
const typingEvery = 3 * time.Second

// Typing tells the others in a room that the person of a connection writes
// there, in rooms of up to 100 connections, and at most every 3 s. It does
// nothing for a connection that is not in the room. It reads nothing of the
// connection: its seat in the room says who it is. [BadRequest].
func (s *Service) Typing(ctx context.Context, connectionID, spelling string) error {
	_, key, err := names.ParseRoom(spelling)
	if err != nil {
		return err
	}
	now := s.now()
	me, err := s.store.TouchTyping(ctx, key, connectionID, now, now.Add(-typingEvery))
	if errors.Is(err, refusal.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("note that somebody writes: %w", err)
	}
	sample, err := s.store.SampleSeats(ctx, key, 0, s.smallRoom+1, false)
	if err != nil {
		return fmt.Errorf("read who is in a room: %w", err)
	}
	if !sample.Whole || len(sample.Seats) > s.smallRoom {
		return nil
	}
	others := make([]Seat, 0, len(sample.Seats))
	for _, seat := range sample.Seats {
		if seat.UID != me.UID {
			others = append(others, seat)
		}
	}
	s.push(ctx, key, others, connectionID, TypingPush{Room: key, Person: Person{UID: me.UID, Name: me.Name}})
	return nil
}
