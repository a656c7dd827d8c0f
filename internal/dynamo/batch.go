package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// batchLimit is the largest number of rows in a BatchWriteItem:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
const batchLimit = 25

func puts(rows []item) (writes []types.WriteRequest) {
	for _, r := range rows {
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: r}})
	}
	return writes
}

func deletions(rows []item) (writes []types.WriteRequest) {
	for _, r := range rows {
		writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key(pkOf(r), skOf(r))}})
	}
	return writes
}

// write writes any number of rows; in a dry run none. It repeats the rows for
// which DynamoDB has no throughput, at growing intervals, until ctx ends.
func (s *restoring) write(ctx context.Context, writes []types.WriteRequest) error {
	pause := 50 * time.Millisecond
	for len(writes) > 0 && !s.DryRun {
		n := min(len(writes), batchLimit)
		out, err := s.Client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{s.To: writes[:n]}})
		if err != nil {
			return err
		}
		left := out.UnprocessedItems[s.To]
		writes = append(left, writes[n:]...)
		if len(left) == 0 {
			pause = 50 * time.Millisecond
			continue
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, 10*time.Second)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
