package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// httpAPI is an HTTP API on one stage.
type httpAPI struct {
	stage     string // empty for $default
	variables map[string]string
	account   *Throttle
	trace     tracer
	routes    []httpRoute
	functions *functions
	apiID     string
	region    string
}

// NewHTTP checks cfg and returns a handler for the HTTP API, to be served at a
// site's root or at the paths of its routes. It fails on a malformed route key,
// on a route without a function, on a timeout that API Gateway does not allow,
// on more than 300 routes, and on a malformed authorizer.
func NewHTTP(cfg HTTPConfig) (http.Handler, error) {
	routes, err := withDefaults(cfg.Routes, httpTimeout, cfg.RouteLimit)
	if err != nil {
		return nil, err
	}
	for key, route := range routes {
		if err := checkAuthorizer(key, route.Authorizer, "$"); err != nil {
			return nil, err
		}
	}
	sorted, err := sortedRoutes(routes)
	if err != nil {
		return nil, err
	}
	if strings.Contains(cfg.Stage, "/") {
		return nil, fmt.Errorf("stage %q is not one path segment", cfg.Stage)
	}
	return &httpAPI{
		stage:     strings.TrimPrefix(cfg.Stage, "$default"),
		variables: cfg.StageVariables,
		account:   cfg.Account,
		trace:     cfg.Trace,
		routes:    sorted,
		functions: newFunctions(cfg.MaxInFlight, cfg.Logger),
		apiID:     or(cfg.APIID, "local"),
		region:    or(cfg.Region, defaultRegion),
	}, nil
}

// ServeHTTP turns r into an event, and the function's reply into an HTTP
// response.
func (a *httpAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	key, res, why := a.serve(w, r)
	if why == "" {
		res.writeTo(w)
		a.trace.note(key, "", start, strconv.Itoa(res.status))
		return
	}
	message(w, res.status)
	a.trace.warn(key, "", start, fmt.Sprintf("%d: %s", res.status, why))
}

// serve returns the function's response, or the status of one of API Gateway's
// own answers with the reason.
func (a *httpAPI) serve(w http.ResponseWriter, r *http.Request) (key string, res result, why string) {
	if headBytes(r) > maxHeaderBytes {
		return "-", result{status: http.StatusRequestHeaderFieldsTooLarge}, "request line and headers over 10,240 bytes"
	}
	route, parameters, ok := a.match(r.Method, r.URL.EscapedPath())
	switch {
	case !a.account.Allow() || !route.throttle.Allow():
		return or(route.key, "-"), result{status: http.StatusTooManyRequests}, "over the limit of the route or the account"
	case !ok:
		return "-", result{status: http.StatusNotFound}, "no route for " + shortened(r.Method+" "+r.URL.EscapedPath())
	}
	body, err := readAll(w, r, maxHTTPBodyBytes)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return route.key, result{status: http.StatusRequestEntityTooLarge}, "body over 10 MB"
	}
	if err != nil {
		return route.key, result{status: http.StatusBadRequest}, "the body broke off"
	}
	requestID := newID(idRequest)
	w.Header().Set("apigw-requestid", requestID)
	event := a.event(r, route.key, parameters, body, requestID, time.Now())
	if status, why := a.authorize(r, route, &event); status != 0 {
		return route.key, result{status: status}, why
	}
	res, why = a.call(route, requestID, marshal(event))
	return route.key, res, why
}

func (a *httpAPI) call(route httpRoute, requestID string, event []byte) (result, string) {
	reply, err := a.functions.call(route.Route, route.key, requestID, event)
	if errors.Is(err, errTimedOut) {
		return result{status: http.StatusServiceUnavailable}, explanation(err)
	}
	if err != nil {
		return result{status: http.StatusInternalServerError}, explanation(err)
	}
	res, err := parseHTTPResult(reply)
	if err != nil {
		a.functions.log.Error("malformed reply", "route", route.key, "requestId", requestID, "error", err.Error())
		return result{status: http.StatusInternalServerError}, "malformed reply"
	}
	return res, ""
}

// headBytes returns the length of r's request line and headers on the wire.
func headBytes(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n") + len("Host: \r\n") + len(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			n += len(name) + len(value) + len(": \r\n")
		}
	}
	return n
}

// shortened cuts s to the length of a trace line.
func shortened(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// message writes one of API Gateway's own answers, byte for byte.
func message(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write([]byte(`{"message":"` + http.StatusText(status) + `"}`))
}

// parseHTTPResult reads a reply of payload format 2.0. JSON without a
// statusCode is itself the body; a string loses its quotes.
func parseHTTPResult(reply []byte) (result, error) {
	var fields map[string]json.RawMessage
	if !json.Valid(reply) {
		return result{}, errors.New("reply is not JSON")
	}
	if json.Unmarshal(reply, &fields) != nil || fields["statusCode"] == nil {
		return inferredResult(reply), nil
	}
	res, err := readResult(fields)
	if err != nil {
		return result{}, err
	}
	err = optional(fields["cookies"], &res.cookies)
	return res, err
}

func inferredResult(reply []byte) result {
	body := reply
	var text *string
	if json.Unmarshal(reply, &text) == nil && text != nil {
		body = []byte(*text)
	}
	headers := map[string][]string{"Content-Type": {"application/json"}}
	return result{status: http.StatusOK, headers: headers, body: body}
}

// writeTo sends the response. Each cookie gets a header of its own. net/http
// sets the hop-by-hop headers and Content-Length.
func (res result) writeTo(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range res.headers {
		if !hopByHop(name) && name != "Content-Length" {
			header[name] = values
		}
	}
	for _, cookie := range res.cookies {
		header.Add("Set-Cookie", cookie)
	}
	if len(res.body) > 0 && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	w.WriteHeader(res.status)
	if len(res.body) > 0 {
		w.Write(res.body)
	}
}
