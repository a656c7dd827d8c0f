package lambda

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// runtimeAPI is the Lambda Runtime API of one process:
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
type runtimeAPI struct {
	mux http.ServeMux
	arn string
	// asked receives a token at each request for an event.
	asked chan struct{}
	// events passes an event to the request that waits for one.
	events    chan *invocation
	initError chan error

	mu      sync.Mutex
	current *invocation
}

// invocation is one event on its way through a process.
type invocation struct {
	id, traceID string
	deadline    time.Time
	payload     []byte
	done        chan outcome
}

type outcome struct {
	reply []byte
	err   error
}

func newInvocation(payload []byte, timeout time.Duration) *invocation {
	now := time.Now()
	return &invocation{
		id:       newRequestID(),
		traceID:  newTraceID(now),
		deadline: now.Add(timeout),
		payload:  payload,
		done:     make(chan outcome, 1),
	}
}

func newRuntimeAPI(cfg Config) *runtimeAPI {
	a := &runtimeAPI{
		arn:       arn(cfg),
		asked:     make(chan struct{}, 1),
		events:    make(chan *invocation),
		initError: make(chan error, 1),
	}
	const prefix = "/2018-06-01/runtime"
	a.mux.HandleFunc("GET "+prefix+"/invocation/next", a.next)
	a.mux.HandleFunc("POST "+prefix+"/invocation/{id}/response", a.response)
	a.mux.HandleFunc("POST "+prefix+"/invocation/{id}/error", a.failure)
	a.mux.HandleFunc("POST "+prefix+"/init/error", a.initFailure)
	return a
}

// ServeHTTP serves the process's requests.
func (a *runtimeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// next answers with the next event, for which it waits without a limit.
func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	if a.busy() {
		answer(w, http.StatusForbidden, "InvalidStateTransition", "the event before has no response yet")
		return
	}
	select {
	case a.asked <- struct{}{}:
	default: // it asked twice
	}
	select {
	case inv := <-a.events:
		a.hand(w, inv)
	case <-r.Context().Done():
	}
}

func (a *runtimeAPI) busy() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current != nil
}

func (a *runtimeAPI) hand(w http.ResponseWriter, inv *invocation) {
	a.mu.Lock()
	a.current = inv
	a.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", a.arn)
	h.Set("Lambda-Runtime-Trace-Id", inv.traceID)
	w.Write(inv.payload)
}

// response receives the function's reply.
func (a *runtimeAPI) response(w http.ResponseWriter, r *http.Request) {
	inv := a.of(r)
	if inv == nil {
		answer(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	var reply bytes.Buffer
	_, err := reply.ReadFrom(http.MaxBytesReader(w, r.Body, maxPayload))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		a.finish(inv, nil, &Error{Type: "Function.ResponseSizeTooLarge", Message: "Response payload size exceeded maximum allowed payload size (6291556 bytes)."})
		answer(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes).")
		return
	}
	if err != nil {
		return // the process ended while it wrote
	}
	a.finish(inv, reply.Bytes(), nil)
	answerAccepted(w)
}

// failure receives the function's error.
func (a *runtimeAPI) failure(w http.ResponseWriter, r *http.Request) {
	inv := a.of(r)
	if inv == nil {
		answer(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	a.finish(inv, nil, reportedError(w, r))
	answerAccepted(w)
}

// initFailure receives the error of a process that could not start.
func (a *runtimeAPI) initFailure(w http.ResponseWriter, r *http.Request) {
	select {
	case a.initError <- reportedError(w, r):
	default:
	}
	answerAccepted(w)
}

// of returns the invocation that r names, nil if it is not the current one.
func (a *runtimeAPI) of(r *http.Request) *invocation {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == nil || a.current.id != r.PathValue("id") {
		return nil
	}
	return a.current
}

func (a *runtimeAPI) finish(inv *invocation, reply []byte, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == inv {
		a.current = nil
		inv.done <- outcome{reply, err}
	}
}

// reportedError decodes an error as a runtime reports it. If the body has no
// type, a header names it.
func reportedError(w http.ResponseWriter, r *http.Request) *Error {
	var body struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPayload)).Decode(&body) // a malformed report has no more information
	if body.Type == "" {
		body.Type = r.Header.Get("Lambda-Runtime-Function-Error-Type")
	}
	return &Error{Type: body.Type, Message: body.Message}
}

func answerAccepted(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	w.Write([]byte(`{"status":"OK"}`))
}

func answer(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"errorType": kind, "errorMessage": message})
}
