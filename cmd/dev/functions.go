package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"projectchat/internal/apigw"
	"projectchat/internal/compose"
	"projectchat/internal/laptop"
	"projectchat/local/gateway"
	"projectchat/local/template"
)

// newFunctions makes the functions of functions/*, by their logical ids in the
// template, each with its time limit there. If a Lambda endpoint runs the
// functions, it returns calls of that endpoint.
func newFunctions(cfg aws.Config, o options, declared map[string]template.Function) (map[string]gateway.Invoker, *slog.Logger, error) {
	if o.Lambda != "" {
		functions, err := remoteFunctions(o, declared)
		return functions, apigw.NewLogger(o.Log), err
	}
	parts, err := compose.FromEnvironment(getenv, cfg, o.Log)
	if err != nil {
		return nil, nil, err
	}
	constructors := compose.Functions()
	functions := map[string]gateway.Invoker{}
	for id, f := range declared {
		constructor := constructors[compose.Folder(id)]
		if constructor == nil {
			return nil, nil, fmt.Errorf("template.yaml declares %s, which internal/compose does not know", id)
		}
		functions[id] = gateway.WithTimeout(parts.Function(constructor), f.Timeout)
	}
	return functions, parts.Log, nil
}

// getenv is the environment of the functions here. It has its own names for the
// values that CloudFormation chooses in AWS. Metrics are lines of the log.
func getenv(name string) string {
	switch name {
	case "TABLE_NAME":
		return laptop.TableName
	case "METRICS_NAMESPACE":
		return "ProjectChat/laptop"
	}
	return os.Getenv(name)
}
