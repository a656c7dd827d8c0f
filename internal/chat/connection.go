package chat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"projectchat/internal/refusal"
)

// Connect stores a new connection. c.Expires is the end of its session; the
// connection ends no later. It returns [refusal.Unauthorized] if the session
// was ended or renamed since it was read.
func (s *Service) Connect(ctx context.Context, c Connection) error {
	now := s.now()
	if end := now.Add(ConnectionLife); end.Before(c.Expires) {
		c.Expires = end
	}
	c.Rooms = map[string]string{}
	// The connection's row comes first. A request that ends the session later
	// finds the connection by the id in the session; if the session ended earlier,
	// the second write fails.
	if err := s.store.PutConnection(ctx, c); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	err := s.store.AddConnection(ctx, c.Session, c.Name, c.ID, now)
	if err == nil {
		return nil
	}
	if _, undo := s.store.DeleteConnection(ctx, c.ID); undo != nil && !errors.Is(undo, refusal.ErrNotFound) {
		s.bestEffort(ctx, "undo a connection", undo)
	}
	if errors.Is(err, refusal.ErrNotFound) {
		return refusal.Errorf(refusal.Unauthorized, "You are not signed in.")
	}
	return fmt.Errorf("connect: %w", err)
}

// Disconnect deletes a connection that has ended, tells its rooms, and removes
// it from its session. An unknown connection is no error.
func (s *Service) Disconnect(ctx context.Context, connectionID string) error {
	return s.forget(ctx, connectionID)
}

// forget deletes the connection's row first: a join under way then fails and
// removes its own seat.
func (s *Service) forget(ctx context.Context, connectionID string) error {
	old, err := s.store.DeleteConnection(ctx, connectionID)
	if errors.Is(err, refusal.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("forget a connection: %w", err)
	}
	for _, room := range slices.Sorted(maps.Keys(old.Rooms)) { // a fixed order, so that a test run can be repeated
		was, err := s.store.DeleteSeat(ctx, room, connectionID)
		s.bestEffort(ctx, "leave a room", err)
		if was {
			s.announceLeave(ctx, room, old)
		}
	}
	if err := s.store.RemoveConnection(ctx, old.Session, connectionID); err != nil {
		return fmt.Errorf("remove a connection from its session: %w", err)
	}
	return nil
}

// Retire takes connections out of their rooms and closes them, several at once,
// so that one slow connection does not hold up the others. again tells their
// clients to connect again. all reports whether every connection is known to be
// gone: while one of them may still speak, its name must not go to another
// person.
func (s *Service) Retire(ctx context.Context, connectionIDs []string, again bool) (all bool) {
	bye := Bye{Code: refusal.Unauthorized, Retry: again}
	var group group
	group.SetLimit(16)
	for _, id := range connectionIDs {
		group.Go(func() error {
			err := s.forget(ctx, id)
			s.bestEffort(ctx, "retire a connection", err)
			s.bestEffort(ctx, "close a connection", s.broadcaster.Disconnect(ctx, id, bye))
			return err
		})
	}
	return group.Wait() == nil
}

// connection reads the row of the connection that makes a request;
// [refusal.Unauthorized] if it has been retired.
func (s *Service) connection(ctx context.Context, id string) (Connection, error) {
	connection, err := s.store.Connection(ctx, id)
	if errors.Is(err, refusal.ErrNotFound) {
		return Connection{}, refusal.Errorf(refusal.Unauthorized, "This connection has ended. Connect again.")
	}
	if err != nil {
		return Connection{}, fmt.Errorf("read connection: %w", err)
	}
	return connection, nil
}

// joined returns the epoch of a room that the connection is in;
// [refusal.NotJoined] if it is in none of this name.
func (c Connection) joined(room string) (epoch string, err error) {
	epoch, ok := c.Rooms[room]
	if !ok {
		return "", refusal.Errorf(refusal.NotJoined, "Join the room first.")
	}
	return epoch, nil
}
