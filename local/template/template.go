// Package template reads an AWS SAM or CloudFormation template, as far as a
// local stand-in for API Gateway, Lambda and DynamoDB needs it: functions with
// their environment, WebSocket and HTTP APIs (SAM's resources and those of
// AWS::ApiGatewayV2), authorizers, stages and tables. One file then describes
// the stack in AWS and on a laptop, so the two cannot drift apart.
//
//	t, err := template.Load("template.yaml", template.Options{
//		Parameters: map[string]string{"RetentionDays": "30"},
//	})
//	if err != nil {
//		return err // names every problem with its resource and property
//	}
//	for key, route := range t.WebSocketAPIs[0].Routes {
//		fmt.Println(key, "runs", t.Functions[route.Function].CodePath)
//	}
//
// The package knows SAM's rules where they decide what is deployed:
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html.
package template

import (
	"fmt"
	"os"
	"time"
)

// Template holds the parts of a template that describe the running system. It
// leaves out policies, alarms and everything else that only a deployment needs.
//
// Intrinsic functions are resolved with the parameters' values. The physical id
// of a resource is its logical id, except for functions and tables with a name
// of their own.
type Template struct {
	// Functions holds every AWS::Serverless::Function and AWS::Lambda::Function, by
	// logical id.
	Functions map[string]Function
	// WebSocketAPIs holds every AWS::Serverless::WebSocketApi and every
	// AWS::ApiGatewayV2::Api with the protocol WEBSOCKET, sorted by logical id.
	WebSocketAPIs []WebSocketAPI
	// HTTPAPIs holds every AWS::Serverless::HttpApi and every
	// AWS::ApiGatewayV2::Api with the protocol HTTP, sorted by logical id. It also
	// holds "ServerlessHttpApi", which SAM generates for events without an ApiId.
	HTTPAPIs []HTTPAPI
	// Tables holds every AWS::DynamoDB::Table and AWS::Serverless::SimpleTable,
	// sorted by logical id.
	Tables []Table
	// Notes name the parts of an API that were left out because they cannot run on
	// one machine. Each begins with its resource and property.
	Notes []string
}

// Function is a Lambda function with Globals applied.
type Function struct {
	LogicalID string
	// Name is FunctionName, or the logical id if the template is silent.
	Name string
	// Handler and Runtime are as written; empty if the template is silent.
	Handler, Runtime string
	// CodePath is CodeUri or Code as written, relative to the template. It is
	// empty if the code is inline, in S3 or in an image.
	CodePath string
	// Timeout is the time after which Lambda stops the function; 3 s if the
	// template is silent.
	Timeout time.Duration
	// MemoryMB is MemorySize; 128 if the template is silent.
	MemoryMB int
	// Environment holds the declared variables with a value that is known here.
	Environment map[string]string
	// Unresolved holds the other declared variables: the reason why the value is
	// not known here, by name.
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
	// RouteLimits replace Limit for single routes, by route key; nil if there are
	// none.
	RouteLimits map[string]Limit
}

// Limit is a throttle: requests per second, and the burst that may come at
// once. If the template names only one of the two, the other is the account's.
type Limit struct {
	Rate  float64
	Burst int
}

// WebSocketAPI is a WebSocket API.
type WebSocketAPI struct {
	LogicalID string
	// Stages are sorted by name. SAM generates one, which is "default" if the
	// template is silent.
	Stages []Stage
	// RouteSelectionExpression is as written, for example "$request.body.action".
	RouteSelectionExpression string
	// Routes are keyed by route key: "$connect", "$disconnect", "$default" or one of
	// the API's own.
	Routes map[string]WebSocketRoute
	// Authorization applies to $connect.
	Authorization Authorization
}

// WebSocketRoute describes the integration behind a route key.
type WebSocketRoute struct {
	// Function is the logical id of a function of this template.
	Function string
	// IntegrationTimeout is 29 s, API Gateway's longest, if the template is silent.
	IntegrationTimeout time.Duration
	// TwoWay means that the function's reply goes back to the client: the route
	// has a RouteResponseSelectionExpression, and the template has an
	// AWS::ApiGatewayV2::RouteResponse for it. SAM does not generate the latter.
	// With only one of the two, API Gateway drops the reply.
	TwoWay bool
	// ModelSelectionExpression is as written; empty if messages are not validated.
	// RequestModels are the JSON Schemas for messages, keyed by the expression's
	// value.
	ModelSelectionExpression string
	RequestModels            map[string][]byte
}

// HTTPAPI is an HTTP API.
type HTTPAPI struct {
	LogicalID string
	// Stages are sorted by name. If the template is silent there is one, "$default".
	Stages []Stage
	// Routes are sorted by Key.
	Routes []HTTPRoute
}

// HTTPRoute is a route of an HTTP API.
type HTTPRoute struct {
	// Method is in upper case and may be "ANY"; it is empty for the $default
	// route.
	Method string
	// Path begins with "/" and may contain {parameters}. For the $default route it
	// is "$default".
	Path string
	// Function is the logical id of the function that the route runs.
	Function string
	// IntegrationTimeout is 30 s, API Gateway's longest, if the template is silent.
	IntegrationTimeout time.Duration
	// Authorization is the route's own, or else the API's default.
	Authorization Authorization
}

// Key returns the route key in API Gateway's form: "GET /api/messages", or
// "$default".
func (r HTTPRoute) Key() string {
	if r.Path == "$default" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// Authorization says which requests may use a route. The zero value admits all.
type Authorization struct {
	// Type is empty, "AWS_IAM", "REQUEST" (a Lambda authorizer) or "JWT".
	Type string
	// Function is the logical id of a Lambda authorizer's function.
	Function string
	// IdentitySources are as written: "route.request.querystring.token" for a
	// WebSocket API, "$request.header.Authorization" for an HTTP API.
	IdentitySources []string
	// SimpleResponses means that the authorizer of an HTTP API answers
	// {"isAuthorized": …} instead of a policy.
	SimpleResponses bool
	// PayloadVersion is the payload format of a Lambda authorizer on an HTTP API:
	// "1.0" or "2.0".
	PayloadVersion string
}

// Table is a DynamoDB table.
type Table struct {
	LogicalID string
	// Name is TableName, or the logical id if the template is silent.
	Name string
	// Keys has the HASH key and then the RANGE key, if there is one.
	Keys []Key
	// Attributes are the AttributeDefinitions in the template's order.
	Attributes []Attribute
	// TTLAttribute is the attribute with an item's expiry time; empty if the table
	// has no TTL or TTL is not enabled.
	TTLAttribute string
	// Indexed means that the table has secondary indexes. Table does not describe
	// them.
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

// Options holds the values that a deployment would supply.
type Options struct {
	// Parameters are values by parameter name. Other parameters have their
	// defaults.
	Parameters map[string]string
	// Region is the value of AWS::Region; "us-east-1" if empty.
	Region string
}

// Load reads and parses the template at path; see [Parse]. Its errors name the
// path.
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
