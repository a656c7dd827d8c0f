package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// WebSocket is a WebSocket API with its open connections. It is an
// http.Handler. NewWebSocket makes one; Shutdown ends it.
type WebSocket struct {
	stage, apiID   string
	region         string
	selection      selection
	routes         map[string]Route
	functions      *functions
	domains        map[string]string
	stageVariables map[string]string

	account, newConnections *Throttle
	unsettled               Unsettled
	faults                  *Faults
	trace                   tracer

	idleTimeout, maxLifetime  time.Duration
	maxPerConnection          int
	queueMessages, queueBytes int

	mu         sync.RWMutex
	conns      map[string]*conn
	closing    bool
	completion completion
}

// NewWebSocket checks cfg and returns the API without connections. It fails if
// the stage is empty or has a slash, a route has no function or a timeout that
// API Gateway does not allow, there are more than 300 routes, the selection
// expression is malformed, or an authorizer is malformed or not on $connect.
func NewWebSocket(cfg WebSocketConfig) (*WebSocket, error) {
	if cfg.Stage == "" || strings.Contains(cfg.Stage, "/") {
		return nil, fmt.Errorf("stage %q is not one path segment", cfg.Stage)
	}
	selection, err := parseSelection(cfg.RouteSelectionExpression)
	if err != nil {
		return nil, err
	}
	routes, err := withDefaults(cfg.Routes, webSocketTimeout, cfg.RouteLimit)
	if err != nil {
		return nil, err
	}
	for key, route := range routes {
		if err := checkConnectOnly(key, route); err != nil {
			return nil, err
		}
	}
	return &WebSocket{
		stage:            cfg.Stage,
		apiID:            or(cfg.APIID, "local"),
		region:           or(cfg.Region, defaultRegion),
		selection:        selection,
		routes:           routes,
		functions:        newFunctions(cfg.MaxInFlight, cfg.Logger),
		domains:          cfg.Domains,
		stageVariables:   cfg.StageVariables,
		account:          cfg.Account,
		newConnections:   cfg.NewConnections,
		unsettled:        cfg.Unsettled,
		faults:           cfg.Faults,
		trace:            cfg.Trace,
		idleTimeout:      or(cfg.IdleTimeout, defaultIdle),
		maxLifetime:      or(cfg.MaxLifetime, defaultLifetime),
		maxPerConnection: or(cfg.MaxInFlightPerConnection, defaultPerConn),
		queueMessages:    or(cfg.QueueMessages, defaultQueueLen),
		queueBytes:       or(cfg.QueueBytes, defaultQueueBytes),
		conns:            map[string]*conn{},
	}, nil
}

// ServeHTTP serves the whole API: the handshake at /{stage} and the management
// API below /{stage}/@connections/. Other paths get 403. Under a custom domain
// the API mapping key replaces the stage.
func (g *WebSocket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if base, id, ok := managementPath(r.URL); ok {
		g.manage(w, r, base, id)
		return
	}
	if base, _ := g.base(r); r.URL.Path != "/"+base {
		g.turnAway(w, "", time.Now(), refuse(http.StatusForbidden, "ForbiddenException", "Forbidden", "403: the path is not /"+base))
		return
	}
	if !g.enter() {
		g.turnAway(w, "", time.Now(), refuse(http.StatusServiceUnavailable, "ServiceUnavailableException", "Service Unavailable", "503: shutting down"))
		return
	}
	defer g.functions.running.Done()
	g.handshake(w, r)
}

// base returns the path under which the API answers r, and whether r came to a
// custom domain.
func (g *WebSocket) base(r *http.Request) (path string, custom bool) {
	if len(g.domains) == 0 {
		return g.stage, false
	}
	if key, ok := g.domains[strings.ToLower(hostOf(r.Host))]; ok {
		return key, true
	}
	return g.stage, false
}

// IsManagement reports whether r is a request to the management API of any
// stage: whether its path contains "/@connections/", percent-encoded or not.
func IsManagement(r *http.Request) bool {
	_, _, ok := managementPath(r.URL)
	return ok
}

