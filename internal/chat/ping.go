package chat

import (
	"context"
	"errors"
	"fmt"
)

const maxPingRooms = 16

// RoomHead is how far a room is. Of a room that the connection is not in it
// holds nothing.
type RoomHead struct {
	Joined bool // the connection believes to be in the room; else the rest is zero
	Epoch  string
	Seq    int64
	Live   bool // pushes reach the connection; if not, it should join again
	Online int  // people; an estimate in a room of more than 100 connections
}

// Ping notes that a connection is alive and tells how far its rooms are, by
// their keys. [BadRequest], [Unauthorized].
func (s *Service) Ping(ctx context.Context, connectionID string, spellings []string) (map[string]RoomHead, error) {
	if len(spellings) > maxPingRooms {
		return nil, Errorf(BadRequest, "A ping asks for at most %d rooms.", maxPingRooms)
	}
	connection, err := s.connection(ctx, connectionID)
	if err != nil {
		return nil, err
	}
	heads := make(map[string]RoomHead, len(spellings))
	for _, spelling := range spellings {
		_, key, err := ParseRoom(spelling)
		if err != nil {
			return nil, err
		}
		epoch, in := connection.Rooms[key]
		if !in {
			heads[key] = RoomHead{}
			continue
		}
		if heads[key], err = s.pingRoom(ctx, connection, key, epoch); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

func (s *Service) pingRoom(ctx context.Context, c Connection, room, epoch string) (RoomHead, error) {
	live, err := s.touch(ctx, room, c)
	if err != nil {
		return RoomHead{}, err
	}
	seq, err := s.head(ctx, log{room, epoch})
	if err != nil {
		return RoomHead{}, err
	}
	presence, err := s.presence(ctx, room, s.ring(), false)
	if err != nil {
		return RoomHead{}, err
	}
	return RoomHead{Joined: true, Epoch: epoch, Seq: seq, Live: live, Online: presence.Count}, nil
}

// touch renews Seen of a live row from time to time, and tells whether the row
// is there.
func (s *Service) touch(ctx context.Context, room string, c Connection) (live bool, err error) {
	now := s.now()
	member, err := s.store.Member(ctx, room, c.ID)
	if err == nil && now.Sub(member.Seen) > touchEvery {
		err = s.store.TouchMember(ctx, room, c.ID, now, c.Expires)
	}
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("touch a live row: %w", err)
	}
	return true, nil
}
