package chattest

import (
	"context"
	"maps"
	"time"

	"projectchat/internal/chat"
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
		return chat.Connection{}, chat.ErrNotFound
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
		return chat.Connection{}, chat.ErrNotFound
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
		return chat.ErrNotFound
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

// PutMember implements [chat.ConnectionStore].
func (s *Store) PutMember(ctx context.Context, m chat.Member) (*chat.Member, error) {
	if err := s.begin(ctx, "PutMember"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	old, err := s.member(m.Room, m.ConnectionID)
	m.JoinedAt, m.Seen, m.Typed, m.Expires = millis(m.JoinedAt), millis(m.Seen), time.Time{}, seconds(m.Expires)
	if s.members[m.Room] == nil {
		s.members[m.Room] = map[string]chat.Member{}
	}
	s.members[m.Room][m.ConnectionID] = m
	if err != nil {
		return nil, nil
	}
	return &old, nil
}

// Member implements [chat.ConnectionStore].
func (s *Store) Member(ctx context.Context, room, connectionID string) (chat.Member, error) {
	if err := s.begin(ctx, "Member"); err != nil {
		return chat.Member{}, err
	}
	defer s.mu.Unlock()
	return s.member(room, connectionID)
}

// TouchMember implements [chat.ConnectionStore].
func (s *Store) TouchMember(ctx context.Context, room, connectionID string, seen, expires time.Time) error {
	if err := s.begin(ctx, "TouchMember"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	m, err := s.member(room, connectionID)
	if err != nil {
		return err
	}
	m.Seen, m.Expires = millis(seen), seconds(expires)
	s.members[room][connectionID] = m
	return nil
}

// TouchTyping implements [chat.ConnectionStore].
func (s *Store) TouchTyping(ctx context.Context, room, connectionID string, now, before time.Time) (chat.Member, error) {
	if err := s.begin(ctx, "TouchTyping"); err != nil {
		return chat.Member{}, err
	}
	defer s.mu.Unlock()
	m, err := s.member(room, connectionID)
	if err != nil {
		return chat.Member{}, err
	}
	if m.Typed.After(millis(before)) {
		return chat.Member{}, chat.ErrNotFound
	}
	m.Typed = millis(now)
	s.members[room][connectionID] = m
	return m, nil
}

// DeleteMember implements [chat.ConnectionStore].
func (s *Store) DeleteMember(ctx context.Context, room, connectionID string) (bool, error) {
	if err := s.begin(ctx, "DeleteMember"); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	_, err := s.member(room, connectionID)
	delete(s.members[room], connectionID)
	return err == nil, nil
}

// member gives a live row that has not expired.
func (s *Store) member(room, connectionID string) (chat.Member, error) {
	m, ok := s.members[room][connectionID]
	if !ok || !s.alive(m.Expires) {
		return chat.Member{}, chat.ErrNotFound
	}
	return m, nil
}

// copyConnection copies deeply; Rooms is never nil.
func copyConnection(c chat.Connection) chat.Connection {
	rooms := make(map[string]string, len(c.Rooms))
	maps.Copy(rooms, c.Rooms)
	c.Rooms = rooms
	return c
}
