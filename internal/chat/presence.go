package chat

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	// defaultSmallRoom: see [Options].
	defaultSmallRoom = 100
	touchEvery       = time.Minute
)

// Presence is the people in a room.
type Presence struct {
	Online []Person // at most 100, those who joined first at the front
	Count  int      // number of people; an estimate in a room of more than 100 connections
	// OnlineFor is how long Count holds, by this function's clock, if no person
	// present gives another sign of life. It is 0 if that is unknown, as in a room
	// of more than 100 connections, or if nobody is present.
	OnlineFor time.Duration
	// connections lists all connections of a room that is small enough for
	// pushes about presence.
	connections []Seat
	small       bool
}

// presence reads the people in a room, beginning at a place on the ring.
func (s *Service) presence(ctx context.Context, room string, from uint32, consistent bool) (Presence, error) {
	sample, err := s.store.SampleSeats(ctx, room, from, s.smallRoom+1, consistent)
	if err != nil {
		return Presence{}, fmt.Errorf("read the seats of a room: %w", err)
	}
	people := s.people(sample.Seats)
	p := Presence{Online: people, Count: len(people), connections: sample.Seats}
	p.small = sample.Whole && len(sample.Seats) <= s.smallRoom
	if p.small {
		p.OnlineFor = s.onlineFor(sample.Seats)
	}
	if !sample.Whole {
		p.Count = int(float64(len(people)) / sample.Share)
	}
	if len(p.Online) > s.smallRoom {
		p.Online = p.Online[:s.smallRoom]
	}
	return p, nil
}

// people returns the people present by these seats, those who joined first at
// the front.
func (s *Service) people(seats []Seat) []Person {
	seats = slices.SortedFunc(slices.Values(seats), byJoining)
	seen := map[string]bool{}
	people := []Person{}
	for _, seat := range seats {
		if s.present(seat) && !seen[seat.UID] {
			seen[seat.UID] = true
			people = append(people, Person{UID: seat.UID, Name: seat.Name})
		}
	}
	return people
}

// onlineFor returns how long all people present by these seats, which are all
// seats of a room, stay present if no seat is renewed.
func (s *Service) onlineFor(seats []Seat) time.Duration {
	seen := map[string]time.Time{} // uid → the latest sign of life
	for _, seat := range seats {
		if s.present(seat) && seat.Seen.After(seen[seat.UID]) {
			seen[seat.UID] = seat.Seen
		}
	}
	if len(seen) == 0 {
		return 0
	}
	first := slices.MinFunc(slices.Collect(maps.Values(seen)), time.Time.Compare)
	return max(first.Add(PresenceLife).Sub(s.now()), 1) // not 0, even if the clock has moved on
}

func byJoining(a, b Seat) int {
	return cmp.Or(a.JoinedAt.Compare(b.JoinedAt), cmp.Compare(a.ConnectionID, b.ConnectionID))
}

func (s *Service) present(seat Seat) bool { return s.now().Sub(seat.Seen) < PresenceLife }

// announceJoin reads the people in the room. If this is the first connection of
// its person, it tells the others.
func (s *Service) announceJoin(ctx context.Context, me Seat, again bool) (Presence, error) {
	p, err := s.presence(ctx, me.Room, 0, true)
	if err != nil || !p.small || again {
		return p, err
	}
	for _, seat := range p.connections {
		other := seat.UID == me.UID && seat.ConnectionID != me.ConnectionID
		if other && s.present(seat) && byJoining(seat, me) < 0 {
			return p, nil
		}
	}
	s.push(ctx, me.Room, p.connections, me.ConnectionID, PresencePush{
		Room: me.Room, Joined: []Person{{UID: me.UID, Name: me.Name}}, OnlineCount: p.Count, At: s.now(),
	})
	return p, nil
}

// announceLeave tells the others, unless the person has another connection in
// the room. A connection that cannot be told learns it from the count in its
// next pong.
func (s *Service) announceLeave(ctx context.Context, room string, c Connection) {
	p, err := s.presence(ctx, room, 0, true)
	if err != nil {
		s.bestEffort(ctx, "announce a leave", err)
		return
	}
	gone := Person{UID: c.UID, Name: c.Name}
	stays := slices.ContainsFunc(p.connections, func(seat Seat) bool { return seat.UID == c.UID && s.present(seat) })
	if stays || !p.small {
		return
	}
	s.push(ctx, room, p.connections, c.ID, PresencePush{
		Room: room, Left: []Person{gone}, OnlineCount: p.Count, At: s.now(),
	})
}
