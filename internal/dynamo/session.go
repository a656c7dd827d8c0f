package dynamo

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

// A session's attributes: uid, name, origin, conns (a set; absent if empty),
// used (absent if never), expires.
func sessionRow(s people.Session) item {
	attributes := item{
		"uid":     text(s.UID),
		"name":    text(s.Name),
		"origin":  text(s.Origin),
		"expires": seconds(s.Expires),
	}
	if len(s.Conns) > 0 {
		attributes["conns"] = textSet(s.Conns...)
	}
	if !s.Used.IsZero() {
		attributes["used"] = millis(s.Used)
	}
	return row(sessionKey(s.Hash), attributes)
}

func sessionOf(hash string, r item) people.Session {
	return people.Session{
		Hash:    hash,
		UID:     textOf(r["uid"]),
		Name:    textOf(r["name"]),
		Origin:  textOf(r["origin"]),
		Conns:   slices.Sorted(slices.Values(textSetOf(r["conns"]))),
		Used:    millisOf(r["used"]),
		Expires: secondsOf(r["expires"]),
	}
}

// PutSession implements [people.Store].
func (s *Store) PutSession(ctx context.Context, session people.Session) error {
	_, err := s.put(ctx, "PutSession", sessionRow(session))
	return err
}

// Session implements [people.Store].
func (s *Store) Session(ctx context.Context, hash string) (people.Session, error) {
	found, err := s.getAlive(ctx, "Session", sessionKey(hash))
	if err != nil {
		return people.Session{}, err
	}
	return sessionOf(hash, found), nil
}

// UseSession implements [people.Store].
func (s *Store) UseSession(ctx context.Context, hash string, used, expires time.Time) error {
	_, err := s.update(ctx, "UseSession", sessionKey(hash), change{
		update:    "SET #used = :used, #expires = :expires",
		condition: "#expires > :now",
		names:     names("used", "expires"),
		values:    item{":used": millis(used), ":expires": seconds(expires), ":now": seconds(s.now())},
	})
	return err
}

// RenameSession implements [people.Store].
func (s *Store) RenameSession(ctx context.Context, hash, name string) (people.Session, error) {
	old, err := s.update(ctx, "RenameSession", sessionKey(hash), change{
		update:    "SET #name = :name REMOVE #conns",
		condition: "#expires > :now",
		names:     names("name", "conns", "expires"),
		values:    item{":name": text(name), ":now": seconds(s.now())},
		give:      types.ReturnValueAllOld,
	})
	if err != nil {
		return people.Session{}, err
	}
	return sessionOf(hash, old), nil
}

// DeleteSession implements [people.Store].
func (s *Store) DeleteSession(ctx context.Context, hash string) (people.Session, error) {
	old, err := s.delete(ctx, "DeleteSession", sessionKey(hash))
	if err != nil {
		return people.Session{}, err
	}
	if !s.alive(old) {
		return people.Session{}, refusal.ErrNotFound
	}
	return sessionOf(hash, old), nil
}

// SessionName implements [chat.SessionStore].
func (s *Store) SessionName(ctx context.Context, hash string) (string, error) {
	session, err := s.Session(ctx, hash)
	return session.Name, err
}

// AddConnection implements [chat.SessionStore].
func (s *Store) AddConnection(ctx context.Context, hash, name, connectionID string, now time.Time) error {
	_, err := s.update(ctx, "AddConnection", sessionKey(hash), change{
		update:    "ADD #conns :id",
		condition: "#expires > :now AND #name = :name",
		names:     names("conns", "expires", "name"),
		values:    item{":id": textSet(connectionID), ":now": seconds(now), ":name": text(name)},
	})
	return err
}

// RemoveConnection implements [chat.SessionStore].
func (s *Store) RemoveConnection(ctx context.Context, hash, connectionID string) error {
	_, err := s.update(ctx, "RemoveConnection", sessionKey(hash), change{
		update:    "DELETE #conns :id",
		condition: "attribute_exists(#pk)",
		names:     names("conns", "pk"),
		values:    item{":id": textSet(connectionID)},
	})
	return unlessMissing(err)
}

// Claim implements [people.Store]. A claim's attributes: uid, name, expires.
func (s *Store) Claim(ctx context.Context, c people.Claim) error {
	_, err := do(ctx, s, "Claim", &dynamodb.PutItemInput{
		TableName: &s.table,
		Item: row(nameKey(c.Key), item{
			"uid": text(c.UID), "name": text(c.Name), "expires": seconds(c.Expires),
		}),
		ConditionExpression:       aws.String("attribute_not_exists(#pk) OR #uid = :uid OR NOT #expires > :now"),
		ExpressionAttributeNames:  names("pk", "uid", "expires"),
		ExpressionAttributeValues: item{":uid": text(c.UID), ":now": seconds(s.now())},
	}, s.client.PutItem)
	if conditionFailed(err) {
		return refusal.ErrTaken
	}
	return err
}

// Release implements [people.Store].
func (s *Store) Release(ctx context.Context, key, uid string) error {
	_, err := do(ctx, s, "Release", &dynamodb.DeleteItemInput{
		TableName:                 &s.table,
		Key:                       nameKey(key),
		ConditionExpression:       aws.String("#uid = :uid"),
		ExpressionAttributeNames:  names("uid"),
		ExpressionAttributeValues: item{":uid": text(uid)},
		ReturnValues:              types.ReturnValueNone,
	}, s.client.DeleteItem)
	if conditionFailed(err) {
		return nil
	}
	return err
}
