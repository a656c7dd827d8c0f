package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits of an authorizer, from "Amazon API Gateway quotas".
const (
	authorizerTimeout  = 10 * time.Second
	maxAuthorizerReply = 8 << 10
	invokeAction       = "execute-api:Invoke"
	defaultRegion      = "us-east-1"
)

// Authorizer is a Lambda authorizer of the type REQUEST. The gateway asks it at
// every handshake or request and caches no answer. WebSocket APIs never cache
// one, and HTTP APIs do not with a TTL of 0. The function has 10 s and may
// answer with at most 8 KB.
type Authorizer struct {
	// Function gets the authorizer's event. It answers with a policy or, if
	// SimpleResponses is set, with {"isAuthorized": …}. If it fails with the
	// message "Unauthorized", the client gets 401; after any other error 500.
	// Required.
	Function Invoker
	// IdentitySources must all be present and not empty. Otherwise the client gets
	// 401 and the function does not run. On a WebSocket API a source is
	// "route.request.header.Auth", "route.request.querystring.token", "context.…"
	// or "stageVariables.…". On an HTTP API "$" stands for "route.", for example
	// "$request.header.Auth".
	IdentitySources []string
	// SimpleResponses lets the function answer {"isAuthorized": true} instead of a
	// policy. HTTP APIs only.
	SimpleResponses bool
}

// checkAuthorizer rejects an authorizer without a function or with an identity
// source that it cannot read. prefix is the beginning of sources that are part
// of the request.
func checkAuthorizer(key string, a *Authorizer, prefix string) error {
	if a == nil {
		return nil
	}
	if a.Function == nil {
		return fmt.Errorf("the authorizer of %q has no function", key)
	}
	for _, source := range a.IdentitySources {
		if _, _, ok := identitySource(source, prefix); !ok {
			return fmt.Errorf("the authorizer of %q has the identity source %q, which must be %srequest.header, %[3]srequest.querystring, context or stageVariables, each with a name", key, source, prefix)
		}
	}
	return nil
}

// identitySource splits a source into its kind ("request.header",
// "request.querystring", "context" or "stageVariables") and its name.
func identitySource(source, prefix string) (kind, name string, ok bool) {
	inner, prefixed := strings.CutPrefix(source, prefix)
	for _, kind := range []string{"request.header", "request.querystring", "context", "stageVariables"} {
		name, ok := strings.CutPrefix(inner, kind+".")
		if ok && name != "" && (prefixed || !strings.HasPrefix(kind, "request.")) {
			return kind, name, true
		}
	}
	return "", "", false
}

// identities returns the values of the sources, in their order. missing is the
// first source without a value.
func (a *Authorizer) identities(r *http.Request, prefix string, variables map[string]string, context any) (values []string, missing string) {
	query, _ := url.ParseQuery(r.URL.RawQuery)
	for _, source := range a.IdentitySources {
		kind, name, _ := identitySource(source, prefix)
		value := ""
		switch kind {
		case "request.header":
			value = r.Header.Get(name)
			if strings.EqualFold(name, "Host") {
				value = r.Host
			}
		case "request.querystring":
			value = query.Get(name)
		case "stageVariables":
			value = variables[name]
		case "context":
			value = part{path: strings.Split(name, ".")}.of(marshal(context))
		}
		if value == "" {
			return nil, source
		}
		values = append(values, value)
	}
	return values, ""
}

// authorizerResult is the answer of an authorizer's function.
type authorizerResult struct {
	PrincipalID  *string                    `json:"principalId"`
	Policy       json.RawMessage            `json:"policyDocument"`
	IsAuthorized *bool                      `json:"isAuthorized"`
	Context      map[string]json.RawMessage `json:"context"`
}

var (
	errUnauthorized = errors.New("the authorizer said Unauthorized")
	errDenied       = errors.New("the authorizer's policy denies it")
	errNotAllowed   = errors.New("no statement of the authorizer's policy allows it")
)

// ask runs the authorizer's function. The error is errUnauthorized, errDenied,
// errNotAllowed, or a failure of the authorizer itself.
func (f *functions) ask(a *Authorizer, key, requestID string, event []byte, arn string) (authorizerResult, error) {
	var res authorizerResult
	route := Route{Function: a.Function, Timeout: authorizerTimeout}
	reply, err := f.call(route, key+" (authorizer)", requestID, event)
	switch {
	case err != nil && err.Error() == "Unauthorized":
		return res, errUnauthorized
	case err != nil:
		return res, err
	case len(reply) > maxAuthorizerReply:
		return res, fmt.Errorf("the authorizer's answer of %d bytes is over 8 KB", len(reply))
	}
	if err := json.Unmarshal(reply, &res); err != nil {
		return res, fmt.Errorf("the authorizer's answer is malformed: %w", err)
	}
	if a.SimpleResponses {
		return res, res.simple()
	}
	return res, res.judge(arn)
}

