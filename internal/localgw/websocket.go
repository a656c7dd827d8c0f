package localgw

import (
	"context"
	"net/http"
)

// WebSocket is a WebSocket API. It must be made with NewWebSocket and ended
// with Shutdown.
type WebSocket struct {
	cfg WebSocketConfig
}

// NewWebSocket checks cfg and returns the API with no connections. It fails on
// an empty stage, a route without a function, and a selection expression that
// it cannot read.
func NewWebSocket(cfg WebSocketConfig) (*WebSocket, error) {
	return &WebSocket{cfg: cfg}, nil
}

// ServeHTTP serves the whole API: the handshake at /{stage} and the management
// API below /{stage}/@connections/. Everything else is 403.
func (g *WebSocket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "not yet", http.StatusNotImplemented)
}

// IsManagement reports whether r is for the management API of some stage:
// whether its path has a segment "@connections", encoded or not.
func IsManagement(r *http.Request) bool { return false }

// Shutdown closes every connection with 1001 "Going away", runs their
// $disconnect, and waits for all functions to return. New handshakes get 503
// from its first moment on; the management API stays, for the functions that
// still run. When ctx ends first, the functions' context is cancelled, the
// sockets are cut, and ctx's error is returned. Only the first call has an
// effect.
func (g *WebSocket) Shutdown(ctx context.Context) error { return nil }
