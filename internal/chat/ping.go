package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"projectchat/internal/names"
	"projectchat/internal/refusal"
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
	// OnlineFor is how long Online holds; see [Presence].
	OnlineFor time.Duration
}

// Ping notes that a connection is alive and tells how far its rooms are, by
// their keys. [BadRequest], [Unauthorized].
func (s *Service) Ping(ctx context.Context, connectionID string, spellings []string) (map[string]RoomHead, error) {
	if len(spellings) > maxPingRooms {
		return nil, refusal.Errorf(refusal.BadRequest, "A ping asks for at most %d rooms.", maxPingRooms)
	}
	connection, err := s.connection(ctx, connectionID)
	if isUnauthorized(err) {
		s.bury(ctx, connectionID, spellings)
	}
	if err != nil {
		return nil, err
	}
	heads := make(map[string]RoomHead, len(spellings))
	for _, spelling := range spellings {
		_, key, err := names.ParseRoom(spelling)
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
	return RoomHead{
		Joined: true, Epoch: epoch, Seq: seq, Live: live,
		Online: presence.Count, OnlineFor: presence.OnlineFor,
	}, nil
}

// touch renews Seen of a seat from time to time, if the connection may still
// be there, and tells whether the row is there.
func (s *Service) touch(ctx context.Context, room string, c Connection) (live bool, err error) {
	now := s.now()
	seat, err := s.store.Seat(ctx, room, c.ID)
	if err == nil && now.Sub(seat.Seen) > touchEvery {
		if err := s.mayStay(ctx, c); err != nil {
			return false, err
		}
		err = s.store.TouchSeat(ctx, room, c.ID, now, c.Expires)
	}
	if errors.Is(err, refusal.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("touch a seat: %w", err)
	}
	return true, nil
}

// mayStay ends a connection whose session was ended or renamed while it stayed:
// who did that retires the session's connections, but may have died before. So
// nobody who pings, as every client does, hears more than a few minutes longer.
func (s *Service) mayStay(ctx context.Context, c Connection) error {
	name, err := s.store.SessionName(ctx, c.Session)
	if err != nil && !errors.Is(err, refusal.ErrNotFound) {
		return fmt.Errorf("read the session of a connection: %w", err)
	}
	if err == nil && name == c.Name {
		return nil
	}
	s.Retire(ctx, []string{c.ID}, name != "")
	return refusal.Errorf(refusal.Unauthorized, "This connection has ended. Connect again.")
}

// bury closes a connection that is open although its row is gone, and takes it
// out of the rooms that it asks for: who retired it died on the way.
func (s *Service) bury(ctx context.Context, connectionID string, spellings []string) {
	for _, spelling := range spellings {
		if _, key, err := names.ParseRoom(spelling); err == nil {
			s.sweep(ctx, key, []string{connectionID})
		}
	}
	err := s.cast.Disconnect(ctx, connectionID, Bye{Code: refusal.Unauthorized, Retry: true})
	s.bestEffort(ctx, "close a connection", err)
}

func isUnauthorized(err error) bool {
	refused, ok := errors.AsType[*refusal.Error](err)
	return ok && refused.Code == refusal.Unauthorized
}
