package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"projectchat/internal/names"
	"projectchat/internal/refusal"
)

// typingEvery is the shortest time between two typing notices of a connection.
const typingEvery = 3 * time.Second

// Typing tells the others in a room of up to 100 connections that the person of
// a connection is writing, at most every 3 s. It does nothing for a connection
// that is not in the room. It does not read the connection's row: the seat says
// who the person is. Error: [refusal.BadRequest].
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
		return fmt.Errorf("record that a person is writing: %w", err)
	}
	sample, err := s.store.SampleSeats(ctx, key, 0, s.smallRoom+1, false)
	if err != nil {
		return fmt.Errorf("read the seats of a room: %w", err)
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
