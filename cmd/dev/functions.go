package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"projectchat/internal/apigw"
	"projectchat/internal/compose"
	"projectchat/internal/dynamo"
	"projectchat/local/gateway"
	"projectchat/local/template"
)

// tableName is the table's name on a laptop; in AWS CloudFormation chooses one.
const tableName = "projectchat"

// newFunctions makes what functions/* are in Lambda, by the logical ids that the
// template gives them, each with the time limit that it has there; or the very
// functions, where a Lambda endpoint runs them.
func newFunctions(cfg aws.Config, o options, declared map[string]template.Function) (map[string]gateway.Invoker, *slog.Logger, error) {
	if o.Lambda != "" {
		functions, err := remoteFunctions(o, declared)
		return functions, apigw.NewLogger(o.Log), err
	}
	parts, err := compose.FromEnvironment(func(name string) string {
		if name == "TABLE_NAME" {
			return tableName
		}
		return os.Getenv(name)
	}, cfg, o.Log)
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
