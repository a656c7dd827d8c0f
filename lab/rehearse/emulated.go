package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// template is a template in JSON.
type template struct {
	// Source is the template that goes to CloudFormation.
	Source map[string]any `json:"source"`
	// Made is what SAM's transform makes of it there; nil if it is not for SAM.
	Made map[string]any `json:"made"`
}

// managementVariable leads a function to @connections.
const managementVariable = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"

// emulated returns the source with the changes that ministack at an address
// (http://host:port) needs, and a list of them for people. Nothing else differs.
func emulated(t template, address string) (map[string]any, []string, error) {
	out, err := clone(t.Source)
	if err != nil {
		return nil, nil, err
	}
	resources, _ := at(out, "Resources").(map[string]any)
	left := dropUnknown(resources)
	if t.Made == nil {
		return out, left, nil
	}
	routes, err := routesOf(t.Made)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(resources, routes)
	conditions := dropLeadingKeys(resources)
	variables, _ := at(out, "Globals", "Function", "Environment", "Variables").(map[string]any)
	if _, ok := variables[managementVariable]; !ok {
		return nil, nil, fmt.Errorf("the template no longer sets %s for all functions", managementVariable)
	}
	variables[managementVariable] = map[string]any{"Fn::Sub": address + "/_aws/execute-api/${WsApi}/ws"}
	return out, append(left,
		fmt.Sprintf("%d HTTP routes taken from SAM's OpenAPI body, which the emulator does not read", len(routes)/2),
		fmt.Sprintf("%d conditions on dynamodb:LeadingKeys left out: the emulator knows tables and actions, not rows", conditions),
		"the address of @connections: its own",
	), nil
}

// clone makes a deep copy.
func clone(v map[string]any) (out map[string]any, err error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return out, json.Unmarshal(text, &out)
}

// at goes down a path of keys. It returns nil if the path ends early.
func at(v any, path ...string) any {
	for _, key := range path {
		here, _ := v.(map[string]any)
		v = here[key]
	}
	return v
}

// unknown reports whether the emulator refuses a resource: for its type, or an alarm on
// metric math.
func unknown(resource any) bool {
	switch at(resource, "Type") {
	case "AWS::ApiGatewayV2::RouteResponse", "AWS::Logs::QueryDefinition":
		return true
	case "AWS::CloudWatch::Alarm":
		return at(resource, "Properties", "Metrics") != nil
	}
	return false
}

// dropUnknown takes out the resources that the emulator refuses, and returns their list.
func dropUnknown(resources map[string]any) []string {
	var dropped []string
	for id, r := range resources {
		if unknown(r) {
			delete(resources, id)
			dropped = append(dropped, id)
		}
	}
	slices.Sort(dropped)
	return []string{"left out, as the emulator does not know their kind: " + strings.Join(dropped, ", ")}
}

var functionOfURI = regexp.MustCompile(`\$\{(\w+)\.Arn\}/invocations`)

// routesOf makes a Route and an Integration of every operation in the HTTP API's OpenAPI
// body.
func routesOf(made map[string]any) (map[string]any, error) {
	out := map[string]any{}
	paths, _ := at(made, "Resources", "HttpApi", "Properties", "Body", "paths").(map[string]any)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		methods, _ := paths[path].(map[string]any)
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			uri, _ := at(methods[method], "x-amazon-apigateway-integration", "uri", "Fn::Sub").(string)
			version := at(methods[method], "x-amazon-apigateway-integration", "payloadFormatVersion")
			function := functionOfURI.FindStringSubmatch(uri)
			if function == nil {
				return nil, fmt.Errorf("%s %s: no function in %q", method, path, uri)
			}
			id := fmt.Sprintf("Rehearsal%d", len(out)/2)
			out[id+"Integration"] = resource("Integration", map[string]any{
				"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": version,
				"IntegrationUri": map[string]any{"Fn::GetAtt": []any{function[1], "Arn"}},
			})
			out[id+"Route"] = resource("Route", map[string]any{
				"RouteKey": strings.ToUpper(method) + " " + path,
				"Target":   map[string]any{"Fn::Sub": "integrations/${" + id + "Integration}"},
			})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("SAM makes no HTTP routes")
	}
	return out, nil
}

func resource(kind string, properties map[string]any) map[string]any {
	properties["ApiId"] = map[string]any{"Ref": "HttpApi"}
	return map[string]any{"Type": "AWS::ApiGatewayV2::" + kind, "Properties": properties}
}

// dropLeadingKeys takes the conditions on rows out of every statement of a function. A
// statement with another condition, too, keeps all of them.
func dropLeadingKeys(resources map[string]any) (dropped int) {
	for _, r := range resources {
		policies, _ := at(r, "Properties", "Policies").([]any)
		for _, policy := range policies {
			statements, _ := at(policy, "Statement").([]any)
			for _, s := range statements {
				statement, _ := s.(map[string]any)
				if onlyLeadingKeys(statement["Condition"]) {
					delete(statement, "Condition")
					dropped++
				}
			}
		}
	}
	return dropped
}

func onlyLeadingKeys(condition any) bool {
	operators, ok := condition.(map[string]any)
	for _, keys := range operators {
		for key := range keys.(map[string]any) {
			ok = ok && key == "dynamodb:LeadingKeys"
		}
	}
	return ok
}
