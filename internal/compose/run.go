package compose

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"projectchat/internal/apigw"
)

// Run runs a function that posts to connections, as the process of a Lambda
// function. It returns only when the process ends.
func Run(constructor Constructor) {
	p := mustLoad()
	serve(p, constructor, p.Store.Open, p.Broadcaster.Open)
}

// RunReading is [Run] for a function that posts nothing. It opens no connection
// to the management API.
func RunReading(constructor Constructor) {
	p := mustLoad()
	serve(p, constructor, p.Store.Open)
}

func mustLoad() Parts {
	cfg, err := apigw.LoadAWS(os.Getenv)
	if err != nil {
		apigw.Fatal(apigw.NewLogger(os.Stdout), err)
	}
	p, err := FromEnvironment(os.Getenv, cfg, os.Stdout)
	if err != nil {
		apigw.Fatal(apigw.NewLogger(os.Stdout), err)
	}
	return p
}

func serve(p Parts, constructor Constructor, open ...func(context.Context) error) {
	apigw.Warm(p.Log, open...)
	lambda.Start(p.Function(constructor))
}
