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

// WebSocket is a WebSocket API. It must be made with NewWebSocket and ended
// with Shutdown.
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

	mu      sync.RWMutex
	conns   map[string]*conn
	closing bool
	passing passing
}

// NewWebSocket checks cfg and returns the API with no connections. It fails on
// a stage that is empty or has a slash, a route without a function or with a
// timeout that API Gateway does not allow, more than 300 routes, a selection
// expression that it cannot read, and an authorizer that is malformed or not on
// $connect.
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
// API below /{stage}/@connections/. Everything else is 403. Under a custom domain
// its mapping key stands for the stage.
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

// base is the path under which the API answers r, and whether r came to a custom
// domain.
func (g *WebSocket) base(r *http.Request) (path string, custom bool) {
	if len(g.domains) == 0 {
		return g.stage, false
	}
	if key, ok := g.domains[strings.ToLower(hostOf(r.Host))]; ok {
		return key, true
	}
	return g.stage, false
}

// IsManagement reports whether r is for the management API of some stage:
// whether its path holds "/@connections/", encoded or not.
func IsManagement(r *http.Request) bool {
	_, _, ok := managementPath(r.URL)
	return ok
}

// managementPath takes /{base}/@connections/{id} apart. Clients send "@" and "="
// as they are or percent-encoded; both arrive decoded in Path.
func managementPath(u *url.URL) (base, id string, ok bool) {
	base, id, ok = strings.Cut(u.Path, "/@connections/")
	return strings.TrimPrefix(base, "/"), id, ok
}

// Shutdown closes every connection with 1001 "Going away", runs their
// $disconnect, and waits for all functions to return. New handshakes get 503
// from its first moment on, one whose $connect runs is let in and then closed;
// the management API stays, for the functions that still run. When ctx ends
// first, the functions' context is cancelled and ctx's error returned; sockets
// whose client does not answer the close are cut a few seconds later.
func (g *WebSocket) Shutdown(ctx context.Context) error {
	g.mu.Lock()
	g.closing = true
	g.mu.Unlock()
	for _, c := range g.open() {
		c.end(goingAway)
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

// enter counts a handshake in, unless the API is closing.
func (g *WebSocket) enter() bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closing {
		return false
	}
	g.functions.running.Add(1)
	return true
}

// add makes c known to the management API, and reports whether the API is
// closing.
func (g *WebSocket) add(c *conn) (closing bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns[c.id] = c
	return g.closing
}

// open is every connection that there is now.
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

// routeOf picks the route of a message. A message never selects the two routes
// of a connection's life.
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

// call runs a function, and lets pass what waits for one to have run.
func (g *WebSocket) call(route Route, key, requestID string, event []byte) ([]byte, error) {
	defer g.passing.passed()
	reply, err := g.functions.call(route, key, requestID, event)
	if err == nil && g.unsettled.EmptyResults && isEmpty(reply) {
		reply = []byte(`{"statusCode":200}`)
	}
	return reply, err
}

func isEmpty(reply []byte) bool {
	return slices.Contains([]string{"", "null", "{}"}, string(bytes.TrimSpace(reply)))
}

// errorFrame is what API Gateway itself says to a client, byte for byte.
func errorFrame(message, connectionID, requestID string) []byte {
	return fmt.Appendf(nil, `{"message": "%s", "connectionId":"%s", "requestId":"%s"}`, message, connectionID, requestID)
}

// badBodyFrame is what a client gets whose message its route's model forbids,
// spelt as AWS's documentation spells it.
func badBodyFrame(connectionID string) []byte {
	return fmt.Appendf(nil, `{"message" : "Bad request body", "connectionId": "%s", "messageId": "%s"}`, connectionID, newID(idMessage))
}

// messageFor is API Gateway's text for a call that failed.
func messageFor(err error) string {
	if errors.Is(err, errTimedOut) {
		return "Endpoint request timed out"
	}
	return "Internal server error"
}

// explained is what happened, for the trace. A function's own words stay out of
// it: they can hold anything.
func explained(err error) string {
	if errors.Is(err, errTimedOut) {
		return "no answer within the integration timeout"
	}
	if errors.Is(err, ErrRejected) {
		return "Lambda rejected the invocation"
	}
	return "the function failed"
}
