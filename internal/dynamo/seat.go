package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// A seat's attributes: uid, name, joinedAt, seen, expires; and typed, if its
// person has ever written.
func seatRow(seat chat.Seat) item {
	return row(seatKey(seat.Room, seat.ConnectionID), item{
		"uid":      text(seat.UID),
		"name":     text(seat.Name),
		"joinedAt": millis(seat.JoinedAt),
		"seen":     millis(seat.Seen),
		"expires":  seconds(seat.Expires),
	})
}

func seatOf(room string, r item) chat.Seat {
	return chat.Seat{
		Room:         room,
		ConnectionID: connectionIDOf(skOf(r)),
		UID:          textOf(r["uid"]),
		Name:         textOf(r["name"]),
		JoinedAt:     millisOf(r["joinedAt"]),
		Seen:         millisOf(r["seen"]),
		Typed:        millisOf(r["typed"]),
		Expires:      secondsOf(r["expires"]),
	}
}

// PutSeat implements [chat.ConnectionStore].
func (s *Store) PutSeat(ctx context.Context, seat chat.Seat) (*chat.Seat, error) {
	old, err := s.put(ctx, "PutSeat", seatRow(seat))
	if err != nil || !s.alive(old) {
		return nil, err
	}
	replaced := seatOf(seat.Room, old)
	return &replaced, nil
}

// Seat implements [chat.ConnectionStore].
func (s *Store) Seat(ctx context.Context, room, connectionID string) (chat.Seat, error) {
	found, err := s.getAlive(ctx, "Seat", seatKey(room, connectionID))
	if err != nil {
		return chat.Seat{}, err
	}
	return seatOf(room, found), nil
}

// TouchSeat implements [chat.ConnectionStore].
func (s *Store) TouchSeat(ctx context.Context, room, connectionID string, seen, expires time.Time) error {
	_, err := s.update(ctx, "TouchSeat", seatKey(room, connectionID), change{
		update:    "SET #seen = :seen, #expires = :expires",
		condition: "#expires > :now",
		names:     names("seen", "expires"),
		values:    item{":seen": millis(seen), ":expires": seconds(expires), ":now": seconds(s.now())},
	})
	return err
}

// TouchTyping implements [chat.ConnectionStore].
func (s *Store) TouchTyping(ctx context.Context, room, connectionID string, now, before time.Time) (chat.Seat, error) {
	touched, err := s.update(ctx, "TouchTyping", seatKey(room, connectionID), change{
		update:    "SET #typed = :typed",
		condition: "#expires > :now AND (attribute_not_exists(#typed) OR #typed <= :before)",
		names:     names("typed", "expires"),
		values:    item{":typed": millis(now), ":before": millis(before), ":now": seconds(s.now())},
		give:      types.ReturnValueAllNew,
	})
	if err != nil {
		return chat.Seat{}, err
	}
	return seatOf(room, touched), nil
}

// DeleteSeat implements [chat.ConnectionStore].
func (s *Store) DeleteSeat(ctx context.Context, room, connectionID string) (bool, error) {
	old, err := s.delete(ctx, "DeleteSeat", seatKey(room, connectionID))
	if errors.Is(err, refusal.ErrNotFound) {
		return false, nil
	}
	return s.alive(old), err
}

// Seats implements [chat.ConnectionStore].
func (s *Store) Seats(ctx context.Context, room string) ([]chat.Seat, error) {
	var seats []chat.Seat
	in := s.seatQuery(room, true)
	for {
		out, err := do(ctx, s, "Seats", in, s.client.Query)
		if err != nil {
			return nil, err
		}
		seats = append(seats, s.living(room, out.Items)...)
		if len(out.LastEvaluatedKey) == 0 {
			return seats, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// SampleSeats implements [chat.ConnectionStore]. It takes a second request
// where it goes on from 0.
func (s *Store) SampleSeats(ctx context.Context, room string, from uint32, limit int, consistent bool) (chat.Sample, error) {
	// One row more than asked for shows whether there are more, and how far the
	// sample reaches: up to that row.
	rows, more, err := s.sampleFrom(ctx, room, ">=", from, limit+1, consistent)
	if err == nil && !more && from > 0 && len(rows) <= limit {
		var rest []item
		rest, more, err = s.sampleFrom(ctx, room, "<", from, limit+1-len(rows), consistent)
		rows = append(rows, rest...)
	}
	switch {
	case err != nil:
		return chat.Sample{}, err
	case len(rows) > limit:
		share := ringShare(from, ringPositionOf(rows[limit]))
		return chat.Sample{Seats: s.living(room, rows[:limit]), Share: share}, nil
	case more: // the page was full before the limit was reached
		share := ringShare(from, ringPositionOf(rows[len(rows)-1])+1)
		return chat.Sample{Seats: s.living(room, rows), Share: share}, nil
	}
	return chat.Sample{Seats: s.living(room, rows), Whole: true, Share: 1}, nil
}

// sampleFrom reads seats on one side of a place on the ring, in one request.
func (s *Store) sampleFrom(ctx context.Context, room, side string, at uint32, limit int, consistent bool) (rows []item, more bool, err error) {
	in := s.seatQuery(room, consistent)
	in.KeyConditionExpression = aws.String("#pk = :pk AND #sk " + side + " :at")
	in.ExpressionAttributeNames = names("pk", "sk")
	in.ExpressionAttributeValues[":at"] = text(ringSK(at))
	in.Limit = aws.Int32(int32(limit))
	out, err := do(ctx, s, "SampleSeats", in, s.client.Query)
	if err != nil {
		return nil, false, err
	}
	return out.Items, len(out.LastEvaluatedKey) > 0, nil
}

func (s *Store) seatQuery(room string, consistent bool) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName:                 &s.table,
		KeyConditionExpression:    aws.String("#pk = :pk"),
		ExpressionAttributeNames:  names("pk"),
		ExpressionAttributeValues: item{":pk": text(seatPK(room))},
		ConsistentRead:            &consistent,
	}
}

// living returns the seats of the rows that have not expired.
func (s *Store) living(room string, rows []item) []chat.Seat {
	seats := make([]chat.Seat, 0, len(rows))
	for _, r := range rows {
		if s.alive(r) {
			seats = append(seats, seatOf(room, r))
		}
	}
	return seats
}

func ringPositionOf(r item) uint32 {
	return chat.RingPosition(connectionIDOf(skOf(r)))
}

// ringShare returns the share of the ring between two places, without the
// second.
func ringShare(from, to uint32) float64 {
	return float64(max(to-from, 1)) / (1 << 32)
}
