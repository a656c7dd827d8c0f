package apigw

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"

	"projectchat/internal/version"
)

// warmTime is how long the start of a function waits for its connections at
// most. Within a Region they take about 10 ms.
const warmTime = 300 * time.Millisecond

// Warm opens connections before the first event, all at the same time. The
// start of a function has a whole processor for its TLS handshakes; an event
// has only a share of one, by the function's memory. Warm returns within 300
// ms. It logs connections that fail or take longer; they are opened when they
// are needed. The last line names the release. It comes once per process,
// because on every line it would cost money.
func Warm(log *slog.Logger, open ...func(context.Context) error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), warmTime)
	defer cancel()
	var all sync.WaitGroup
	for _, one := range open {
		all.Go(func() {
			if err := one(ctx); err != nil {
				log.WarnContext(ctx, "not warmed", "outcome", "left to the first event", "err", err)
			}
		})
	}
	opened := make(chan struct{})
	go func() {
		all.Wait()
		close(opened)
	}()
	select {
	case <-opened:
	case <-ctx.Done():
	}
	log.InfoContext(ctx, "warmed", "version", version.Number(), "ms", time.Since(began).Milliseconds())
}

// Open opens a connection to the management API and keeps it for the first
// push. It does nothing if the endpoint is not https, as on a laptop, because
// there is nothing to gain.
func (b *Broadcaster) Open(ctx context.Context) error {
	o := b.client.Options()
	endpoint, err := o.EndpointResolverV2.ResolveEndpoint(ctx, management.EndpointParameters{
		Region: aws.String(o.Region), Endpoint: o.BaseEndpoint, UseDualStack: aws.Bool(false), UseFIPS: aws.Bool(false),
	})
	if err != nil {
		return fmt.Errorf("find the management API: %w", err)
	}
	if endpoint.URI.Scheme != "https" {
		return nil
	}
	// The request is refused because it has no signature: only the TCP and TLS
	// connection matters.
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint.URI.JoinPath("@connections").String(), nil)
	if err != nil {
		return fmt.Errorf("open a connection to the management API: %w", err)
	}
	reply, err := o.HTTPClient.Do(r)
	if err != nil {
		return fmt.Errorf("open a connection to the management API: %w", err)
	}
	defer reply.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(reply.Body, 64<<10)) // read, it is used again
	return err
}
