package gateway

import (
	"context"
	"log/slog"
	"time"
)

// API Gateway's fixed limits, from "Amazon API Gateway quotas": WebSocket APIs
// and HTTP APIs.
const (
	maxFrameBytes     = 32 << 10
	maxMessageBytes   = 128 << 10
	maxHTTPBodyBytes  = 10 << 20
	maxLambdaPayload  = 6 << 20
	maxURLBytes       = 4096
	maxHeaderBytes    = 10_240
	maxRoutes         = 300
	minTimeout        = 50 * time.Millisecond
	defaultIdle       = 10 * time.Minute
	defaultLifetime   = 2 * time.Hour
	webSocketTimeout  = 29 * time.Second
	httpTimeout       = 30 * time.Second
	defaultInFlight   = 1000
	defaultPerConn    = 16
	defaultQueueLen   = 256
	defaultQueueBytes = 1 << 20
)

// Invoker runs a function: payload is the event as JSON, the result is the
// reply as JSON. An error is a function error, as is a panic. The handlers of
// github.com/aws/aws-lambda-go/lambda satisfy it.
//
// Invoke is called from many goroutines at once. Its context ends when a
// Shutdown runs out of time, not at the integration timeout: API Gateway stops
// waiting for a function, it does not stop the function. WithTimeout gives a
// function the deadline that Lambda would.
type Invoker interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Route is what stands behind a route key.
type Route struct {
	// Function runs for each request or message of the route. Required.
	Function Invoker
	// Timeout is the integration timeout: how long the client is kept waiting.
	// 0 means API Gateway's longest, 29 s (WebSocket) or 30 s (HTTP); beyond
	// these, and below 50 ms, a template cannot be deployed.
	Timeout time.Duration
	// TwoWay sends the body of the function's reply back to the client; without
	// it the reply is dropped. It has no meaning for $connect, $disconnect and
	// HTTP routes.
	TwoWay bool
	// Limit is the route's own throttle, instead of the API's RouteLimit.
	Limit *Limit
	// Validate, if set, judges a message before its function gets it, as a
	// request model does; an error is answered "Bad request body". It has no
	// meaning for $connect, $disconnect and HTTP routes.
	Validate func(body []byte) error
	// Authorizer, if set, is asked before the function. A WebSocket API can have
	// one on $connect only.
	Authorizer *Authorizer
	// Signed wants an AWS signature (AuthorizationType AWS_IAM), of which only
	// the presence is checked: there is no account to check it with. On a
	// WebSocket API it is for $connect only.
	Signed bool

	throttle *Throttle
}

// WebSocketConfig describes a WebSocket API. Zero values mean API Gateway's
// own limits, or the default that the field names.
type WebSocketConfig struct {
	// Stage is the path of the API without slashes: clients connect to /{Stage}.
	Stage string
	// RouteSelectionExpression picks a message's route, for example
	// "$request.body.action" or "${request.body.a}/${request.body.b}".
	RouteSelectionExpression string
	// Routes by route key. Without a "$connect" every handshake succeeds;
	// without a "$default" a message of no known route is answered "Forbidden".
	Routes map[string]Route

	// APIID stands in events; "local" if empty.
	APIID string
	// Region stands in the ARNs that authorizers get; "us-east-1" if empty.
	Region string

	// IdleTimeout closes a connection on which no message went either way.
	// 0 means 10 minutes. Pings are not messages.
	IdleTimeout time.Duration
	// MaxLifetime closes every connection in the end. 0 means 2 hours.
	MaxLifetime time.Duration

	// MaxInFlight bounds the functions that run at once; further ones wait, and
	// waiting counts towards their timeout. 0 means 1,000, Lambda's default.
	MaxInFlight int
	// MaxInFlightPerConnection bounds the messages of one connection that are
	// being worked on or whose reply is not yet written; while so many are, the
	// connection is not read. 0 means 16, 1 makes dispatch serial.
	MaxInFlightPerConnection int
	// QueueMessages and QueueBytes bound what is posted to a connection and not
	// yet written; a post beyond them gets 429. 0 means 256 and 1 MiB.
	QueueMessages int
	QueueBytes    int

	// StageVariables stand in events, if there are any.
	StageVariables map[string]string
	// Domains are custom domain names, in lower case, with the API mapping key
	// under which each serves this API; an empty one serves it at the root. Under
	// these names the stage is no path, though events still name it.
	Domains map[string]string

	// Account throttles all requests: handshakes, messages and the management
	// API. It is meant to be shared with the account's other APIs. NewConnections
	// throttles handshakes, RouteLimit each route by itself. Nil: no limit.
	Account        *Throttle
	NewConnections *Throttle
	RouteLimit     *Limit

	// Unsettled are choices where API Gateway's behaviour is not known.
	Unsettled Unsettled
	// Faults go wrong on purpose; nil: nothing does.
	Faults *Faults
	// Trace, if set, gets a line for all that happens, from many goroutines. It
	// should return soon.
	Trace func(Trace)
	// Logger gets function errors and timeouts; nil discards them. No payload,
	// header or query is ever logged.
	Logger *slog.Logger
}

// HTTPConfig describes an HTTP API. It answers no CORS preflight by itself, like
// an HTTP API without a CORS configuration.
type HTTPConfig struct {
	// Stage is the first segment of every path; empty means the stage $default,
	// which is served at the root.
	Stage string
	// StageVariables stand in events, if there are any.
	StageVariables map[string]string
	// Routes by route key: "GET /api/messages", "ANY /files/{proxy+}",
	// "$default".
	Routes map[string]Route
	// APIID stands in events; "local" if empty.
	APIID string
	// Region stands in the ARNs that authorizers get; "us-east-1" if empty.
	Region string
	// MaxInFlight bounds the functions that run at once; further ones wait, and
	// waiting counts towards their timeout. 0 means 1,000, Lambda's default.
	MaxInFlight int
	// Account throttles all requests, and may be shared with the account's other
	// APIs; RouteLimit throttles each route by itself. Nil: no limit.
	Account    *Throttle
	RouteLimit *Limit
	// Trace, if set, gets a line for each request, from many goroutines. It
	// should return soon.
	Trace func(Trace)
	// Logger gets function errors and timeouts; nil discards them. No payload,
	// header or query is ever logged.
	Logger *slog.Logger
}
