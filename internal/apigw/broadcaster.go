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
	// postTimeout is how long one post may take: PostToConnection can hang
	// (aws-sdk-js-v3 issues 6896, 7632).
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
// AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI names. A process should have only
// one, because it holds the open connections to the endpoint.
func NewBroadcaster(cfg aws.Config, log *slog.Logger) *Broadcaster {
	// A client from the configuration respects AWS_CA_BUNDLE.
	base, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		base = awshttp.NewBuildableClient()
	}
	transport := base.WithTransportOptions(func(t *http.Transport) {
		// The SDK keeps 10 idle connections, so every push would dial again.
		t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 2*postWorkers, postWorkers, postWorkers
	})
	client := management.NewFromConfig(cfg, func(o *management.Options) {
		o.HTTPClient = transport
		// The SDK would retry a 429 for seconds. The heartbeat finds a lost push; a
		// late one holds up all others.
		o.Retryer = aws.NopRetryer{}
	})
	return &Broadcaster{client: client, log: log}
}

// Push posts one frame to many connections. It begins at a random one, so that
// not always the same connections come last if time runs out.
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
		done.unsent = int64(len(to) - i) // no worker touches unsent
		b.log.WarnContext(ctx, "push ran out of time", "outcome", "unsent", "count", len(to)-i)
		break
	}
	close(next)
	workers.Wait()
	end(done)
	return gone
}

// posted is the outcome of a post.
type posted int

const (
	delivered posted = iota
	isNoMore         // the connection no longer exists
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

// isGone reports whether a connection no longer exists. API Gateway answers
// 410, or 400 if the id has a form that it never gives out.
func isGone(err error) bool {
	if _, ok := errors.AsType[*types.GoneException](err); ok {
		return true
	}
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "BadRequestException"
}

// withoutAddress returns the reason why a request got no answer, without its
// address. The address has the connection's id, which a log must not hold, and
// which would make every error a different one.
func withoutAddress(err error) error {
	if unanswered, ok := errors.AsType[*url.Error](err); ok {
		return unanswered.Err
	}
	return err
}
