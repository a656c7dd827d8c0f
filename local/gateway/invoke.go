package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// errTimedOut means that a function did not answer within the integration
// timeout. Every other error of a call is a function error.
var errTimedOut = errors.New("integration timed out")

// ErrRejected is the error that an [Invoker] returns, wrapped or not, if Lambda
// does not accept the invocation, for example because it throttles the function
// or a permission is missing. A handshake then gets 500; after other errors it
// gets 502.
var ErrRejected = errors.New("the invocation was rejected")

// WithTimeout returns f with the time limit that Lambda puts on a function. The
// context has a deadline d after the start. If f has not returned by then, the
// result is a function error, even if f runs on.
func WithTimeout(f Invoker, d time.Duration) Invoker { return timedInvoker{f: f, limit: d} }

type timedInvoker struct {
	f     Invoker
	limit time.Duration
}

func (l timedInvoker) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, l.limit)
	done := start(ctx, l.f, payload, cancel)
	select {
	case o := <-done:
		return o.reply, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done: // it returned, which cancelled the context
		return o.reply, o.err
	default:
		return nil, fmt.Errorf("task timed out after %.2f seconds", l.limit.Seconds())
	}
}

// outcome is a function's result.
type outcome struct {
	reply []byte
	err   error
}

// start runs f in its own goroutine and turns a panic into an error. It calls
// after once the outcome can be received.
func start(ctx context.Context, f Invoker, payload []byte, after func()) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		defer after()
		reply, err := invokeSafely(ctx, f, payload)
		done <- outcome{reply, err}
	}()
	return done
}

func invokeSafely(ctx context.Context, f Invoker, payload []byte) (reply []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			reply, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	return f.Invoke(ctx, payload)
}

// functions runs the functions of one API, at most a fixed number at once.
type functions struct {
	// ctx is the context of every function. It ends when a Shutdown runs out of
	// time.
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{}
	// running counts functions and the goroutines that start them, so that
	// Shutdown can wait for both.
	running sync.WaitGroup
	log     *slog.Logger
}

func newFunctions(maxInFlight int, log *slog.Logger) *functions {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &functions{
		ctx:    ctx,
		cancel: cancel,
		slots:  make(chan struct{}, or(maxInFlight, defaultInFlight)),
		log:    log,
	}
}

// call runs the function of a route and waits for it, at most for the route's
// timeout. A slower function keeps its slot until it returns, so the bound
// holds for the functions that really run.
func (f *functions) call(route Route, key, requestID string, event []byte) ([]byte, error) {
	reply, err := f.wait(route, event)
	if err != nil {
		f.log.Error("function failed", "route", key, "requestId", requestID, "error", err.Error())
	}
	return reply, err
}

func (f *functions) wait(route Route, event []byte) ([]byte, error) {
	if len(event) > maxLambdaPayload {
		return nil, fmt.Errorf("event of %d bytes is over Lambda's limit", len(event))
	}
	timer := time.NewTimer(route.Timeout)
	defer timer.Stop()
	select {
	case f.slots <- struct{}{}:
	case <-timer.C:
		return nil, errTimedOut
	}
	f.running.Add(1)
	done := start(f.ctx, route.Function, event, f.release)
	select {
	case o := <-done:
		if len(o.reply) > maxLambdaPayload {
			return nil, fmt.Errorf("reply of %d bytes is over Lambda's limit", len(o.reply))
		}
		return o.reply, o.err
	case <-timer.C:
		return nil, errTimedOut
	}
}

func (f *functions) release() {
	<-f.slots
	f.running.Done()
}

// or returns v, or byDefault if v is its type's zero value.
func or[T comparable](v, byDefault T) T {
	var zero T
	if v == zero {
		return byDefault
	}
	return v
}

// withDefaults returns a copy of the routes with their timeouts and throttles.
// It rejects routes that could not be deployed.
func withDefaults(routes map[string]Route, timeout time.Duration, limit *Limit) (map[string]Route, error) {
	if len(routes) > maxRoutes {
		return nil, fmt.Errorf("%d routes; an API has at most %d", len(routes), maxRoutes)
	}
	out := make(map[string]Route, len(routes))
	for key, r := range routes {
		if r.Function == nil {
			return nil, fmt.Errorf("route %q has no function", key)
		}
		r.Timeout = or(r.Timeout, timeout)
		if r.Timeout < minTimeout || r.Timeout > timeout {
			return nil, fmt.Errorf("route %q: timeout %v is not between %v and %v", key, r.Timeout, minTimeout, timeout)
		}
		r.throttle = throttleOf(r.Limit, limit)
		out[key] = r
	}
	return out, nil
}
