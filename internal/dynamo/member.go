package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"projectchat/internal/chat"
)

// A live row's attributes: uid, name, joinedAt, seen, expires; and typed, if its
// person ever wrote.
func memberRow(m chat.Member) item {
	return row(liveKey(m.Room, m.ConnectionID), item{
		"uid":      text(m.UID),
		"name":     text(m.Name),
		"joinedAt": millis(m.JoinedAt),
		"seen":     millis(m.Seen),
		"expires":  seconds(m.Expires),
	})
}

func memberOf(room string, r item) chat.Member {
	return chat.Member{
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

// PutMember implements [chat.ConnectionStore].
func (s *Store) PutMember(ctx context.Context, m chat.Member) (*chat.Member, error) {
	old, err := s.put(ctx, "PutMember", memberRow(m))
	if err != nil || !s.alive(old) {
		return nil, err
	}
	replaced := memberOf(m.Room, old)
	return &replaced, nil
}

// Member implements [chat.ConnectionStore].
func (s *Store) Member(ctx context.Context, room, connectionID string) (chat.Member, error) {
	found, err := s.getAlive(ctx, "Member", liveKey(room, connectionID))
	if err != nil {
		return chat.Member{}, err
	}
	return memberOf(room, found), nil
}

// TouchMember implements [chat.ConnectionStore].
func (s *Store) TouchMember(ctx context.Context, room, connectionID string, seen, expires time.Time) error {
	_, err := s.update(ctx, "TouchMember", liveKey(room, connectionID), change{
		update:    "SET #seen = :seen, #expires = :expires",
		condition: "#expires > :now",
		names:     names("seen", "expires"),
		values:    item{":seen": millis(seen), ":expires": seconds(expires), ":now": seconds(s.now())},
	})
	return err
}

// TouchTyping implements [chat.ConnectionStore].
func (s *Store) TouchTyping(ctx context.Context, room, connectionID string, now, before time.Time) (chat.Member, error) {
	touched, err := s.update(ctx, "TouchTyping", liveKey(room, connectionID), change{
		update:    "SET #typed = :typed",
		condition: "#expires > :now AND (attribute_not_exists(#typed) OR #typed <= :before)",
		names:     names("typed", "expires"),
		values:    item{":typed": millis(now), ":before": millis(before), ":now": seconds(s.now())},
		give:      types.ReturnValueAllNew,
	})
	if err != nil {
		return chat.Member{}, err
	}
	return memberOf(room, touched), nil
}

// DeleteMember implements [chat.ConnectionStore].
func (s *Store) DeleteMember(ctx context.Context, room, connectionID string) (bool, error) {
	old, err := s.delete(ctx, "DeleteMember", liveKey(room, connectionID))
	if errors.Is(err, chat.ErrNotFound) {
		return false, nil
	}
	return s.alive(old), err
}

// Members implements [chat.ConnectionStore].
func (s *Store) Members(ctx context.Context, room string) ([]chat.Member, error) {
	var members []chat.Member
	in := s.liveQuery(room, true)
	for {
		out, err := do(ctx, s, "Members", in, s.client.Query)
		if err != nil {
			return nil, err
		}
		members = append(members, s.living(room, out.Items)...)
		if len(out.LastEvaluatedKey) == 0 {
			return members, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// SampleMembers implements [chat.ConnectionStore]. Where it goes on from 0 it
// takes a second request.
func (s *Store) SampleMembers(ctx context.Context, room string, from uint32, limit int, consistent bool) (chat.Sample, error) {
	// One row more than asked for tells whether there are more, and how far the
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
		span := ringShare(from, ringPositionOf(rows[limit]))
		return chat.Sample{Members: s.living(room, rows[:limit]), Span: span}, nil
	case more: // the page was full before the limit was reached
		span := ringShare(from, ringPositionOf(rows[len(rows)-1])+1)
		return chat.Sample{Members: s.living(room, rows), Span: span}, nil
	}
	return chat.Sample{Members: s.living(room, rows), Whole: true, Span: 1}, nil
}

// sampleFrom reads live rows on one side of a place on the ring, in one request.
func (s *Store) sampleFrom(ctx context.Context, room, side string, at uint32, limit int, consistent bool) (rows []item, more bool, err error) {
	in := s.liveQuery(room, consistent)
	in.KeyConditionExpression = aws.String("#pk = :pk AND #sk " + side + " :at")
	in.ExpressionAttributeNames = names("pk", "sk")
	in.ExpressionAttributeValues[":at"] = text(ringSK(at))
	in.Limit = aws.Int32(int32(limit))
	out, err := do(ctx, s, "SampleMembers", in, s.client.Query)
	if err != nil {
		return nil, false, err
	}
	return out.Items, len(out.LastEvaluatedKey) > 0, nil
}

func (s *Store) liveQuery(room string, consistent bool) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName:                 &s.table,
		KeyConditionExpression:    aws.String("#pk = :pk"),
		ExpressionAttributeNames:  names("pk"),
		ExpressionAttributeValues: item{":pk": text(livePK(room))},
		ConsistentRead:            &consistent,
	}
}

// living picks those rows that have not expired.
func (s *Store) living(room string, rows []item) []chat.Member {
	members := make([]chat.Member, 0, len(rows))
	for _, r := range rows {
		if s.alive(r) {
			members = append(members, memberOf(room, r))
		}
	}
	return members
}

func ringPositionOf(r item) uint32 {
	return chat.RingPosition(connectionIDOf(skOf(r)))
}

// ringShare is the share of the ring from a place up to another, not included.
func ringShare(from, to uint32) float64 {
	return float64(max(to-from, 1)) / (1 << 32)
}
