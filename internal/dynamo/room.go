package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// A room's attributes: title, epoch, createdAt, createdBy.
func roomRow(r chat.Room) item {
	return row(roomKey(r.Key), item{
		"title":     text(r.Title),
		"epoch":     text(r.Epoch),
		"createdAt": millis(r.CreatedAt),
		"createdBy": text(r.CreatedBy),
	})
}

// Room implements [chat.LogStore].
func (s *Store) Room(ctx context.Context, key string) (chat.Room, error) {
	found, err := s.get(ctx, "Room", roomKey(key))
	if err != nil {
		return chat.Room{}, err
	}
	return chat.Room{
		Key:       key,
		Title:     textOf(found["title"]),
		Epoch:     textOf(found["epoch"]),
		CreatedAt: millisOf(found["createdAt"]),
		CreatedBy: textOf(found["createdBy"]),
	}, nil
}

// CreateRoom implements [chat.LogStore]. The directory's line has one
// attribute, title. If an answer was lost, the SDK's repetition carries the
// same token, so that DynamoDB does not count it as a second attempt.
func (s *Store) CreateRoom(ctx context.Context, r chat.Room) error {
	line := row(directoryKey(r.Key), item{"title": text(r.Title)})
	_, err := do(ctx, s, "CreateRoom", &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{
				TableName:                &s.table,
				Item:                     roomRow(r),
				ConditionExpression:      aws.String("attribute_not_exists(#pk)"),
				ExpressionAttributeNames: names("pk"),
			}},
			{Put: &types.Put{TableName: &s.table, Item: line}},
		},
	}, s.client.TransactWriteItems)
	if cancelledFor(err, "ConditionalCheckFailed", "TransactionConflict") {
		return refusal.ErrTaken
	}
	return err
}

// Rooms implements [chat.LogStore].
func (s *Store) Rooms(ctx context.Context, prefix string, limit int) (rooms []chat.Room, more bool, err error) {
	in := &dynamodb.QueryInput{
		TableName:                 &s.table,
		KeyConditionExpression:    aws.String("#pk = :pk"),
		ExpressionAttributeNames:  names("pk"),
		ExpressionAttributeValues: item{":pk": text(directoryPK)},
		ConsistentRead:            aws.Bool(true),
	}
	if prefix != "" { // DynamoDB refuses an empty key
		in.KeyConditionExpression = aws.String("#pk = :pk AND begins_with(#sk, :prefix)")
		in.ExpressionAttributeNames = names("pk", "sk")
		in.ExpressionAttributeValues[":prefix"] = text(prefix)
	}
	for {
		in.Limit = aws.Int32(int32(limit + 1 - len(rooms)))
		out, err := do(ctx, s, "Rooms", in, s.client.Query)
		if err != nil {
			return nil, false, err
		}
		for _, line := range out.Items {
			rooms = append(rooms, chat.Room{Key: skOf(line), Title: textOf(line["title"])})
		}
		if len(rooms) > limit {
			return rooms[:limit], true, nil
		}
		if len(out.LastEvaluatedKey) == 0 {
			return rooms, false, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}
