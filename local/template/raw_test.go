package template_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/local/template"
)

// raw holds both protocols in CloudFormation's own resources, two WebSocket
// APIs, and every kind of authorization.
const raw = `
Parameters:
  Prefix: {Type: String, Default: demo}
Resources:
  Chat: {Type: "AWS::ApiGatewayV2::Api", Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Chat
      RouteKey: $connect
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Guard
      Target: !Join ["/", [integrations, !Ref ConnectIntegration]]
  ConnectIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      TimeoutInMillis: 5000
      IntegrationUri: {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Connect.Arn}/invocations"}
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Chat, RouteKey: send-message, RouteResponseSelectionExpression: $default, Target: !Sub "integrations/${SendIntegration}"}
  DropRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Chat, RouteKey: drop, RouteResponseSelectionExpression: $default, Target: !Sub "integrations/${SendIntegration}"}
  SendIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Join ["", ["arn:", !Ref "AWS::Partition", ":apigateway:", !Ref "AWS::Region", ":lambda:path/2015-03-31/functions/", !GetAtt Send.Arn, "/invocations"]]
  SendResponse: {Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {ApiId: !Ref Chat, RouteId: !Ref SendRoute, RouteResponseKey: $default}}
  PingRoute: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref Chat, RouteKey: ping, Target: !Sub "integrations/${PingIntegration}"}}
  PingIntegration: {Type: "AWS::ApiGatewayV2::Integration", Properties: {ApiId: !Ref Chat, IntegrationType: MOCK}}
  Guard:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Chat
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Send.Arn}/invocations
      IdentitySource: [route.request.querystring.token, route.request.header.Auth]
  Deployment: {Type: "AWS::ApiGatewayV2::Deployment", DependsOn: [SendRoute], Properties: {ApiId: !Ref Chat}}
  Beta: {Type: "AWS::ApiGatewayV2::Stage", Properties: {ApiId: !Ref Chat, StageName: beta, StageVariables: {color: blue}}}
  Alpha: {Type: "AWS::ApiGatewayV2::Stage", Properties: {ApiId: !Ref Chat, StageName: alpha, DefaultRouteSettings: {ThrottlingRateLimit: 0.5}, RouteSettings: {send-message: {ThrottlingRateLimit: 7, ThrottlingBurstLimit: 3}}}}
  Other: {Type: "AWS::ApiGatewayV2::Api", Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.op}}
  Web: {Type: "AWS::ApiGatewayV2::Api", Properties: {ProtocolType: HTTP}}
  WebStage: {Type: "AWS::ApiGatewayV2::Stage", Properties: {ApiId: !Ref Web, StageName: $default, AutoDeploy: true}}
  WebRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Web, RouteKey: "GET /items/{id}", Target: !Sub "integrations/${WebIntegration}", AuthorizationType: CUSTOM, AuthorizerId: !Ref WebGuard}
  WebIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Web, IntegrationType: AWS_PROXY, PayloadFormatVersion: "2.0", IntegrationUri: !GetAtt Send.Arn}
  WebGuard:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Web
      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: "2.0"
      EnableSimpleResponses: true
      AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Connect.Arn}/invocations
      IdentitySource: [$request.header.Authorization]
  Quick: {Type: "AWS::ApiGatewayV2::Api", Properties: {ProtocolType: HTTP, Target: !GetAtt Connect.Arn}}
  Connect: {Type: "AWS::Lambda::Function", Properties: {FunctionName: !Sub "${Prefix}-connect", Code: connect/, Handler: app.handler, Runtime: nodejs20.x}}
  Send: {Type: "AWS::Serverless::Function", Properties: {CodeUri: send/, Handler: bootstrap, Runtime: provided.al2023}}
`

