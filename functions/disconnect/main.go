// Command disconnect is the Lambda function behind $disconnect and leave.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

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
	cfg, err := apigw.LoadAWS(os.Getenv)
	if err != nil {
		apigw.Fatal(log, err)
	}
	store, cast := dynamo.New(dynamo.NewClient(cfg), settings.Table, nil), apigw.NewBroadcaster(cfg, log)
	metrics := apigw.NewMetrics(os.Stdout, settings.Metrics, nil)
	service := chat.New(store, cast, chat.Options{Retention: settings.Retention, Log: log, Recorder: metrics})
	apigw.Warm(log, store.Open, cast.Open)
	lambda.Start(apigw.Disconnect(service, log).Counted(metrics))
}
