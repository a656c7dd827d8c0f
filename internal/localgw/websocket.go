package localgw

import (
	"context"
	"errors"
	"fmt"
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
	stage, apiID string
	selection    selection
	routes       map[string]Route
	functions    *functions

	idleTimeout, maxLifetime  time.Duration
	maxPerConnection          int
	queueMessages, queueBytes int

	mu      sync.RWMutex
	conns   map[string]*conn
	closing bool
}

// NewWebSocket checks cfg and returns the API with no connections. It fails on
// a stage that is empty or has a slash, a route without a function, and a
// selection expression that it cannot read.
func NewWebSocket(cfg WebSocketConfig) (*WebSocket, error) {
	if cfg.Stage == "" || strings.Contains(cfg.Stage, "/") {
		return nil, fmt.Errorf("stage %q is not one path segment", cfg.Stage)
	}
	selection, err := parseSelection(cfg.RouteSelectionExpression)
	if err != nil {
		return nil, err
	}
	routes, err := withDefaults(cfg.Routes, webSocketTimeout)
	if err != nil {
		return nil, err
	}
	return &WebSocket{
		stage:            cfg.Stage,
		apiID:            or(cfg.APIID, "local"),
		selection:        selection,
		routes:           routes,
		functions:        newFunctions(cfg.MaxInFlight, cfg.Logger),
		idleTimeout:      or(cfg.IdleTimeout, defaultIdle),
		maxLifetime:      or(cfg.MaxLifetime, defaultLifetime),
		maxPerConnection: or(cfg.MaxInFlightPerConnection, defaultPerConn),
		queueMessages:    or(cfg.QueueMessages, defaultQueueLen),
		queueBytes:       or(cfg.QueueBytes, defaultQueueBytes),
		conns:            map[string]*conn{},
	}, nil
}

// ServeHTTP serves the whole API: the handshake at /{stage} and the management
// API below /{stage}/@connections/. Everything else is 403.
func (g *WebSocket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if stage, id, ok := managementPath(r.URL); ok {
		g.manage(w, r, stage, id)
		return
	}
	if r.URL.Path != "/"+g.stage {
		refuse(w, http.StatusForbidden, "ForbiddenException", "Forbidden")
		return
	}
	if !g.enter() {
		refuse(w, http.StatusServiceUnavailable, "ServiceUnavailableException", "Service Unavailable")
		return
	}
	defer g.functions.running.Done()
	g.handshake(w, r)
}

// IsManagement reports whether r is for the management API of some stage:
// whether its path holds "/@connections/", encoded or not.
func IsManagement(r *http.Request) bool {
	_, _, ok := managementPath(r.URL)
	return ok
}

// managementPath takes /{stage}/@connections/{id} apart. Clients send "@" and
// "=" as they are or percent-encoded; both arrive decoded in Path.
func managementPath(u *url.URL) (stage, id string, ok bool) {
	stage, id, ok = strings.Cut(u.Path, "/@connections/")
	return strings.TrimPrefix(stage, "/"), id, ok
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
	open := make([]*conn, 0, len(g.conns))
	for _, c := range g.conns {
		open = append(open, c)
	}
	g.mu.Unlock()
	for _, c := range open {
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

// errorFrame is what API Gateway itself says to a client, byte for byte.
func errorFrame(message, connectionID, requestID string) []byte {
	return fmt.Appendf(nil, `{"message": "%s", "connectionId":"%s", "requestId":"%s"}`, message, connectionID, requestID)
}

// messageFor is API Gateway's text for a call that failed.
func messageFor(err error) string {
	if errors.Is(err, errTimedOut) {
		return "Endpoint request timed out"
	}
	return "Internal server error"
}

// refuse answers as API Gateway does: the error's name, if it has one, in a
// header, where the SDKs look for it, and its text in the body.
func refuse(w http.ResponseWriter, status int, errorType, message string) {
	if errorType != "" {
		w.Header().Set("x-amzn-ErrorType", errorType)
	}
	w.Header().Set("x-amzn-RequestId", newID(idRequest))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(marshal(map[string]string{"message": message}))
}
