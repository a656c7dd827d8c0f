// Package template reads an AWS SAM or CloudFormation template as far as a
// local stand-in for API Gateway, Lambda and DynamoDB needs it: functions with
// their environment, WebSocket and HTTP APIs in SAM's form and in the raw one,
// authorizers, stages and tables. One file then describes the stack in AWS and
// on a laptop, so the two cannot drift apart.
package template

import (
	"fmt"
	"os"
	"time"
)

// Template is what a template says about the running system. Policies, alarms
// and everything else that only a deployment needs are not in it.
//
// Intrinsic functions are resolved with the parameters' values. Every resource
// has its logical id for a physical one, except functions and tables with a
// name of their own.
type Template struct {
	// Functions by logical id: every AWS::Serverless::Function and
	// AWS::Lambda::Function.
	Functions map[string]Function
	// WebSocketAPIs, sorted by logical id: every AWS::Serverless::WebSocketApi,
	// and AWS::ApiGatewayV2::Api whose protocol is WEBSOCKET.
	WebSocketAPIs []WebSocketAPI
	// HTTPAPIs, sorted by logical id: every AWS::Serverless::HttpApi,
	// AWS::ApiGatewayV2::Api whose protocol is HTTP, and "ServerlessHttpApi",
	// which SAM makes for events that name no API.
	HTTPAPIs []HTTPAPI
	// Tables, sorted by logical id: every AWS::DynamoDB::Table and
	// AWS::Serverless::SimpleTable.
	Tables []Table
	// Notes say what of an API was left out because it cannot run on one
	// machine, each naming resource and property.
	Notes []string
}

// Function is a Lambda function with Globals applied.
type Function struct {
	LogicalID string
	// Name is FunctionName, the logical id if the template is silent.
	Name string
	// Handler and Runtime are as written; empty if the template is silent.
	Handler, Runtime string
	// CodePath is CodeUri or Code as written, relative to the template; empty if
	// the code is elsewhere (inline, S3, an image).
	CodePath string
	// Timeout after which Lambda stops the function; 3 s if the template is silent.
	Timeout time.Duration
	// MemoryMB is MemorySize; 128 if the template is silent.
	MemoryMB int
	// Environment holds the declared variables whose value is known here.
	Environment map[string]string
	// Unresolved holds the other ones: why the value is not known, by name.
	Unresolved map[string]string
}

// Stage is a deployed stage of an API.
type Stage struct {
	// Name is the first segment of the API's path; "$default" (HTTP APIs only)
	// is the root.
	Name string
	// Variables are the StageVariables, nil if there are none.
	Variables map[string]string
	// Limit throttles each route by itself; nil if the template is silent.
	Limit *Limit
	// RouteLimits are instead of Limit, by route key; nil if there are none.
	RouteLimits map[string]Limit
}

// Limit is a throttle: requests per second, and the burst that may come at once.
// Of a pair of which the template names one, the other is the account's.
type Limit struct {
	Rate  float64
	Burst int
}

// WebSocketAPI is a WebSocket API.
type WebSocketAPI struct {
	LogicalID string
	// Stages in the order of their names; SAM makes one, "default" if the
	// template is silent.
	Stages []Stage
	// RouteSelectionExpression is as written, for example "$request.body.action".
	RouteSelectionExpression string
	// Routes by route key, "$connect", "$disconnect" and "$default" included.
	Routes map[string]WebSocketRoute
	// Authorization is that of $connect.
	Authorization Authorization
}

// WebSocketRoute is what stands behind a route key.
type WebSocketRoute struct {
	// Function is the logical id of a function of this template.
	Function string
	// IntegrationTimeout is 29 s, API Gateway's longest, if the template is silent.
	IntegrationTimeout time.Duration
	// TwoWay says that the function's reply goes back to the client: the route
	// has a RouteResponseSelectionExpression and the template has the
	// AWS::ApiGatewayV2::RouteResponse that belongs to it. SAM does not make the
	// latter, and with one of the two alone API Gateway drops the reply.
	TwoWay bool
	// ModelSelectionExpression is as written; empty if messages are not validated.
	// RequestModels are then the JSON Schemas of the models, by the expression's
	// values.
	ModelSelectionExpression string
	RequestModels            map[string][]byte
}

// HTTPAPI is an HTTP API.
type HTTPAPI struct {
	LogicalID string
	// Stages in the order of their names; "$default" if the template is silent.
	Stages []Stage
	// Routes sorted by Key.
	Routes []HTTPRoute
}

// HTTPRoute is a route of an HTTP API.
type HTTPRoute struct {
	// Method is upper case, "ANY" included; empty for the $default route.
	Method string
	// Path begins with "/" and may hold {parameters}; "$default" for that route.
	Path string
	// Function is the logical id of the function behind it.
	Function string
	// IntegrationTimeout is 30 s, API Gateway's longest, if the template is silent.
	IntegrationTimeout time.Duration
	// Authorization is that of the route, the API's default one applied.
	Authorization Authorization
}

// Key is the route key as API Gateway writes it: "GET /api/messages", or
// "$default".
func (r HTTPRoute) Key() string {
	if r.Path == "$default" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// Authorization says who may use a route. Its zero value lets everybody in.
type Authorization struct {
	// Type is empty, "AWS_IAM", "REQUEST" (a Lambda authorizer) or "JWT".
	Type string
	// Function is the logical id of a Lambda authorizer's function.
	Function string
	// IdentitySources as written: "route.request.querystring.token" for a
	// WebSocket API, "$request.header.Authorization" for an HTTP API.
	IdentitySources []string
	// SimpleResponses says that the authorizer of an HTTP API answers
	// {"isAuthorized": …} and no policy.
	SimpleResponses bool
	// PayloadVersion is "1.0" or "2.0" for a Lambda authorizer of an HTTP API.
	PayloadVersion string
}

// Table is a DynamoDB table.
type Table struct {
	LogicalID string
	// Name is TableName, the logical id if the template is silent.
	Name string
	// Keys in the order of KeySchema: the HASH key first, then RANGE if any.
	Keys []Key
	// Attributes are the AttributeDefinitions, in the template's order.
	Attributes []Attribute
	// TTLAttribute is empty if the table has no TTL or it is not enabled.
	TTLAttribute string
	// Indexed says that the table has secondary indexes, which are not described
	// here.
	Indexed bool
}

// Key is one element of a table's KeySchema.
type Key struct {
	Attribute string
	// Type is "HASH" or "RANGE".
	Type string
}

// Attribute is one of a table's AttributeDefinitions.
type Attribute struct {
	Name string
	// Type is "S", "N" or "B".
	Type string
}

// Options say what a deployment would know.
type Options struct {
	// Parameters' values by name; the others have their defaults.
	Parameters map[string]string
	// Region is the value of AWS::Region; "us-east-1" if empty.
	Region string
}

// Load reads and parses the template at path. Its errors name the path and
// what Parse says.
func Load(path string, o Options) (*Template, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	t, err := Parse(data, o)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", path, err)
	}
	return t, nil
}
