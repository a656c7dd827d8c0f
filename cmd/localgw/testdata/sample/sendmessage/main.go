// Command sendmessage posts a message to every connection.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	gone "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func handle(ctx context.Context, event events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	table := aws.String(os.Getenv("TABLE_NAME"))
	database := dynamodb.NewFromConfig(cfg)
	connections, err := database.Scan(ctx, &dynamodb.ScanInput{TableName: table, ProjectionExpression: aws.String("connectionId")})
	if err != nil {
		return events.APIGatewayProxyResponse{StatusCode: 500, Body: err.Error()}, nil
	}
	api := apigatewaymanagementapi.NewFromConfig(cfg, func(o *apigatewaymanagementapi.Options) {
		o.BaseEndpoint = aws.String("https://" + event.RequestContext.DomainName + "/" + event.RequestContext.Stage)
	})
	var message struct {
		Data string `json:"data"`
	}
	if err := json.Unmarshal([]byte(event.Body), &message); err != nil {
		return events.APIGatewayProxyResponse{StatusCode: 400, Body: err.Error()}, nil
	}
	for _, item := range connections.Items {
		id := item["connectionId"].(*types.AttributeValueMemberS).Value
		_, err := api.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: []byte(message.Data)})
		if _, stale := errors.AsType[*gone.GoneException](err); stale {
			fmt.Printf("Found stale connection, deleting %s\n", id)
			_, err = database.DeleteItem(ctx, &dynamodb.DeleteItemInput{
				TableName: table,
				Key:       map[string]types.AttributeValue{"connectionId": item["connectionId"]},
			})
		}
		if err != nil {
			return events.APIGatewayProxyResponse{StatusCode: 500, Body: err.Error()}, nil
		}
	}
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: "Data sent."}, nil
}

func main() { lambda.Start(handle) }
