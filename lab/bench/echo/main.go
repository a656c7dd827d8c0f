// Command echo is the function that the gateways are measured with. It lets every client in,
// and answers every message with the connection's id. A message of the route "broadcast" it
// posts to the connections that are listed in the file CONNECTIONS, below ENDPOINT.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"golang.org/x/sync/errgroup"
)

// posters is how many posts go out at the same time. The SDK's default keeps too few
// connections for that.
const posters = 50

func main() {
	f := function{client: apigatewaymanagementapi.New(apigatewaymanagementapi.Options{
		BaseEndpoint: aws.String(os.Getenv("ENDPOINT")), Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:  awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = posters }),
	})}
	lambda.Start(f.handle)
}

type function struct {
	client *apigatewaymanagementapi.Client
}

func (f function) handle(ctx context.Context, e events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	if e.RequestContext.RouteKey == "broadcast" {
		return events.APIGatewayProxyResponse{StatusCode: 200}, f.broadcast(ctx, e.Body)
	}
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: e.RequestContext.ConnectionID}, nil
}

func (f function) broadcast(ctx context.Context, body string) error {
	var message struct {
		Data string `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &message); err != nil {
		return fmt.Errorf("read a message: %w", err)
	}
	list, err := os.ReadFile(os.Getenv("CONNECTIONS"))
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	var ids []string
	if err := json.Unmarshal(list, &ids); err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(posters)
	for _, id := range ids {
		group.Go(func() error {
			_, err := f.client.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: []byte(message.Data)})
			return err
		})
	}
	return group.Wait()
}
