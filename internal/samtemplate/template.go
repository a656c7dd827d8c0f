// Package samtemplate reads an AWS SAM template as far as a local stand-in for
// API Gateway, Lambda and DynamoDB needs it: functions, WebSocket routes, HTTP
// routes and the table. One file then describes the stack in AWS and on a
// laptop, so the two cannot drift apart.
package samtemplate

import (
	"fmt"
	"os"
	"time"
)

// Template is what a SAM template says about the running system. Parameters,
// policies and everything else that only a deployment needs are not in it.
type Template struct {
	// Functions by logical id: every AWS::Serverless::Function.
	Functions map[string]Function
	// WebSocket is the one AWS::Serverless::WebSocketApi, nil if there is none.
	WebSocket *WebSocketAPI
	// HTTPRoutes are the HttpApi events of all functions, sorted by Key.
	HTTPRoutes []HTTPRoute
	// Table is the one AWS::DynamoDB::Table, nil if there is none.
	Table *Table
}

// Function is an AWS::Serverless::Function with Globals applied.
type Function struct {
	LogicalID string
	// Timeout after which Lambda stops the function; 3 s if the template is silent.
	Timeout time.Duration
	// MemoryMB is MemorySize; 128 if the template is silent.
	MemoryMB int
	// Environment holds the names of the declared variables, sorted. Values are
	// mostly intrinsics that only a deployment resolves, so they are left out.
	Environment []string
}

// WebSocketAPI is an AWS::Serverless::WebSocketApi.
type WebSocketAPI struct {
	LogicalID string
	// StageName is the path of the API; "default" if the template is silent.
	StageName string
	// RouteSelectionExpression is as written, for example "$request.body.action".
	RouteSelectionExpression string
	// Routes by route key, "$connect", "$disconnect" and "$default" included.
	Routes map[string]WebSocketRoute
}

// WebSocketRoute is one entry of a WebSocketApi's Routes.
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
}

// HTTPRoute is a function's event of type HttpApi.
type HTTPRoute struct {
	// Method is upper case, "ANY" included; empty for the $default route.
	Method string
	// Path begins with "/" and may hold {parameters}; "$default" for that route.
	Path string
	// Function is the logical id of the function whose event it is.
	Function string
}

// Key is the route key as API Gateway writes it: "GET /api/messages", or
// "$default".
func (r HTTPRoute) Key() string {
	if r.Path == "$default" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// Table is an AWS::DynamoDB::Table.
type Table struct {
	LogicalID string
	// Keys in the order of KeySchema: the HASH key first, then RANGE if any.
	Keys []Key
	// Attributes are the AttributeDefinitions, in the template's order.
	Attributes []Attribute
	// TTLAttribute is empty if the table has no TTL or it is not enabled.
	TTLAttribute string
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

// Load reads and parses the template at path. Its errors name the path and
// what Parse says.
func Load(path string) (*Template, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	t, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", path, err)
	}
	return t, nil
}
