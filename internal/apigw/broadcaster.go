package apigw

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/smithy-go"

	"projectchat/internal/chat"
)

const (
	// postWorkers is how many posts of one push are under way at once.
	postWorkers = 64
	// postTimeout is how long one post may take: PostToConnection has been seen
	// to hang (aws-sdk-js-v3 issues 6896, 7632).
	postTimeout = time.Second
)

// Broadcaster posts to connections through API Gateway's management API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
type Broadcaster struct {
	client *management.Client
	log    *slog.Logger
}

var _ chat.Broadcaster = (*Broadcaster)(nil)

// NewBroadcaster makes a Broadcaster for the endpoint that
// AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI names. There should be one in a
// process: it holds the open connections to the endpoint.
func NewBroadcaster(cfg aws.Config, log *slog.Logger) *Broadcaster {
	// The configuration's own knows of AWS_CA_BUNDLE.
	base, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		base = awshttp.NewBuildableClient()
	}
	transport := base.WithTransportOptions(func(t *http.Transport) {
		// The SDK keeps 10 idle connections, so that every push would dial anew.
		t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 2*postWorkers, postWorkers, postWorkers
	})
	client := management.NewFromConfig(cfg, func(o *management.Options) {
		o.HTTPClient = transport
		// The SDK would retry a 429 for seconds. A push that is lost is found by
		// the heartbeat; one that comes late holds up everybody else's.
		o.Retryer = aws.NopRetryer{}
	})
	return &Broadcaster{client: client, log: log}
}

// Push posts one frame to many connections, beginning anywhere, so that it is
// not always the same who come last where time runs out.
func (b *Broadcaster) Push(ctx context.Context, to []string, p chat.Push) (gone []string) {
	frame, end := EncodePush(p), tallyOf(ctx).push(p)
	start, next := rand.N(max(len(to), 1)), make(chan string)
	var mu sync.Mutex
	var done counts
	var workers sync.WaitGroup
	for range min(postWorkers, len(to)) {
		workers.Go(func() {
			for id := range next {
				outcome := b.post(ctx, id, frame)
				mu.Lock()
				done.count(outcome)
				if outcome == isNoMore {
					gone = append(gone, id)
				}
				mu.Unlock()
			}
		})
	}
	for i := range to {
		select {
		case next <- to[(start+i)%len(to)]:
			continue
		case <-ctx.Done():
		}
		done.unsent = int64(len(to) - i) // no worker touches it
		b.log.WarnContext(ctx, "push ran out of time", "outcome", "unsent", "count", len(to)-i)
		break
	}
	close(next)
	workers.Wait()
	end(done)
	return gone
}

// posted is how a post ended.
type posted int

const (
	delivered posted = iota
	isNoMore         // there is no such connection
	failed
)

func (c *counts) count(outcome posted) {
	switch outcome {
	case delivered:
		c.deliveries++
	case isNoMore:
		c.gone++
	case failed:
		c.failed++
	}
}

// post sends a frame to one connection.
func (b *Broadcaster) post(ctx context.Context, id string, frame []byte) posted {
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	_, err := b.client.PostToConnection(ctx, &management.PostToConnectionInput{ConnectionId: &id, Data: frame})
	switch {
	case err == nil:
		return delivered
	case isGone(err):
		return isNoMore
	}
	b.log.WarnContext(ctx, "post failed", "outcome", "left to the heartbeat", "err", withoutAddress(err))
	return failed
}

// Disconnect says bye and closes a connection.
func (b *Broadcaster) Disconnect(ctx context.Context, id string, bye chat.Bye) error {
	ctx, cancel := context.WithTimeout(ctx, 2*postTimeout)
	defer cancel()
	outcome := b.post(ctx, id, EncodePush(bye))
	var one counts
	one.count(outcome)
	tallyOf(ctx).add(one)
	if outcome == isNoMore {
		return nil
	}
	_, err := b.client.DeleteConnection(ctx, &management.DeleteConnectionInput{ConnectionId: &id})
	if err != nil && !isGone(err) {
		return fmt.Errorf("close a connection: %w", withoutAddress(err))
	}
	return nil
}

// isGone tells that a connection is no more: API Gateway says so with 410, and
// with 400 where the id is none that it could have given.
func isGone(err error) bool {
	if _, ok := errors.AsType[*types.GoneException](err); ok {
		return true
	}
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "BadRequestException"
}

// withoutAddress is why a request was not answered, without its address, which has
// the connection's id: a log must not hold it, and could not count by such errors.
func withoutAddress(err error) error {
	if unanswered, ok := errors.AsType[*url.Error](err); ok {
		return unanswered.Err
	}
	return err
}
