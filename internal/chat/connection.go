package chat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"projectchat/internal/refusal"
)

// Connect notes a new connection. c.Expires is when its session does: the
// connection ends no later. [Unauthorized] if the session has ended or was renamed
// since it was read.
func (s *Service) Connect(ctx context.Context, c Connection) error {
	now := s.now()
	if end := now.Add(ConnectionLife); end.Before(c.Expires) {
		c.Expires = end
	}
	c.Rooms = map[string]string{}
	// The row comes first: who ends the session afterwards finds it by the id in
	// the session, and who ended it before makes the second write fail.
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

// Disconnect forgets a connection that has ended, tells its rooms, and takes it
// from its session. A connection that is not known is no error.
func (s *Service) Disconnect(ctx context.Context, connectionID string) error {
	return s.forget(ctx, connectionID)
}

// forget deletes the connection's row first: a join that is under way then fails
// and takes its seat back by itself.
func (s *Service) forget(ctx context.Context, connectionID string) error {
	old, err := s.store.DeleteConnection(ctx, connectionID)
	if errors.Is(err, refusal.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("forget a connection: %w", err)
	}
	for _, room := range slices.Sorted(maps.Keys(old.Rooms)) { // in one order, so that a run can be repeated
		was, err := s.store.DeleteSeat(ctx, room, connectionID)
		s.bestEffort(ctx, "leave a room", err)
		if was {
			s.announceLeave(ctx, room, old)
		}
	}
	if err := s.store.RemoveConnection(ctx, old.Session, connectionID); err != nil {
		return fmt.Errorf("take a connection from its session: %w", err)
	}
	return nil
}

// Retire takes connections out of their rooms and closes them, several at once:
// one that hangs holds up no other. again tells their clients to connect once
// more. all tells whether each is known to be no more: as long as one may speak,
// its name may not be given to another.
func (s *Service) Retire(ctx context.Context, connectionIDs []string, again bool) (all bool) {
	bye := Bye{Code: refusal.Unauthorized, Retry: again}
	var group group
	group.SetLimit(16)
	for _, id := range connectionIDs {
		group.Go(func() error {
			err := s.forget(ctx, id)
			s.bestEffort(ctx, "retire a connection", err)
			s.bestEffort(ctx, "close a connection", s.cast.Disconnect(ctx, id, bye))
			return err
		})
	}
	return group.Wait() == nil
}

// connection reads the row of the connection that asks; [Unauthorized] if it has
// been retired.
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

// joined gives the epoch of a room that a connection is in; [NotJoined].
func (c Connection) joined(room string) (epoch string, err error) {
	epoch, ok := c.Rooms[room]
	if !ok {
		return "", refusal.Errorf(refusal.NotJoined, "Join the room first.")
	}
	return epoch, nil
}
