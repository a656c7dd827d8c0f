package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"projectchat/internal/names"
	"projectchat/internal/random"
	"projectchat/internal/refusal"
)

const (
	maxRooms     = 32 // rooms that a connection may be in at once
	newestLimit  = 50 // messages that a newcomer gets, as one who was away too long
	resumeLimit  = 200
	roomsLimit   = 50 // rooms in one answer of the directory
	epochLength  = 13
	createRounds = 5
)

// Joined is the answer to a join.
type Joined struct {
	Room     Room
	Me       Person
	Head     int64     // seq of the newest row known, 0 if there is none
	Messages []Message // ascending: the newest, or the ones after since
	More     bool      // there are more messages: older ones without since or after a reset, else newer ones
	Reset    bool      // since could not be continued; Messages are the newest
	Presence Presence
}

// Join returns a connection a seat in a room, makes the room if need be, and
// returns the messages since a position, or the newest. Joining again is no
// error. Errors: [refusal.Unauthorized], [refusal.BadRequest].
func (s *Service) Join(ctx context.Context, connectionID, spelling string, since *Position) (Joined, error) {
	title, key, err := names.ParseRoom(spelling)
	if err != nil {
		return Joined{}, err
	}
	if err := since.check(); err != nil {
		return Joined{}, err
	}
	connection, err := s.connection(ctx, connectionID)
	if err != nil {
		return Joined{}, err
	}
	if _, again := connection.Rooms[key]; !again && len(connection.Rooms) >= maxRooms {
		return Joined{}, refusal.Errorf(refusal.BadRequest, "A connection is in at most %d rooms. Leave one first.", maxRooms)
	}
	room, err := s.openRoom(ctx, title, key, connection.UID)
	if err != nil {
		return Joined{}, err
	}
	seat, again, err := s.enter(ctx, room, connection)
	if err != nil {
		return Joined{}, err
	}
	// The log is read only now: later rows are pushed to the seat, which is there
	// already, so nothing falls between the two.
	joined, err := s.catchUp(ctx, room, since)
	if err != nil {
		return Joined{}, err
	}
	joined.Room, joined.Me = room, Person{UID: connection.UID, Name: connection.Name}
	joined.Presence, err = s.announceJoin(ctx, seat, again)
	return joined, err
}

// enter writes the seat and then adds the room to the connection's row. The
// order matters: a request that deletes the connection's row learns from it
// which seats to delete. If the row went in between, enter removes the seat
// itself.
func (s *Service) enter(ctx context.Context, room Room, c Connection) (Seat, bool, error) {
	now := s.now().Truncate(time.Millisecond) // as the store keeps it, because it is compared with the times of other seats
	seat := Seat{
		Room: room.Key, ConnectionID: c.ID, UID: c.UID, Name: c.Name,
		JoinedAt: now, Seen: now, Expires: c.Expires,
	}
	old, err := s.store.PutSeat(ctx, seat)
	if err != nil {
		return Seat{}, false, fmt.Errorf("join: %w", err)
	}
	err = s.store.EnterRoom(ctx, c.ID, room.Key, room.Epoch)
	if errors.Is(err, refusal.ErrNotFound) {
		_, undo := s.store.DeleteSeat(ctx, room.Key, c.ID)
		s.bestEffort(ctx, "undo a join", undo)
		return Seat{}, false, refusal.Errorf(refusal.Unauthorized, "This connection has ended. Connect again.")
	}
	if err != nil {
		return Seat{}, false, fmt.Errorf("join: %w", err)
	}
	again := old != nil && s.present(*old)
	return seat, again, nil
}

func (s *Service) catchUp(ctx context.Context, room Room, since *Position) (Joined, error) {
	l := log{room.Key, room.Epoch}
	if since != nil && since.Epoch == room.Epoch {
		joined, err := s.resume(ctx, l, since.Seq)
		if !refusal.Is(err, refusal.Reset) {
			return joined, err
		}
	}
	rows, more, err := s.before(ctx, l, 0, newestLimit)
	if err != nil {
		return Joined{}, err
	}
	head, err := s.headBehind(ctx, l, rows, len(rows) == 0, 0)
	return Joined{Messages: rows, More: more, Head: head, Reset: since != nil}, err
}

