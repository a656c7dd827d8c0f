package template_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/local/template"
)

const chat = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Seconds: {Type: Number, Default: 7}
  Bare: {Type: Number}
Globals:
  Function:
    Timeout: 10
    MemorySize: 256
    Environment: {Variables: {TABLE_NAME: !Ref Table, URL: !Sub "https://${Ws}.example/ws"}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: N}
      KeySchema:
        - {AttributeName: pk, KeyType: HASH}
        - {AttributeName: sk, KeyType: RANGE}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
  Connect:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [{Statement: [{Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt Table.Arn}]}]
      Events:
        Read: {Type: HttpApi, Properties: {ApiId: !Ref Http, Method: get, Path: "/api/{id}"}}
        Rest: {Type: HttpApi, Properties: {ApiId: !Ref Http}}
        Clock: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
  Send:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: !Ref Seconds
      MemorySize: 512
      Environment: {Variables: {EXTRA: "1"}}
  Http: {Type: AWS::Serverless::HttpApi}
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: ws
      RouteSelectionExpression: $request.body.action
      Routes:
        $connect: {FunctionArn: !GetAtt Connect.Arn, IntegrationTimeout: 10000}
        $disconnect: {FunctionArn: !GetAtt [Connect, Arn]}
        $default: {FunctionArn: {"Fn::GetAtt": [Send, Arn]}, RouteResponseSelectionExpression: $default}
        sendMessage: {FunctionArn: !Sub "${Send.Arn}", RouteResponseSelectionExpression: $default}
        noResponse: {FunctionArn: !GetAtt Send.Arn, RouteResponseSelectionExpression: $default}
        noExpression: {FunctionArn: !GetAtt Send.Arn}
  A: {Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}}
  B: {Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {ApiId: !Ref Ws, RouteId: {Ref: WsSendmessageRoute}, RouteResponseKey: $default}}
  C: {Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {ApiId: !Ref Ws, RouteId: !Ref WsNoexpressionRoute, RouteResponseKey: $default}}
