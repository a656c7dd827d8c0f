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

// newFunctions makes what functions/* are in Lambda, by the logical ids that the
// template gives them, each with the time limit that it has there; or the very
// functions, where a Lambda endpoint runs them.
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

// getenv is the environment of the functions here: what CloudFormation chooses in
// AWS has names of its own. Metrics are lines of the log.
func getenv(name string) string {
	switch name {
	case "TABLE_NAME":
		return laptop.TableName
	case "METRICS_NAMESPACE":
		return "ProjectChat/laptop"
	}
	return os.Getenv(name)
}
