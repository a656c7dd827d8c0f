package chat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Connect notes a new connection of a session. The session must be one that
// [Service.Session] gave. [Unauthorized] if it has ended or was renamed since.
func (s *Service) Connect(ctx context.Context, connectionID string, session Session) error {
	session, _, err := s.Use(ctx, session)
	if err != nil {
		return err
	}
	now := s.now()
	expires := now.Add(ConnectionLife)
	if expires.After(session.Expires) {
		expires = session.Expires
	}
	connection := Connection{
		ID: connectionID, UID: session.UID, Name: session.Name, Session: session.Hash,
		Rooms: map[string]string{}, Expires: expires,
	}
	// The row comes first: who ends the session afterwards finds it by the id in
	// the session, and who ended it before makes the second write fail.
	if err := s.store.PutConnection(ctx, connection); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	err = s.store.AddConnection(ctx, session.Hash, session.Name, connectionID, now)
	if err == nil {
		return nil
	}
	if _, undo := s.store.DeleteConnection(ctx, connectionID); undo != nil && !errors.Is(undo, ErrNotFound) {
		s.unimportant(ctx, "undo a connection", undo)
	}
	if errors.Is(err, ErrNotFound) {
		return errNoSession()
	}
	return fmt.Errorf("connect: %w", err)
}

// Disconnect forgets a connection that has ended, tells its rooms, and takes it
// from its session. A connection that is not known is no error.
func (s *Service) Disconnect(ctx context.Context, connectionID string) error {
	return s.forget(ctx, connectionID)
}

// forget deletes the connection's row first: a join that is under way then fails
// and takes its seat back by itself.
func (s *Service) forget(ctx context.Context, connectionID string) error {
	old, err := s.store.DeleteConnection(ctx, connectionID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("forget a connection: %w", err)
	}
	for _, room := range slices.Sorted(maps.Keys(old.Rooms)) { // in one order, so that a run can be repeated
		was, err := s.store.DeleteSeat(ctx, room, connectionID)
		s.unimportant(ctx, "leave a room", err)
		if was {
			s.announceLeave(ctx, room, old)
		}
	}
	if err := s.store.RemoveConnection(ctx, old.Session, connectionID); err != nil {
		return fmt.Errorf("take a connection from its session: %w", err)
	}
	return nil
}

// connection reads the row of the connection that asks; [Unauthorized] if it has
// been retired.
func (s *Service) connection(ctx context.Context, id string) (Connection, error) {
	connection, err := s.store.Connection(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Connection{}, Errorf(Unauthorized, "This connection has ended. Connect again.")
	}
	if err != nil {
		return Connection{}, fmt.Errorf("read connection: %w", err)
	}
	return connection, nil
}

// joined gives the epoch of a room that a connection is in; [NotJoined].
func (c Connection) joined(room string) (epoch string, err error) {
	epoch, ok := c.Rooms[room]
	if !ok {
		return "", Errorf(NotJoined, "Join the room first.")
	}
	return epoch, nil
}
