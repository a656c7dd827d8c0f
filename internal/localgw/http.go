package localgw

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// httpAPI is an HTTP API on the stage $default.
type httpAPI struct {
	routes    []httpRoute
	functions *functions
	apiID     string
}

// NewHTTP checks cfg and returns the HTTP API, to be served at the root (or at
// the paths of its routes) of a site. It fails on a route key that it cannot
// read and on a route without a function.
func NewHTTP(cfg HTTPConfig) (http.Handler, error) {
	routes, err := withDefaults(cfg.Routes, httpTimeout)
	if err != nil {
		return nil, err
	}
	sorted, err := sortedRoutes(routes)
	if err != nil {
		return nil, err
	}
	return &httpAPI{
		routes:    sorted,
		functions: newFunctions(cfg.MaxInFlight, cfg.Logger),
		apiID:     or(cfg.APIID, "local"),
	}, nil
}

// ServeHTTP makes an event of r, and an HTTP response of the function's reply.
func (a *httpAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route, parameters, ok := a.match(r.Method, r.URL.EscapedPath())
	if !ok {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	body, err := readAll(w, r, maxHTTPBodyBytes)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		message(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	if err != nil {
		message(w, http.StatusBadRequest, "Bad Request")
		return
	}
	requestID := newID(idRequest)
	w.Header().Set("apigw-requestid", requestID)
	event := a.event(r, route.key, parameters, body, requestID, time.Now())
	a.call(w, route, requestID, event)
}

func (a *httpAPI) call(w http.ResponseWriter, route httpRoute, requestID string, event []byte) {
	reply, err := a.functions.call(route.Route, route.key, requestID, event)
	if errors.Is(err, errTimedOut) {
		message(w, http.StatusServiceUnavailable, "Service Unavailable")
		return
	}
	if err != nil {
		message(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	res, err := parseHTTPResult(reply)
	if err != nil {
		a.functions.log.Error("malformed reply", "route", route.key, "requestId", requestID, "error", err.Error())
		message(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	res.writeTo(w)
}

// message is an answer of API Gateway itself, byte for byte.
func message(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write([]byte(`{"message":"` + text + `"}`))
}

// parseHTTPResult reads a reply of payload format 2.0. Any JSON without a
// statusCode is the body itself, a string without its quotes.
func parseHTTPResult(reply []byte) (result, error) {
	var fields map[string]json.RawMessage
	if !json.Valid(reply) {
		return result{}, errors.New("reply is not JSON")
	}
	if json.Unmarshal(reply, &fields) != nil || fields["statusCode"] == nil {
		return inferred(reply), nil
	}
	res, err := readResult(fields)
	if err != nil {
		return result{}, err
	}
	err = optional(fields["cookies"], &res.cookies)
	return res, err
}

func inferred(reply []byte) result {
	body := reply
	var text *string
	if json.Unmarshal(reply, &text) == nil && text != nil {
		body = []byte(*text)
	}
	headers := map[string][]string{"Content-Type": {"application/json"}}
	return result{status: http.StatusOK, headers: headers, body: body}
}

// writeTo sends the response. Each cookie is a header of its own. Headers that
// belong to the hop or follow from the body are net/http's.
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