func TestParseReadsRawAPIs(t *testing.T) {
	got, err := template.Parse([]byte(raw), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const seconds = time.Second
	want := &template.Template{
		Functions: map[string]template.Function{
			"Connect": {LogicalID: "Connect", Name: "demo-connect", Handler: "app.handler", Runtime: "nodejs20.x", CodePath: "connect/", Timeout: 3 * seconds, MemoryMB: 128},
			"Send":    {LogicalID: "Send", Name: "Send", Handler: "bootstrap", Runtime: "provided.al2023", CodePath: "send/", Timeout: 3 * seconds, MemoryMB: 128},
		},
		WebSocketAPIs: []template.WebSocketAPI{
			{
				LogicalID: "Chat",
				Stages: []template.Stage{
					{Name: "alpha", Limit: &template.Limit{Rate: 0.5, Burst: 5000}, RouteLimits: map[string]template.Limit{"send-message": {Rate: 7, Burst: 3}}},
					{Name: "beta", Variables: map[string]string{"color": "blue"}},
				},
				RouteSelectionExpression: "$request.body.action",
				Routes: map[string]template.WebSocketRoute{
					"$connect":     {Function: "Connect", IntegrationTimeout: 5 * seconds},
					"drop":         {Function: "Send", IntegrationTimeout: 29 * seconds},
					"send-message": {Function: "Send", IntegrationTimeout: 29 * seconds, TwoWay: true},
				},
				Authorization: template.Authorization{
					Type: "REQUEST", Function: "Send",
					IdentitySources: []string{"route.request.querystring.token", "route.request.header.Auth"},
				},
			},
			{LogicalID: "Other", RouteSelectionExpression: "$request.body.op", Routes: map[string]template.WebSocketRoute{}},
		},
		HTTPAPIs: []template.HTTPAPI{
			{
				LogicalID: "Quick",
				Stages:    []template.Stage{{Name: "$default"}},
				Routes:    []template.HTTPRoute{{Path: "$default", Function: "Connect", IntegrationTimeout: 30 * seconds}},
			},
			{
				LogicalID: "Web",
				Stages:    []template.Stage{{Name: "$default"}},
				Routes: []template.HTTPRoute{{
					Method: "GET", Path: "/items/{id}", Function: "Send", IntegrationTimeout: 30 * seconds,
					Authorization: template.Authorization{
						Type: "REQUEST", Function: "Connect", PayloadVersion: "2.0", SimpleResponses: true,
						IdentitySources: []string{"$request.header.Authorization"},
					},
				}},
			},
		},
		Notes: []string{"PingRoute.Target: PingIntegration is of the type MOCK, and only AWS_PROXY can run here: the route is left out"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("template (-want +got):\n%s", diff)
	}
}

func TestParseNamesWhatIsWrongInRawAPIs(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"no integration", "${SendIntegration}", "${SendRoute}", `SendRoute.Target: must be integrations/ and the id of an integration of this template, not "integrations/SendRoute"`},
		{"integration of no function", "${Connect.Arn}/invocations\"}", "arn:aws:lambda:us-east-1:1:function:x/invocations\"}", "ConnectIntegration.IntegrationUri: no function x"},
		{"two routes of one key", "RouteKey: send-message", "RouteKey: $connect", "SendRoute.RouteKey: Chat has a second route $connect"},
		{"no key", "RouteKey: send-message", "OperationName: x", "SendRoute.RouteKey: missing"},
		{"identity source of an HTTP API", "[route.request.querystring.token", "[$request.querystring.token", `Guard.IdentitySource: "$request.querystring.token" is the syntax of HTTP APIs`},
		{"authorizer of another kind", "AuthorizerType: REQUEST\n      AuthorizerUri", "AuthorizerType: JWT\n      AuthorizerUri", `Guard.AuthorizerType: must be one of REQUEST, not "JWT"`},
		{"unknown authorizer", "!Ref Guard", "Guards", `ConnectRoute.AuthorizerId: no authorizer "Guards"`},
		{"authorization in lower case", "RouteKey: $connect\n      AuthorizationType: CUSTOM", "RouteKey: $connect\n      AuthorizationType: custom", `ConnectRoute.AuthorizationType: must be NONE, AWS_IAM, CUSTOM or JWT, not "custom"`},
		{"no protocol", "ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.op", "Name: x", `Other.ProtocolType: must be one of WEBSOCKET, HTTP`},
		{"no selection expression", ", RouteSelectionExpression: $request.body.op", "", "Other.RouteSelectionExpression: missing"},
		{"WebSocket stage $default", "StageName: alpha", "StageName: $default", "Chat.StageName: a WebSocket API cannot"},
		{"old payload format", `PayloadFormatVersion: "2.0", I`, `PayloadFormatVersion: "1.0", I`, `WebIntegration.PayloadFormatVersion: must be one of 2.0, not "1.0"`},
		{"HTTP route key without a path", `"GET /items/{id}"`, "items", `WebRoute.RouteKey: must be a method and a path, not "items"`},
		{"throttle is text", "ThrottlingRateLimit: 0.5", "ThrottlingRateLimit: few", `Alpha.DefaultRouteSettings.ThrottlingRateLimit: must be a number of at least 0, not "few"`},
		{"two functions of one name", `FunctionName: !Sub "${Prefix}-connect"`, "FunctionName: Send", "Send.FunctionName: Connect is already called Send"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(raw, test.old) {
				t.Fatalf("the template does not hold %q", test.old)
			}
			_, err := template.Parse([]byte(strings.Replace(raw, test.old, test.new, 1)), template.Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is\n%v\nand does not hold\n%s", err, test.want)
			}
		})
	}
}

