// Package dynamo keeps the chat in one DynamoDB table. [Store] is [chat.Store]
// and [people.Store] on Amazon's database, in AWS and on a laptop.
//
// The table has the keys pk and sk, both strings, and TTL on expires.
// docs/design.md has its rows with their keys and attributes; the file of each
// family has its attributes. Times are numbers: expires in whole seconds since
// 1970, as TTL wants it, every other time in milliseconds, both rounded down.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// How long the store tries. A function has a few seconds for everything, and
// "busy, try again" has to come while its caller still waits.
const (
	requestBudget = 2500 * time.Millisecond // of one request with its repetitions
	maxAttempts   = 3
	maxBackoff    = 400 * time.Millisecond
)

// Store is a [chat.Store] and a [people.Store]. It is safe for concurrent use,
// and holds no state but the client's connections.
//
// Errors are those of the interfaces. A throttled request, and one that used up
// its 2.5 s, return [refusal.ErrBusy]; the end of the caller's context returns
// that context's error. No error holds a message's text or a key.
type Store struct {
	client *dynamodb.Client
	table  string
	now    func() time.Time
	budget time.Duration
}

var _ chat.Store = (*Store)(nil)

// New makes a store on an existing table. now decides what has expired; nil is
// [time.Now].
func New(client *dynamodb.Client, table string, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{client: client, table: table, now: now, budget: requestBudget}
}

// NewClient makes the one client of a process, with at most 3 attempts, short
// pauses, and connections kept for many requests at once. (The SDK's defaults
// are pauses of up to 20 s and 10 kept connections.) A later option wins.
func NewClient(cfg aws.Config, options ...func(*dynamodb.Options)) *dynamodb.Client {
	tuned := func(o *dynamodb.Options) {
		o.HTTPClient = tuneHTTP(o.HTTPClient)
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = maxAttempts
			o.MaxBackoff = maxBackoff
		})
		// Error replies have no checksum, and the SDK warns on standard error at
		// every failed condition (aws-sdk-go-v2 issue 3545). TLS protects the replies
		// of AWS all the same.
		o.DisableValidateResponseChecksum = true
	}
	return dynamodb.NewFromConfig(cfg, append([]func(*dynamodb.Options){tuned}, options...)...)
}

// tuneHTTP keeps more connections open. It does not change a client that the
// caller has made.
func tuneHTTP(client dynamodb.HTTPClient) dynamodb.HTTPClient {
	if client == nil {
		client = awshttp.NewBuildableClient()
	}
	buildable, ok := client.(*awshttp.BuildableClient)
	if !ok {
		return client
	}
	const idleConnections = 256
	return buildable.WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = idleConnections, idleConnections
	})
}

// item is a row, or its key.
type item = map[string]types.AttributeValue

// do makes one request within its budget. The caller recognises an error that
// is an answer, such as a failed condition; see [wrap] for the others.
func do[In, Out any](ctx context.Context, s *Store, op string, in In,
	call func(context.Context, In, ...func(*dynamodb.Options)) (Out, error)) (Out, error) {
	limited, cancel := context.WithTimeout(ctx, s.budget)
	defer cancel()
	out, err := call(limited, in)
	if err != nil {
		return out, wrap(ctx, limited, op, err)
	}
	return out, nil
}

// wrap names the operation, and distinguishes the end of the caller's context
// and a busy store from everything else.
func wrap(ctx, limited context.Context, op string, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("dynamo: %s: %w (%w)", op, ctx.Err(), err)
	case limited.Err() != nil && errors.Is(err, limited.Err()):
		return fmt.Errorf("dynamo: %s: %w: no answer in time", op, refusal.ErrBusy)
	case isBusy(err):
		return fmt.Errorf("dynamo: %s: %w: %w", op, refusal.ErrBusy, err)
	}
	return fmt.Errorf("dynamo: %s: %w", op, err)
}

// isBusy reports whether DynamoDB refused for now. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
// and, for the reasons of a cancelled transaction,
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html.
func isBusy(err error) bool {
	apiError, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	switch apiError.ErrorCode() {
	case "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
		"TransactionInProgressException", "TransactionConflictException":
		return true
	}
	return cancelledFor(err, "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError")
}

// conditionFailed reports whether a write's condition was not met.
func conditionFailed(err error) bool {
	_, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	return ok
}

// cancelledFor reports whether a transaction was cancelled for one of these
// reasons.
func cancelledFor(err error, codes ...string) bool {
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return false
	}
	for _, reason := range cancelled.CancellationReasons {
		for _, code := range codes {
			if aws.ToString(reason.Code) == code {
				return true
			}
		}
	}
	return false
}
