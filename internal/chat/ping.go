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

// RoomHead is how far a room's log goes. It is zero if the connection is not in
// the room.
type RoomHead struct {
	Joined bool // the connection has joined the room; else the rest is zero
	Epoch  string
	Seq    int64
	Live   bool // the connection has a seat, so pushes reach it; if not, it should join again
	Online int  // people; an estimate in a room of more than 100 connections
	// OnlineFor is how long Online holds; see [Presence].
	OnlineFor time.Duration
}

// Ping renews the seats of a connection and returns the heads of the rooms that
// it names, by room key. Errors: [refusal.BadRequest], [refusal.Unauthorized].
func (s *Service) Ping(ctx context.Context, connectionID string, spellings []string) (map[string]RoomHead, error) {
	if len(spellings) > maxPingRooms {
		return nil, refusal.Errorf(refusal.BadRequest, "A ping asks for at most %d rooms.", maxPingRooms)
	}
	connection, err := s.connection(ctx, connectionID)
	if refusal.Is(err, refusal.Unauthorized) {
		s.closeRetired(ctx, connectionID, spellings)
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

// touch renews Seen of a seat from time to time, if the connection may stay.
// live reports whether the seat is there.
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

// mayStay retires a connection whose session was ended or renamed meanwhile.
// The request that did so retires the session's connections, but may have died
// before. So a client that pings, as every client does, hears the room for a
// few more minutes at most.
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

// closeRetired closes a connection that is still open although its row is gone,
// and takes it out of the rooms that it asks for: the request that retired it
// died half-way.
func (s *Service) closeRetired(ctx context.Context, connectionID string, spellings []string) {
	for _, spelling := range spellings {
		if _, key, err := names.ParseRoom(spelling); err == nil {
			s.sweep(ctx, key, []string{connectionID})
		}
	}
	err := s.broadcaster.Disconnect(ctx, connectionID, Bye{Code: refusal.Unauthorized, Retry: true})
	s.bestEffort(ctx, "close a connection", err)
}