const samAuth = `
Globals: {HttpApi: {Auth: {DefaultAuthorizer: Guard}, DefaultRouteSettings: {ThrottlingBurstLimit: 9}}}
Resources:
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: v1
      Auth:
        Authorizers:
          Guard:
            FunctionArn: !GetAtt F.Arn
            Identity: {Headers: [X-Key], QueryStrings: [key]}
            AuthorizerPayloadFormatVersion: "2.0"
            EnableSimpleResponses: true
          Token: {JwtConfiguration: {issuer: "https://issuer", audience: [a]}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: {Type: HttpApi, Properties: {ApiId: !Ref Http, Method: GET, Path: /a, TimeoutInMillis: 1000}}
        B: {Type: HttpApi, Properties: {ApiId: !Ref Http, Method: GET, Path: /b, Auth: {Authorizer: NONE}}}
        C: {Type: HttpApi, Properties: {ApiId: !Ref Http, Method: GET, Path: /c, Auth: {Authorizer: Token}}}
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt F.Arn, IdentitySource: [route.request.header.Auth]}
      Routes: {$connect: {FunctionArn: !GetAtt F.Arn}}
`

func TestParseReadsSAMsAuthorizers(t *testing.T) {
	got, err := template.Parse([]byte(samAuth), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	guard := template.Authorization{
		Type: "REQUEST", Function: "F", PayloadVersion: "2.0", SimpleResponses: true,
		IdentitySources: []string{"$request.header.X-Key", "$request.querystring.key"},
	}
	wantHTTP := []template.HTTPAPI{{
		LogicalID: "Http",
		Stages:    []template.Stage{{Name: "v1", Limit: &template.Limit{Rate: 10_000, Burst: 9}}},
		Routes: []template.HTTPRoute{
			{Method: "GET", Path: "/a", Function: "F", IntegrationTimeout: time.Second, Authorization: guard},
			{Method: "GET", Path: "/b", Function: "F", IntegrationTimeout: 30 * time.Second},
			{Method: "GET", Path: "/c", Function: "F", IntegrationTimeout: 30 * time.Second, Authorization: template.Authorization{Type: "JWT"}},
		},
	}}
	if diff := cmp.Diff(wantHTTP, got.HTTPAPIs); diff != "" {
		t.Errorf("HTTP API (-want +got):\n%s", diff)
	}
	wantWS := template.Authorization{Type: "REQUEST", Function: "F", IdentitySources: []string{"route.request.header.Auth"}}
	if diff := cmp.Diff(wantWS, got.WebSocketAPIs[0].Authorization); diff != "" {
		t.Errorf("WebSocket API (-want +got):\n%s", diff)
	}
}
