package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/dynamo"
	"projectchat/local/gateway"
	"projectchat/local/template"
)

// tableName is the table's name on a laptop; in AWS CloudFormation chooses one.
const tableName = "projectchat"

// newFunctions makes what functions/* are in Lambda, by the logical ids that the
// template gives them, each with the time limit that it has there; or the very
// functions, where a Lambda endpoint runs them.
func newFunctions(cfg aws.Config, client *dynamodb.Client, o options, declared map[string]template.Function) (map[string]gateway.Invoker, *slog.Logger, error) {
	log := apigw.NewLogger(o.Log)
	if o.Lambda != "" {
		functions, err := remoteFunctions(o, declared)
		return functions, log, err
	}
	settings, err := apigw.LoadSettings(func(name string) string {
		if name == "TABLE_NAME" {
			return tableName
		}
		return os.Getenv(name)
	})
	if err != nil {
		return nil, nil, err
	}
	store := dynamo.New(client, settings.Table, nil)
	service := chat.New(store, apigw.NewBroadcaster(cfg, log), chat.Options{Retention: settings.Retention, Log: log})
	handlers := map[string]lambda.Handler{
		"ConnectFunction":    apigw.Connect(service, log),
		"SendFunction":       apigw.Send(service, log),
		"HistoryFunction":    apigw.History(service, log),
		"DisconnectFunction": apigw.Disconnect(service, log),
	}
	functions := map[string]gateway.Invoker{}
	for id, f := range declared {
		handler, ok := handlers[id]
		if !ok {
			return nil, nil, fmt.Errorf("template.yaml declares %s, which cmd/dev does not know", id)
		}
		functions[id] = gateway.WithTimeout(handler, f.Timeout)
	}
	return functions, log, nil
}

func tableSpec(t template.Table) dynamo.TableSpec {
	spec := dynamo.TableSpec{Name: tableName, Attributes: map[string]string{}, TTLAttribute: t.TTLAttribute}
	for _, k := range t.Keys {
		spec.Keys = append(spec.Keys, dynamo.TableKey{Attribute: k.Attribute, Type: k.Type})
	}
	for _, a := range t.Attributes {
		spec.Attributes[a.Name] = a.Type
	}
	return spec
}
