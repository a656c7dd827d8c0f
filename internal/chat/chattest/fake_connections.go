package chattest

import (
	"context"
	"maps"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// PutConnection implements [chat.ConnectionStore].
func (s *Store) PutConnection(ctx context.Context, c chat.Connection) error {
	if err := s.begin(ctx, "PutConnection"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	c.Expires = seconds(c.Expires)
	s.conns[c.ID] = copyConnection(c)
	return nil
}

// Connection implements [chat.ConnectionStore].
func (s *Store) Connection(ctx context.Context, id string) (chat.Connection, error) {
	if err := s.begin(ctx, "Connection"); err != nil {
		return chat.Connection{}, err
	}
	defer s.mu.Unlock()
	c, ok := s.conns[id]
	if !ok || !s.alive(c.Expires) {
		return chat.Connection{}, refusal.ErrNotFound
	}
	return copyConnection(c), nil
}

// DeleteConnection implements [chat.ConnectionStore].
func (s *Store) DeleteConnection(ctx context.Context, id string) (chat.Connection, error) {
	if err := s.begin(ctx, "DeleteConnection"); err != nil {
		return chat.Connection{}, err
	}
	defer s.mu.Unlock()
	c, ok := s.conns[id]
	if !ok {
		return chat.Connection{}, refusal.ErrNotFound
	}
	delete(s.conns, id)
	return copyConnection(c), nil
}

// EnterRoom implements [chat.ConnectionStore].
func (s *Store) EnterRoom(ctx context.Context, connectionID, room, epoch string) error {
	if err := s.begin(ctx, "EnterRoom"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	c, ok := s.conns[connectionID]
	if !ok || !s.alive(c.Expires) {
		return refusal.ErrNotFound
	}
	c.Rooms[room] = epoch
	return nil
}

// ExitRoom implements [chat.ConnectionStore].
func (s *Store) ExitRoom(ctx context.Context, connectionID, room string) error {
	if err := s.begin(ctx, "ExitRoom"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if c, ok := s.conns[connectionID]; ok {
		delete(c.Rooms, room)
	}
	return nil
}

// PutSeat implements [chat.ConnectionStore].
func (s *Store) PutSeat(ctx context.Context, m chat.Seat) (*chat.Seat, error) {
	if err := s.begin(ctx, "PutSeat"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	old, err := s.seat(m.Room, m.ConnectionID)
	m.JoinedAt, m.Seen, m.Typed, m.Expires = millis(m.JoinedAt), millis(m.Seen), time.Time{}, seconds(m.Expires)
	if s.seats[m.Room] == nil {
		s.seats[m.Room] = map[string]chat.Seat{}
	}
	s.seats[m.Room][m.ConnectionID] = m
	if err != nil {
		return nil, nil
	}
	return &old, nil
}

// Seat implements [chat.ConnectionStore].
func (s *Store) Seat(ctx context.Context, room, connectionID string) (chat.Seat, error) {
	if err := s.begin(ctx, "Seat"); err != nil {
		return chat.Seat{}, err
	}
	defer s.mu.Unlock()
	return s.seat(room, connectionID)
}

// TouchSeat implements [chat.ConnectionStore].
func (s *Store) TouchSeat(ctx context.Context, room, connectionID string, seen, expires time.Time) error {
	if err := s.begin(ctx, "TouchSeat"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	m, err := s.seat(room, connectionID)
	if err != nil {
		return err
	}
	m.Seen, m.Expires = millis(seen), seconds(expires)
	s.seats[room][connectionID] = m
	return nil
}

// TouchTyping implements [chat.ConnectionStore].
func (s *Store) TouchTyping(ctx context.Context, room, connectionID string, now, before time.Time) (chat.Seat, error) {
	if err := s.begin(ctx, "TouchTyping"); err != nil {
		return chat.Seat{}, err
	}
	defer s.mu.Unlock()
	m, err := s.seat(room, connectionID)
	if err != nil {
		return chat.Seat{}, err
	}
	if m.Typed.After(millis(before)) {
		return chat.Seat{}, refusal.ErrNotFound
	}
	m.Typed = millis(now)
	s.seats[room][connectionID] = m
	return m, nil
}

// DeleteSeat implements [chat.ConnectionStore].
func (s *Store) DeleteSeat(ctx context.Context, room, connectionID string) (bool, error) {
	if err := s.begin(ctx, "DeleteSeat"); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	_, err := s.seat(room, connectionID)
	delete(s.seats[room], connectionID)
	return err == nil, nil
}

// seat returns a seat that has not expired.
func (s *Store) seat(room, connectionID string) (chat.Seat, error) {
	m, ok := s.seats[room][connectionID]
	if !ok || !s.alive(m.Expires) {
		return chat.Seat{}, refusal.ErrNotFound
	}
	return m, nil
}

// copyConnection makes a deep copy; Rooms is never nil.
func copyConnection(c chat.Connection) chat.Connection {
	rooms := make(map[string]string, len(c.Rooms))
	maps.Copy(rooms, c.Rooms)
	c.Rooms = rooms
	return c
}
