package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const address = "http://127.0.0.1:4566"

// small has one of everything that is changed, and neighbours that are not.
const small = `{
"source": {
  "Globals": {"Function": {"Timeout": 10, "Environment": {"Variables": {
    "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": {"Fn::Sub": "https://${WsApi}.example/ws"}, "AWS_ENDPOINT_URL_DYNAMODB": ""}}}},
  "Resources": {
    "Reply": {"Type": "AWS::ApiGatewayV2::RouteResponse"},
    "Query": {"Type": "AWS::Logs::QueryDefinition"},
    "Math": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": []}},
    "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Duration"}},
    "Route": {"Type": "AWS::ApiGatewayV2::Route"},
    "F": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "F", "Policies": [{"Statement": [
      {"Action": "dynamodb:GetItem", "Condition": {"Null": {"dynamodb:LeadingKeys": "false"}, "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["A#*"]}}},
      {"Action": "dynamodb:PutItem", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}, "Null": {"dynamodb:LeadingKeys": "false"}}},
      {"Action": "execute-api:ManageConnections"}]}]}}}},
"made": {"Resources": {"HttpApi": {"Properties": {"Body": {"paths": {
  "/api/rooms": {"get": {"x-amazon-apigateway-integration": {"payloadFormatVersion": "2.0", "uri": {"Fn::Sub": "arn:x/${F.Arn}/invocations"}}}}}}}}}}
}`

func parse(t *testing.T, text []byte) (out template) {
	t.Helper()
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// differences are the paths at which two values differ, the highest of each.
func differences(path string, a, b any) (out []string) {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return []string{path}
		}
		keys := slices.Concat(slices.Collect(maps.Keys(x)), slices.Collect(maps.Keys(y)))
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			out = append(out, differences(path+"/"+key, x[key], y[key])...)
		}
		return out
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return []string{path}
		}
		for i := range x {
			out = append(out, differences(fmt.Sprint(path, "/", i), x[i], y[i])...)
		}
		return out
	}
	if cmp.Equal(a, b) {
		return nil
	}
	return []string{path}
}

func TestEmulatedChangesNothingElse(t *testing.T) {
	in := parse(t, []byte(small))
	out, _, err := emulated(in, address)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/Globals/Function/Environment/Variables/AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI/Fn::Sub",
		"/Resources/F/Properties/Policies/0/Statement/0/Condition",
		"/Resources/Math",
		"/Resources/Query",
		"/Resources/Rehearsal0Integration",
		"/Resources/Rehearsal0Route",
		"/Resources/Reply",
	}
	if diff := cmp.Diff(want, differences("", in.Source, out)); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	for id, want := range map[string]string{
		"Rehearsal0Integration": `{"Properties":{"ApiId":{"Ref":"HttpApi"},"IntegrationType":"AWS_PROXY","IntegrationUri":{"Fn::GetAtt":["F","Arn"]},"PayloadFormatVersion":"2.0"},"Type":"AWS::ApiGatewayV2::Integration"}`,
		"Rehearsal0Route":       `{"Properties":{"ApiId":{"Ref":"HttpApi"},"RouteKey":"GET /api/rooms","Target":{"Fn::Sub":"integrations/${Rehearsal0Integration}"}},"Type":"AWS::ApiGatewayV2::Route"}`,
	} {
		if got, _ := json.Marshal(at(out, "Resources", id)); string(got) != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
}

func TestEmulatedRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"no variable to change", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "ELSEWHERE", "no longer sets"},
		{"no body", `"paths"`, `"x"`, "no HTTP routes"},
		{"a route to no function", "/invocations", "", "no function"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := emulated(parse(t, []byte(strings.Replace(small, test.old, test.new, 1))), address)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("emulated returned %v, want %q", err, test.want)
			}
		})
	}
}

func TestWithoutPosts(t *testing.T) {
	read, post := map[string]any{"Action": "dynamodb:GetItem"}, map[string]any{"Action": "execute-api:ManageConnections"}
	out, err := withoutPosts(map[string]any{"Version": "2012-10-17", "Statement": []any{read, post}})
	if diff := cmp.Diff(map[string]any{"Version": "2012-10-17", "Statement": []any{read}}, out); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := withoutPosts(out); err == nil {
		t.Error("a missing right was taken away")
	}
}

// TestEmulatedTemplates compares the real templates: except for the differences that are
// listed here they go to the emulator as they go to AWS.
func TestEmulatedTemplates(t *testing.T) {
	python := os.Getenv("SAM_PYTHON")
	if python == "" {
		t.Skip("SAM_PYTHON is not set; `make test-template` installs SAM and runs this test")
	}
	for _, name := range []string{"template.yaml", "ops.yaml"} {
		cmd := exec.CommandContext(t.Context(), python, "transform.py", "../../"+name)
		cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION="+region)
		printed, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		in := parse(t, printed)
		out, _, err := emulated(in, address)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range differences("", in.Source, out) {
			kind := at(in.Source, "Resources", strings.TrimPrefix(path, "/Resources/"), "Type")
			listed := kind == "AWS::ApiGatewayV2::RouteResponse" || kind == "AWS::Logs::QueryDefinition" || kind == "AWS::CloudWatch::Alarm"
			known := path == "/Globals/Function/Environment/Variables/"+managementVariable+"/Fn::Sub" ||
				strings.HasPrefix(path, "/Resources/Rehearsal") ||
				strings.Contains(path, "/Properties/Policies/") && strings.HasSuffix(path, "/Condition") ||
				listed
			if !known {
				t.Errorf("%s: %s differs", name, path)
			}
		}
	}
}
