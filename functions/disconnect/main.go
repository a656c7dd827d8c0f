// Command disconnect is the Lambda function behind $disconnect and leave.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/dynamo"
)

func main() {
	log := apigw.NewLogger(os.Stdout)
	settings, err := apigw.LoadSettings(os.Getenv)
	if err != nil {
		apigw.Fatal(log, err)
	}
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		apigw.Fatal(log, err)
	}
	store := dynamo.New(dynamo.NewClient(cfg), settings.Table, nil)
	service := chat.New(store, apigw.NewBroadcaster(cfg, log), chat.Options{Retention: settings.Retention, Log: log})
	lambda.Start(apigw.Disconnect(service, log))
}
