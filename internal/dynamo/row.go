package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"projectchat/internal/refusal"
)

// alive reports whether a row is there and has not expired: TTL deletes days
// later.
func (s *Store) alive(r item) bool {
	return len(r) > 0 && s.now().Before(secondsOf(r["expires"]))
}

// get reads one row, consistently; [refusal.ErrNotFound].
func (s *Store) get(ctx context.Context, op string, key item) (item, error) {
	out, err := do(ctx, s, op, &dynamodb.GetItemInput{
		TableName:      &s.table,
		Key:            key,
		ConsistentRead: aws.Bool(true),
	}, s.client.GetItem)
	if err != nil {
		return nil, err
	}
	if len(out.Item) == 0 {
		return nil, refusal.ErrNotFound
	}
	return out.Item, nil
}

// getAlive is get for rows that expire.
func (s *Store) getAlive(ctx context.Context, op string, key item) (item, error) {
	found, err := s.get(ctx, op, key)
	if err == nil && !s.alive(found) {
		return nil, refusal.ErrNotFound
	}
	return found, err
}

// put writes a row and returns the row that it replaced.
func (s *Store) put(ctx context.Context, op string, r item) (old item, err error) {
	out, err := do(ctx, s, op, &dynamodb.PutItemInput{
		TableName:    &s.table,
		Item:         r,
		ReturnValues: types.ReturnValueAllOld,
	}, s.client.PutItem)
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// change is an update of a row. Its condition must fail for a missing row, so
// that no update brings back part of a deleted one.
type change struct {
	update, condition string
	names             map[string]string
	values            item
	give              types.ReturnValue // "": no attributes
}

// input is the request that makes a change.
func (c change) input(table string, key item) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{
		TableName:                 &table,
		Key:                       key,
		UpdateExpression:          &c.update,
		ConditionExpression:       &c.condition,
		ExpressionAttributeNames:  c.names,
		ExpressionAttributeValues: c.values,
	}
}

// update changes a row and returns the attributes that the change asks for;
// [refusal.ErrNotFound] if the condition failed.
func (s *Store) update(ctx context.Context, op string, key item, c change) (given item, err error) {
	in := c.input(s.table, key)
	in.ReturnValues = c.give
	out, err := do(ctx, s, op, in, s.client.UpdateItem)
	if conditionFailed(err) {
		return nil, refusal.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// delete deletes a row and returns it as it was, expired or not;
// [refusal.ErrNotFound].
func (s *Store) delete(ctx context.Context, op string, key item) (old item, err error) {
	out, err := do(ctx, s, op, &dynamodb.DeleteItemInput{
		TableName:    &s.table,
		Key:          key,
		ReturnValues: types.ReturnValueAllOld,
	}, s.client.DeleteItem)
	if err != nil {
		return nil, err
	}
	if len(out.Attributes) == 0 {
		return nil, refusal.ErrNotFound
	}
	return out.Attributes, nil
}

// unlessMissing drops the error of a missing row.
func unlessMissing(err error) error {
	if errors.Is(err, refusal.ErrNotFound) {
		return nil
	}
	return err
}