`

func TestParseReadsEverythingThatRuns(t *testing.T) {
	got, err := template.Parse([]byte(chat), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const longest = 29 * time.Second
	url := map[string]string{"TABLE_NAME": "Table", "URL": "https://Ws.example/ws"}
	want := &template.Template{
		Functions: map[string]template.Function{
			"Connect": {LogicalID: "Connect", Name: "Connect", Timeout: 10 * time.Second, MemoryMB: 256, Environment: url},
			"Send": {
				LogicalID: "Send", Name: "Send", Timeout: 7 * time.Second, MemoryMB: 512,
				Environment: map[string]string{"EXTRA": "1", "TABLE_NAME": "Table", "URL": url["URL"]},
			},
		},
		WebSocketAPIs: []template.WebSocketAPI{{
			LogicalID:                "Ws",
			Stages:                   []template.Stage{{Name: "ws"}},
			RouteSelectionExpression: "$request.body.action",
			Routes: map[string]template.WebSocketRoute{
				"$connect":     {Function: "Connect", IntegrationTimeout: 10 * time.Second},
				"$disconnect":  {Function: "Connect", IntegrationTimeout: longest},
				"$default":     {Function: "Send", IntegrationTimeout: longest, TwoWay: true},
				"sendMessage":  {Function: "Send", IntegrationTimeout: longest, TwoWay: true},
				"noResponse":   {Function: "Send", IntegrationTimeout: longest},
				"noExpression": {Function: "Send", IntegrationTimeout: longest},
			},
		}},
		HTTPAPIs: []template.HTTPAPI{{
			LogicalID: "Http",
			Stages:    []template.Stage{{Name: "$default"}},
			Routes: []template.HTTPRoute{
				{Path: "$default", Function: "Connect", IntegrationTimeout: 30 * time.Second},
				{Method: "GET", Path: "/api/{id}", Function: "Connect", IntegrationTimeout: 30 * time.Second},
			},
		}},
		Tables: []template.Table{{
			LogicalID:    "Table",
			Name:         "Table",
			Keys:         []template.Key{{Attribute: "pk", Type: "HASH"}, {Attribute: "sk", Type: "RANGE"}},
			Attributes:   []template.Attribute{{Name: "pk", Type: "S"}, {Name: "sk", Type: "N"}},
			TTLAttribute: "expires",
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("template (-want +got):\n%s", diff)
	}
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	tests := []struct {
		name string
		// old is replaced by new in the good template.
		old, new string
		want     string
	}{
		{"lower-case AuthType makes no authorizer", "StageName: ws", "StageName: ws\n      Auth: {AuthType: custom}", `Ws.Auth.AuthType: must be NONE, AWS_IAM or CUSTOM, not "custom"`},
		{"route keys that differ in case only", "noResponse:", "sendmessage:", "Ws.Routes.sendmessage: becomes WsSendmessageRoute, as sendMessage does"},
		{"a route called connect replaces $connect", "noResponse:", "connect:", "Ws.Routes.connect: becomes WsConnectRoute, as $connect does"},
		{"route key with a dash", "noResponse:", "no-response:", "Ws.Routes.no-response: a route key must be"},
		{"unknown function", "!GetAtt Connect.Arn, Int", "!GetAtt Conect.Arn, Int", "Ws.Routes.$connect.FunctionArn: nothing in this template is called Conect"},
		{"not an ARN", "!GetAtt Connect.Arn, Int", "Connect, Int", "Ws.Routes.$connect.FunctionArn: must be the Arn of a function"},
		{"a name for an ARN", "!GetAtt Connect.Arn, Int", "!Ref Connect, Int", "Ws.Routes.$connect.FunctionArn: must be the Arn of a function"},
		{"integration too long", "10000", "29001", "Ws.Routes.$connect.IntegrationTimeout: must be at most 29000"},
		{"integration too short", "10000", "49", "Ws.Routes.$connect.IntegrationTimeout: must be a whole number of at least 50"},
		{"no selection expression", "RouteSelectionExpression: $request.body.action", "Name: chat", "Ws.RouteSelectionExpression: missing"},
		{"stage $default", "StageName: ws", "StageName: $default", "Ws.StageName: a WebSocket API cannot"},
		{"route response of no route", "!Ref WsDefaultRoute", "!Ref WsDefualtRoute", "A.RouteId: no route of this template has the id WsDefualtRoute"},
		{"route response without the reference", "!Ref WsDefaultRoute", "WsDefaultRoute", "A.RouteId: must be a !Ref"},
		{"timeout is text", "Timeout: 10", "Timeout: soon", `Connect.Timeout: must be a whole number of at least 1, not "soon"`},
		{"timeout of a parameter without default", "!Ref Seconds", "!Ref Bare", "Send.Timeout: parameter Bare has no default and was given no value"},
		{"timeout of an unknown parameter", "!Ref Seconds", "!Ref Nobody", "Send.Timeout: nothing in this template is called Nobody"},
		{"event without a path", `Method: get, Path: "/api/{id}"`, "Method: get", `Connect.Events.Read.Path: must begin with /`},
		{"event without a method", `Method: get, Path: "/api/{id}"`, `Path: "/api/{id}"`, "Connect.Events.Read.Method: missing"},
		{"two events for one route", "Rest: {Type: HttpApi, Properties: {ApiId: !Ref Http}}", `Rest: {Type: HttpApi, Properties: {ApiId: !Ref Http, Method: GET, Path: "/api/{id}"}}`, "Connect.Events.Rest: GET /api/{id} is already an event of Connect"},
		{"key without a definition", "{AttributeName: sk, AttributeType: N}", "{AttributeName: zk, AttributeType: N}", `Table.KeySchema[1].AttributeName: "sk" is not in AttributeDefinitions`},
		{"attribute type", "AttributeType: N", "AttributeType: Number", `Table.AttributeDefinitions[1].AttributeType: must be one of`},
		{"two hash keys", "KeyType: RANGE", "KeyType: HASH", `Table.KeySchema[1].KeyType: must be RANGE, not "HASH"`},
		{"TTL without an attribute", "{AttributeName: expires, Enabled: true}", "{Enabled: true}", "Table.TimeToLiveSpecification.AttributeName: missing"},
		{"properties of the wrong kind", "Http: {Type: AWS::Serverless::HttpApi}", "Other: {Type: AWS::Serverless::Function, Properties: [1]}", "Other.Properties: "},
		{"no resources", chat, "Transform: x", "no Resources"},
		{"not YAML", chat, "a: [", "not a template"},
		{"one key twice", "noResponse:", "noExpression:", "already defined"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(chat, test.old) {
				t.Fatalf("the template does not hold %q", test.old)
			}
			got, err := template.Parse([]byte(strings.Replace(chat, test.old, test.new, 1)), template.Options{})
			if err == nil {
				t.Fatal("no error")
			}
			if got != nil {
				t.Error("a template beside the error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is\n%v\nand does not hold\n%s", err, test.want)
			}
		})
	}
}

func TestParseReportsAllProblemsAtOnce(t *testing.T) {
	broken := strings.NewReplacer("Timeout: 10\n", "Timeout: no\n", "StageName: ws", "StageName: $default").Replace(chat)
	_, err := template.Parse([]byte(broken), template.Options{})
	for _, want := range []string{"Connect.Timeout", "Ws.StageName"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
}

func TestParseDefaults(t *testing.T) {
	got, err := template.Parse([]byte("Resources: {F: {Type: AWS::Serverless::Function}}"), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &template.Template{Functions: map[string]template.Function{
		"F": {LogicalID: "F", Name: "F", Timeout: 3 * time.Second, MemoryMB: 128},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("template (-want +got):\n%s", diff)
	}
}

func TestLoadReadsTheProjectsTemplate(t *testing.T) {
	got, err := template.Load(filepath.Join("..", "..", "template.yaml"), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.WebSocketAPIs) != 1 || len(got.HTTPAPIs) != 1 || len(got.Tables) != 1 {
		t.Fatalf("not one of each: %+v", got)
	}
	for key, route := range got.WebSocketAPIs[0].Routes {
		oneWay := slices.Contains([]string{"$connect", "$disconnect", "typing"}, key)
		if route.TwoWay == oneWay {
			t.Errorf("route %s: two-way is %v", key, route.TwoWay)
		}
	}
	for _, route := range got.HTTPAPIs[0].Routes {
		if _, ok := got.Functions[route.Function]; !ok || route.IntegrationTimeout != 30*time.Second {
			t.Errorf("route %+v", route)
		}
	}
	post := slices.IndexFunc(got.HTTPAPIs[0].Routes, func(r template.HTTPRoute) bool { return r.Key() == "POST /api/messages" })
	if post < 0 || got.HTTPAPIs[0].Routes[post].Function != "SendFunction" {
		t.Errorf("POST /api/messages is not among %+v", got.HTTPAPIs[0].Routes)
	}
	if stage, ttl := got.WebSocketAPIs[0].Stages[0].Name, got.Tables[0].TTLAttribute; stage != "ws" || ttl != "expires" {
		t.Errorf("stage %q, TTL %q", stage, ttl)
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broken.yaml")
	if _, err := template.Load(path, template.Options{}); err == nil || !strings.Contains(err.Error(), "broken.yaml") {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("Resources: {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := template.Load(path, template.Options{}); err == nil || !strings.Contains(err.Error(), "broken.yaml") {
		t.Errorf("empty template: %v", err)
	}
}