func (s *Service) resume(ctx context.Context, l log, since int64) (Joined, error) {
	rows, more, err := s.after(ctx, l, since, resumeLimit)
	if err != nil {
		return Joined{}, err
	}
	head, err := s.headBehind(ctx, l, rows, more, since)
	return Joined{Messages: rows, More: more, Head: head}, err
}

// headBehind returns the head of a log whose last rows were read, and at least
// since. It reads the log again only if there are, or may be, other rows.
func (s *Service) headBehind(ctx context.Context, l log, rows []Message, others bool, since int64) (int64, error) {
	if len(rows) > 0 {
		since = rows[len(rows)-1].Seq
	}
	if !others {
		return since, nil
	}
	head, err := s.head(ctx, l)
	return max(since, head), err
}

// Leave takes a connection out of a room and returns the room's key. Leaving a
// room that the connection is not in is no error. Errors:
// [refusal.Unauthorized], [refusal.BadRequest].
func (s *Service) Leave(ctx context.Context, connectionID, spelling string) (room string, err error) {
	_, key, err := names.ParseRoom(spelling)
	if err != nil {
		return "", err
	}
	connection, err := s.connection(ctx, connectionID)
	if err != nil {
		return "", err
	}
	was, err := s.store.DeleteSeat(ctx, key, connectionID)
	if err != nil {
		return "", fmt.Errorf("leave: %w", err)
	}
	if err := s.store.ExitRoom(ctx, connectionID, key); err != nil {
		return "", fmt.Errorf("leave: %w", err)
	}
	if was {
		s.announceLeave(ctx, key, connection)
	}
	return key, nil
}

// openRoom reads a room, or makes it. If many requests make it at once, one
// wins, and the others take its epoch and title.
func (s *Service) openRoom(ctx context.Context, title, key, uid string) (Room, error) {
	for round := range createRounds {
		room, err := s.store.Room(ctx, key)
		if err == nil {
			return room, nil
		}
		if !errors.Is(err, refusal.ErrNotFound) {
			return Room{}, fmt.Errorf("read room: %w", err)
		}
		room, err = s.makeRoom(ctx, title, key, uid)
		if !errors.Is(err, refusal.ErrTaken) {
			return room, err
		}
		// The winner's transaction may not be complete yet.
		if err := sleep(ctx, s.backoff(round)); err != nil {
			return Room{}, err
		}
	}
	return Room{}, refusal.Errorf(refusal.Busy, "The room is being made. Try again.")
}

func (s *Service) makeRoom(ctx context.Context, title, key, uid string) (Room, error) {
	epoch, err := random.ID(s.random, epochLength)
	if err != nil {
		return Room{}, err
	}
	room := Room{Key: key, Title: title, Epoch: epoch, CreatedAt: s.now().UTC().Truncate(time.Millisecond), CreatedBy: uid}
	if err := s.store.CreateRoom(ctx, room); err != nil {
		return Room{}, fmt.Errorf("make room: %w", err)
	}
	return room, nil
}

// Rooms lists the public rooms whose key begins with the key of a spelling, in
// the order of keys; more reports whether there are others. Error:
// [refusal.BadRequest].
func (s *Service) Rooms(ctx context.Context, prefix string) (rooms []Room, more bool, err error) {
	if len(prefix) > names.MaxRoomBytes {
		return nil, false, refusal.Errorf(refusal.BadRequest, "A room's name has 1 to %d characters.", names.MaxRoomRunes)
	}
	rooms, more, err = s.store.Rooms(ctx, names.RoomKey(prefix), roomsLimit)
	if err != nil {
		return nil, false, fmt.Errorf("list rooms: %w", err)
	}
	return rooms, more, nil
}
