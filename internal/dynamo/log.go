package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"projectchat/internal/chat"
)

// A log row's attributes: kind, cid, uid, name, text, at; and, if they have a
// value, target, expires, edited, deleted, edits (a set), textHash.
func logRow(room, epoch string, m chat.Message) item {
	attributes := item{
		"kind": text(m.Kind),
		"cid":  text(m.CID),
		"uid":  text(m.UID),
		"name": text(m.Name),
		"text": text(m.Text),
		"at":   millis(m.At),
	}
	if !m.Expires.IsZero() {
		attributes["expires"] = seconds(m.Expires)
	}
	if m.Target != 0 {
		attributes["target"] = number(m.Target)
	}
	if m.TextHash != "" {
		attributes["textHash"] = text(m.TextHash)
	}
	return row(logKey(room, epoch, m.Seq), attributes)
}

func messageOf(r item) (chat.Message, error) {
	seq, err := seqOf(skOf(r))
	if err != nil {
		return chat.Message{}, fmt.Errorf("dynamo: a log row without a seq: %w", err)
	}
	return chat.Message{
		Seq:      seq,
		Kind:     textOf(r["kind"]),
		CID:      textOf(r["cid"]),
		UID:      textOf(r["uid"]),
		Name:     textOf(r["name"]),
		Target:   numberOf(r["target"]),
		Text:     textOf(r["text"]),
		At:       millisOf(r["at"]),
		Expires:  secondsOf(r["expires"]),
		Edited:   numberOf(r["edited"]),
		Deleted:  numberOf(r["deleted"]),
		Edits:    numberSetOf(r["edits"]),
		TextHash: textOf(r["textHash"]),
	}, nil
}

// ReadLog implements [chat.LogStore]. Like DynamoDB, it sets Truncated at a
// page that ends because of its limit, even at the very end of the range.
func (s *Store) ReadLog(ctx context.Context, room string, r chat.LogRange) (chat.LogPage, error) {
	from, to := max(r.From, 0), r.To
	if to == 0 {
		to = maxSeq
	}
	if from > to || from > maxSeq { // DynamoDB refuses this range
		return chat.LogPage{}, ctx.Err()
	}
	out, err := do(ctx, s, "ReadLog", &dynamodb.QueryInput{
		TableName:                &s.table,
		KeyConditionExpression:   aws.String("#pk = :pk AND #sk BETWEEN :from AND :to"),
		ExpressionAttributeNames: names("pk", "sk"),
		ExpressionAttributeValues: item{
			":pk": text(logPK(room, r.Epoch)), ":from": text(logSK(from)), ":to": text(logSK(min(to, maxSeq))),
		},
		ScanIndexForward: aws.Bool(!r.Descending),
		Limit:            aws.Int32(int32(r.Limit)),
		ConsistentRead:   aws.Bool(true),
	}, s.client.Query)
	if err != nil {
		return chat.LogPage{}, err
	}
	page := chat.LogPage{Truncated: len(out.LastEvaluatedKey) > 0}
	for _, line := range out.Items {
		m, err := messageOf(line)
		if err != nil {
			return chat.LogPage{}, err
		}
		page.Rows = append(page.Rows, m)
	}
	return page, nil
}

// Append implements [chat.LogStore]. If the answer to a successful put was
// lost, the SDK's repetition finds the slot taken by that very row, so Append
// returns the row as the taken one.
func (s *Store) Append(ctx context.Context, room, epoch string, m chat.Message) (*chat.Message, error) {
	if m.Seq < 1 || m.Seq > maxSeq {
		return nil, fmt.Errorf("dynamo: Append: no slot %d", m.Seq)
	}
	_, err := do(ctx, s, "Append", &dynamodb.PutItemInput{
		TableName:                           &s.table,
		Item:                                logRow(room, epoch, m),
		ConditionExpression:                 aws.String("attribute_not_exists(#pk)"),
		ExpressionAttributeNames:            names("pk"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, s.client.PutItem)
	taken, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok {
		return nil, err
	}
	there, err := messageOf(taken.Item)
	if err != nil {
		return nil, err
	}
	return &there, nil
}

// ExpireMessage implements [chat.LogStore].
func (s *Store) ExpireMessage(ctx context.Context, room, epoch string, seq int64, expires time.Time) error {
	_, err := s.update(ctx, "ExpireMessage", logKey(room, epoch, seq), change{
		update:    "SET #expires = :expires",
		condition: "attribute_exists(#pk)",
		names:     names("expires", "pk"),
		values:    item{":expires": seconds(expires)},
	})
	return unlessMissing(err)
}
