package dynamo

import (
	"context"

	"projectchat/internal/chat"
)

// A connection's attributes: uid, name, session, rooms (a map from room to
// epoch), expires.
func connectionRow(c chat.Connection) item {
	return row(connectionKey(c.ID), item{
		"uid":     text(c.UID),
		"name":    text(c.Name),
		"session": text(c.Session),
		"rooms":   textMap(c.Rooms),
		"expires": seconds(c.Expires),
	})
}

func connectionOf(id string, r item) chat.Connection {
	return chat.Connection{
		ID:      id,
		UID:     textOf(r["uid"]),
		Name:    textOf(r["name"]),
		Session: textOf(r["session"]),
		Rooms:   textMapOf(r["rooms"]),
		Expires: secondsOf(r["expires"]),
	}
}

// PutConnection implements [chat.ConnectionStore].
func (s *Store) PutConnection(ctx context.Context, c chat.Connection) error {
	_, err := s.put(ctx, "PutConnection", connectionRow(c))
	return err
}

// Connection implements [chat.ConnectionStore].
func (s *Store) Connection(ctx context.Context, id string) (chat.Connection, error) {
	found, err := s.getAlive(ctx, "Connection", connectionKey(id))
	if err != nil {
		return chat.Connection{}, err
	}
	return connectionOf(id, found), nil
}

// DeleteConnection implements [chat.ConnectionStore].
func (s *Store) DeleteConnection(ctx context.Context, id string) (chat.Connection, error) {
	old, err := s.delete(ctx, "DeleteConnection", connectionKey(id))
	if err != nil {
		return chat.Connection{}, err
	}
	return connectionOf(id, old), nil
}

// EnterRoom implements [chat.ConnectionStore].
func (s *Store) EnterRoom(ctx context.Context, connectionID, room, epoch string) error {
	// The room needs a placeholder: its name may hold dots and anything else.
	placeholders := names("rooms", "expires")
	placeholders["#room"] = room
	_, err := s.update(ctx, "EnterRoom", connectionKey(connectionID), change{
		update:    "SET #rooms.#room = :epoch",
		condition: "#expires > :now",
		names:     placeholders,
		values:    item{":epoch": text(epoch), ":now": seconds(s.now())},
	})
	return err
}

// ExitRoom implements [chat.ConnectionStore].
func (s *Store) ExitRoom(ctx context.Context, connectionID, room string) error {
	placeholders := names("rooms", "pk")
	placeholders["#room"] = room
	_, err := s.update(ctx, "ExitRoom", connectionKey(connectionID), change{
		update:    "REMOVE #rooms.#room",
		condition: "attribute_exists(#pk)",
		names:     placeholders,
	})
	return unlessMissing(err)
}