// managementPath splits /{base}/@connections/{id}. Clients may percent-encode
// "@" and "="; Path holds both decoded.
func managementPath(u *url.URL) (base, id string, ok bool) {
	base, id, ok = strings.Cut(u.Path, "/@connections/")
	return strings.TrimPrefix(base, "/"), id, ok
}

// Shutdown closes every connection with 1001 "Going away", runs their
// $disconnect, and waits for all functions to return. New handshakes get 503 at
// once. A client whose $connect is running is still admitted and then closed.
// The management API stays available to the functions that still run.
//
// If ctx ends first, Shutdown cancels the functions' context and returns ctx's
// error. It cuts the sockets of clients that do not answer the close a few
// seconds later.
func (g *WebSocket) Shutdown(ctx context.Context) error {
	g.mu.Lock()
	g.closing = true
	g.mu.Unlock()
	for _, c := range g.open() {
		c.end(causeGoingAway)
	}
	done := make(chan struct{})
	go func() {
		g.functions.running.Wait()
		close(done)
	}()
	defer g.functions.cancel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("functions or sockets are still at work: %w", ctx.Err())
	}
}

// enter counts a handshake as running. It reports false if the API is closing.
func (g *WebSocket) enter() bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closing {
		return false
	}
	g.functions.running.Add(1)
	return true
}

// add registers c for the management API. It reports whether the API is
// closing.
func (g *WebSocket) add(c *conn) (closing bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns[c.id] = c
	return g.closing
}

// open returns all open connections.
func (g *WebSocket) open() []*conn {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return slices.Collect(maps.Values(g.conns))
}

func (g *WebSocket) find(id string) *conn {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.conns[id]
}

func (g *WebSocket) forget(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, c.id)
}

// routeOf returns the route of a message. A message can never select $connect
// or $disconnect.
func (g *WebSocket) routeOf(body []byte) (string, Route, bool) {
	key := g.selection.key(body)
	if !slices.Contains([]string{"$connect", "$disconnect"}, key) {
		if route, ok := g.routes[key]; ok {
			return key, route, true
		}
	}
	route, ok := g.routes["$default"]
	return "$default", route, ok
}

// call runs a function and then wakes the goroutines that wait for one to
// return.
func (g *WebSocket) call(route Route, key, requestID string, event []byte) ([]byte, error) {
	defer g.completion.passed()
	reply, err := g.functions.call(route, key, requestID, event)
	if err == nil && g.unsettled.EmptyResults && isEmpty(reply) {
		reply = []byte(`{"statusCode":200}`)
	}
	return reply, err
}

func isEmpty(reply []byte) bool {
	return slices.Contains([]string{"", "null", "{}"}, string(bytes.TrimSpace(reply)))
}

// errorFrame returns one of API Gateway's own error messages, byte for byte.
func errorFrame(message, connectionID, requestID string) []byte {
	return fmt.Appendf(nil, `{"message": "%s", "connectionId":"%s", "requestId":"%s"}`, message, connectionID, requestID)
}

// badBodyFrame returns the answer to a message that its route's model rejects,
// byte for byte as in AWS's documentation.
func badBodyFrame(connectionID string) []byte {
	return fmt.Appendf(nil, `{"message" : "Bad request body", "connectionId": "%s", "messageId": "%s"}`, connectionID, newID(idMessage))
}

// messageFor returns API Gateway's text for a failed call.
func messageFor(err error) string {
	if errors.Is(err, errTimedOut) {
		return "Endpoint request timed out"
	}
	return "Internal server error"
}

// explanation describes an error for the trace. It leaves out the function's own
// text, which may hold anything.
func explanation(err error) string {
	if errors.Is(err, errTimedOut) {
		return "no answer within the integration timeout"
	}
	if errors.Is(err, ErrRejected) {
		return "Lambda rejected the invocation"
	}
	return "the function failed"
}
