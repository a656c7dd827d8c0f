package dynamo

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Open opens a connection to DynamoDB and keeps it for the first request. It
// does nothing if the endpoint is not https, as on a laptop, because there is
// nothing to gain.
func (s *Store) Open(ctx context.Context) error {
	o := s.client.Options()
	endpoint, err := o.EndpointResolverV2.ResolveEndpoint(ctx, dynamodb.EndpointParameters{
		Region: aws.String(o.Region), Endpoint: o.BaseEndpoint, UseDualStack: aws.Bool(false), UseFIPS: aws.Bool(false),
	})
	if err != nil {
		return fmt.Errorf("dynamo: find the endpoint: %w", err)
	}
	if endpoint.URI.Scheme != "https" {
		return nil
	}
	// DynamoDB answers with its health and asks for no signature: only the TCP and
	// TLS connection matters.
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint.URI.String(), nil)
	if err != nil {
		return fmt.Errorf("dynamo: open a connection: %w", err)
	}
	reply, err := o.HTTPClient.Do(r)
	if err != nil {
		return fmt.Errorf("dynamo: open a connection: %w", err)
	}
	defer reply.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(reply.Body, 64<<10)) // read, it is used again
	return err
}