func (res authorizerResult) simple() error {
	switch {
	case res.IsAuthorized == nil:
		return errors.New("the authorizer's answer has no isAuthorized")
	case !*res.IsAuthorized:
		return errDenied
	}
	return nil
}

func (res authorizerResult) judge(arn string) error {
	if res.PrincipalID == nil {
		return errors.New("the authorizer's answer has no principalId")
	}
	p, err := parsePolicy(res.Policy)
	if err != nil {
		return err
	}
	switch p.judge(invokeAction, arn) {
	case allowed:
		return nil
	case denied:
		return errDenied
	}
	return errNotAllowed
}

// statusOf returns the status that the client gets for an error of ask.
func statusOf(err error) int {
	switch err {
	case errUnauthorized:
		return http.StatusUnauthorized
	case errDenied, errNotAllowed:
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}

// textContext returns the authorizer's context for WebSocket events, with every
// value as text. API Gateway does not allow lists and objects there.
func (res authorizerResult) textContext() (map[string]any, error) {
	out := map[string]any{"principalId": *res.PrincipalID}
	for name, value := range res.Context {
		if s := string(value); strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
			return nil, fmt.Errorf("the authorizer's context has a list or an object as %q", name)
		}
		if string(value) != "null" {
			out[name] = stringified(value)
		}
	}
	return out, nil
}

// authorizerEvent is the event for a WebSocket API's authorizer. It is
// $connect's event with three more keys and with the hop-by-hop headers.
type authorizerEvent struct {
	Type              string              `json:"type"`
	MethodARN         string              `json:"methodArn"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Query             map[string]string   `json:"queryStringParameters"`
	MultiValueQuery   map[string][]string `json:"multiValueQueryStringParameters"`
	StageVariables    map[string]string   `json:"stageVariables"`
	Context           webSocketContext    `json:"requestContext"`
}

// authorize asks $connect's authorizer and keeps its context for the events of
// c. $connect's own event reports the latency.
func (g *WebSocket) authorize(c *conn, r *http.Request, a *Authorizer, requestID string) (latency time.Duration, no *refusal) {
	context := c.context("$connect", "CONNECT", requestID, c.connectedAt)
	if _, missing := a.identities(r, "route.", g.stageVariables, context); missing != "" {
		return 0, refuse(http.StatusUnauthorized, errorTypes[http.StatusUnauthorized], "Unauthorized", "401: identity source "+missing+" is missing, the authorizer did not run")
	}
	start := time.Now()
	event, arn := g.authorizerEvent(r, clientOf(r, c.connectedAt), context)
	res, err := g.functions.ask(a, "$connect", requestID, event, arn)
	if err == nil {
		c.authorizer, err = res.textContext()
	}
	if err == nil {
		return time.Since(start), nil
	}
	status := statusOf(err)
	if status == http.StatusInternalServerError {
		g.functions.log.Error("authorizer failed", "requestId", requestID, "error", err.Error())
		return 0, refuse(status, "InternalServerErrorException", "Internal server error", "500: the authorizer failed")
	}
	return 0, refuse(status, errorTypes[status], http.StatusText(status), fmt.Sprintf("%d: %v", status, err))
}

func (g *WebSocket) authorizerEvent(r *http.Request, from client, context webSocketContext) (event []byte, arn string) {
	headers := handshakeHeaders(r, from)
	headers["Connection"], headers["Upgrade"], headers["content-length"] = []string{"upgrade"}, []string{"websocket"}, []string{"0"}
	query, _ := url.ParseQuery(r.URL.RawQuery)
	arn = "arn:aws:execute-api:" + g.region + ":" + noAccount + ":" + g.apiID + "/" + g.stage + "/$connect"
	e := authorizerEvent{
		Type: "REQUEST", MethodARN: arn,
		Headers: lastValues(headers), MultiValueHeaders: headers,
		Query: lastValues(query), MultiValueQuery: query,
		StageVariables: g.stageVariables, Context: context,
	}
	if e.StageVariables == nil {
		e.StageVariables = map[string]string{}
	}
	return marshal(e), arn
}

// checkConnectOnly rejects authorization on a route other than $connect: a
// WebSocket API cannot have it there.
func checkConnectOnly(key string, r Route) error {
	if r.Authorizer == nil && !r.Signed {
		return nil
	}
	if key != "$connect" {
		return fmt.Errorf("route %q cannot have an authorizer: on a WebSocket API only $connect can", key)
	}
	if r.Authorizer != nil && r.Authorizer.SimpleResponses {
		return errors.New("the authorizer of a WebSocket API cannot have simple responses")
	}
	return checkAuthorizer(key, r.Authorizer, "route.")
}

// hasSignature reports whether a request is signed, in its headers or in its
// query.
func hasSignature(r *http.Request) bool {
	return signed(r) || r.URL.Query().Get("X-Amz-Signature") != ""
}
