package gateway

import (
	"context"
	"log/slog"
	"time"
)

// API Gateway's fixed limits, from the quotas for WebSocket APIs and for HTTP
// APIs:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html. The
// last three are this gateway's own.
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

// Invoker runs a function. The payload is the event and the result is the
// reply, both as JSON. An error is a function error, and so is a panic. The
// handlers of github.com/aws/aws-lambda-go/lambda implement it.
//
// The gateway calls Invoke from many goroutines at once. The context ends when
// a Shutdown runs out of time, but not at the integration timeout: API Gateway
// then stops waiting for the function and lets it run on. [WithTimeout] gives a
// function the deadline that Lambda would.
type Invoker interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Route describes the integration behind a route key.
type Route struct {
	// Function runs for each request or message of the route. Required.
	Function Invoker
	// Timeout is the integration timeout: the client waits no longer for the
	// function. 0 means API Gateway's maximum, which is 29 s on a WebSocket API
	// and 30 s on an HTTP API. A longer one, or one below 50 ms, is an error, as
	// it is in a deployment.
	Timeout time.Duration
	// TwoWay sends the body of the function's reply back to the client. Without it
	// the reply is dropped. It has no effect on $connect, $disconnect and HTTP
	// routes.
	TwoWay bool
	// Limit is the route's own throttle. If it is set, the API's RouteLimit does
	// not apply to the route.
	Limit *Limit
	// Validate, if set, checks a message before the function gets it, as a request
	// model does; see [RequestModels]. After an error the client gets "Bad request
	// body". It has no effect on $connect, $disconnect and HTTP routes.
	Validate func(body []byte) error
	// Authorizer, if set, runs before the function. A WebSocket API can have one
	// on $connect only.
	Authorizer *Authorizer
	// Signed requires an AWS signature (AuthorizationType AWS_IAM). The gateway
	// checks only that there is one, because it has no account to verify it with.
	// On a WebSocket API it works on $connect only.
	Signed bool

	throttle *Throttle
}

// WebSocketConfig describes a WebSocket API. A zero value means API Gateway's
// own limit, or the default that the field names.
type WebSocketConfig struct {
	// Stage is the path of the API, without slashes: clients connect to /{Stage}.
	Stage string
	// RouteSelectionExpression selects the route of a message, for example
	// "$request.body.action" or "${request.body.a}/${request.body.b}". Required.
	RouteSelectionExpression string
	// Routes are keyed by route key. Without "$connect" every handshake succeeds.
	// Without "$default" a message without a route gets the answer "Forbidden".
	Routes map[string]Route

	// APIID is the API's id in events; "local" if empty.
	APIID string
	// Region is the region in authorizers' ARNs; "us-east-1" if empty.
	Region string

	// IdleTimeout closes a connection after this long without a message in either
	// direction. 0 means 10 minutes. Pings are not messages.
	IdleTimeout time.Duration
	// MaxLifetime closes every connection at this age. 0 means 2 hours.
	MaxLifetime time.Duration

	// MaxInFlight bounds the functions that run at once. Further ones wait, and the
	// wait counts towards their timeout. 0 means 1,000, Lambda's default.
	MaxInFlight int
	// MaxInFlightPerConnection bounds the messages of one connection that are at
	// work or whose reply is not yet written. At the bound the gateway stops
	// reading from the connection. 0 means 16; 1 makes the messages run one after
	// the other.
	MaxInFlightPerConnection int
	// QueueMessages and QueueBytes bound the posts that wait to be written to a
	// connection. A post beyond a bound gets 429. 0 means 256 and 1 MiB.
	QueueMessages int
	QueueBytes    int

	// StageVariables are in every event, unless there are none.
	StageVariables map[string]string
	// Domains maps custom domain names, in lower case, to the API mapping key
	// under which each serves this API. An empty key serves it at the root. Under
	// these names the stage is not part of the path, though events still name it.
	Domains map[string]string

	// Account throttles all requests: handshakes, messages and the management API.
	// The account's other APIs may share it. NewConnections throttles handshakes.
	// RouteLimit throttles each route by itself. Nil means no limit.
	Account        *Throttle
	NewConnections *Throttle
	RouteLimit     *Limit

	// Unsettled chooses a behaviour where that of API Gateway is not known.
	Unsettled Unsettled
	// Faults are failures to inject. Nil means none.
	Faults *Faults
	// Trace, if set, is called with each event, from many goroutines. It should
	// return quickly.
	Trace func(Trace)
	// Logger receives function errors and timeouts; nil discards them. The gateway
	// never logs a payload, a header or a query.
	Logger *slog.Logger
}

// HTTPConfig describes an HTTP API. Like an HTTP API without a CORS
// configuration, it leaves CORS preflights to its routes.
type HTTPConfig struct {
	// Stage is the first segment of every path; empty means the stage $default,
	// which is served at the root.
	Stage string
	// StageVariables are in every event, unless there are none.
	StageVariables map[string]string
	// Routes are keyed by route key: "GET /api/messages", "ANY /files/{proxy+}" or
	// "$default".
	Routes map[string]Route
	// APIID is the API's id in events; "local" if empty.
	APIID string
	// Region is the region in authorizers' ARNs; "us-east-1" if empty.
	Region string
	// MaxInFlight bounds the functions that run at once. Further ones wait, and the
	// wait counts towards their timeout. 0 means 1,000, Lambda's default.
	MaxInFlight int
	// Account throttles all requests. The account's other APIs may share it.
	// RouteLimit throttles each route by itself. Nil means no limit.
	Account    *Throttle
	RouteLimit *Limit
	// Trace, if set, is called with each request, from many goroutines. It should
	// return quickly.
	Trace func(Trace)
	// Logger receives function errors and timeouts; nil discards them. The gateway
	// never logs a payload, a header or a query.
	Logger *slog.Logger
}
