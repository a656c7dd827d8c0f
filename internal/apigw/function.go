// Package apigw connects the chat with API Gateway. It turns an event of the
// WebSocket API or of the HTTP API into calls of the [Rules], and their result
// into the reply that API Gateway expects. [Broadcaster] posts to connections.
//
// Each of the four Lambda functions is one of [Connect], [Send], [History] and
// [Disconnect]; docs/frames.md has their routes.
package apigw

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/people"
	"projectchat/internal/refusal"
	"projectchat/internal/wire"
)

// Rules are the services that functions call.
type Rules struct {
	Chat   *chat.Service
	People *people.Service
}

// Function is one Lambda function with its routes. It is a lambda.Handler:
// [Function.Invoke] takes an event and returns the reply, both as JSON.
type Function struct {
	log     *slog.Logger
	metrics *Metrics
	sockets map[string]socketRoute
	http    map[string]httpRoute
}

// Counted makes m count what the function does, and returns the function.
func (f *Function) Counted(m *Metrics) *Function {
	f.metrics = m
	return f
}

// event has the fields that both kinds of events share.
type event struct {
	Version        string `json:"version"`
	RequestContext struct {
		RouteKey  string `json:"routeKey"`
		RequestID string `json:"requestId"`
	} `json:"requestContext"`
}

// Invoke answers one event. It returns an error only for an event that is not
// of one of its routes. A panic becomes the error [refusal.Internal], and the
// process lives on.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	key, began := e.RequestContext.RouteKey, time.Now()
	ctx, tally := f.metrics.begin(ctx)
	var reply []byte
	var code refusal.Code
	var err error
	if route, ok := f.http[key]; ok && e.Version == "2.0" {
		reply, code, err = f.invokeHTTP(ctx, route, payload)
	} else if route, ok := f.sockets[key]; ok && e.Version == "" {
		reply, code, err = f.invokeSocket(ctx, route, payload)
	} else {
		return nil, fmt.Errorf("no route %q in this function", key)
	}
	f.metrics.end(ctx, tally, key, e.RequestContext.RequestID, code)
	f.log.InfoContext(ctx, "request", "route", key, "reqId", e.RequestContext.RequestID,
		"bytes", len(payload), "ms", time.Since(began).Milliseconds(), "code", code)
	return reply, err
}

// guard runs a route's work. An error is logged, and returned in the form that
// the client may see.
func guard[T any](ctx context.Context, f *Function, requestID string, work func() (T, error)) (result T, refused *refusal.Error) {
	defer func() {
		if p := recover(); p != nil {
			stack := string(debug.Stack())
			if elsewhere, ok := p.(*chat.Panic); ok {
				p, stack = elsewhere.Value, elsewhere.Stack
			}
			// Only the type: the value may hold something that must not be logged.
			f.log.ErrorContext(ctx, "panic", "reqId", requestID, "panic", fmt.Sprintf("%T", p), "stack", stack)
			refused = internal(requestID)
		}
	}()
	result, err := work()
	if err == nil {
		return result, nil
	}
	refused = refusal.AsError(err)
	if refused.Code == refusal.Internal || refused.Code == refusal.Busy {
		f.log.ErrorContext(ctx, "failed", "reqId", requestID, "code", refused.Code, "err", err)
	}
	if refused.Code == refusal.Internal {
		refused = internal(requestID)
	}
	return result, refused
}

func internal(requestID string) *refusal.Error {
	return refusal.Errorf(refusal.Internal, "Something went wrong on the server (request %s).", requestID)
}

// errorFrame returns the frame that a client gets instead of a reply.
func errorFrame(id *string, refused *refusal.Error) wire.Error {
	return wire.Error{
		Type: wire.TypeError, ID: id,
		Code: string(refused.Code), Message: refused.Message,
		Temporary: refused.Code.Temporary(), RetryAfter: wholeSeconds(refused.RetryAfter),
	}
}

func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
