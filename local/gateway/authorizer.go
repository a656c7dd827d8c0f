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

// Authorizer is a Lambda authorizer of the type REQUEST. It is asked at every
// handshake or request: nothing it says is kept, as on a WebSocket API and on an
// HTTP API with a TTL of 0. Its function has 10 s and 8 KB for its answer.
type Authorizer struct {
	// Function gets the authorizer's event and answers with a policy, or, where
	// SimpleResponses is set, {"isAuthorized": …}. An error with the message
	// "Unauthorized" is 401 to the client, any other 500. Required.
	Function Invoker
	// IdentitySources must all be there and not empty, or the client gets 401
	// and the function does not run: "route.request.header.Auth",
	// "route.request.querystring.token", "context.…" and "stageVariables.…" on a
	// WebSocket API, the same with "$" for "route." on an HTTP API.
	IdentitySources []string
	// SimpleResponses is for HTTP APIs only.
	SimpleResponses bool
}

// checkAuthorizer refuses what cannot be asked for. prefix is how identity
// sources of the request begin.
func checkAuthorizer(key string, a *Authorizer, prefix string) error {
	if a == nil {
		return nil
	}
	if a.Function == nil {
		return fmt.Errorf("the authorizer of %q has no function", key)
	}
	for _, source := range a.IdentitySources {
		if _, _, ok := identitySource(source, prefix); !ok {
			return fmt.Errorf("the authorizer of %q has the identity source %q, which is none of %srequest.header, %[3]srequest.querystring, context and stageVariables with a name", key, source, prefix)
		}
	}
	return nil
}

// identitySource takes a source apart: "request.header", "request.querystring",
// "context" or "stageVariables", and a name.
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

// identities are the values of the sources, in their order; missing is the
// first source without one.
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

// authorizerResult is an authorizer's answer.
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

// ask runs the authorizer's function. An error is errUnauthorized, errDenied,
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

// statusOf is what the client gets for an error of ask.
func statusOf(err error) int {
	switch err {
	case errUnauthorized:
		return http.StatusUnauthorized
	case errDenied, errNotAllowed:
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}

// flat is the context for WebSocket events: every value as text. Lists and
// objects are not allowed there.
func (res authorizerResult) flat() (map[string]any, error) {
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

// authorizerEvent is what a WebSocket API's authorizer gets: $connect's event
// with three keys more and with the headers of the hop.
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

// authorize asks $connect's authorizer, and remembers its context for the
// events of c. latency is for $connect's own event.
func (g *WebSocket) authorize(c *conn, r *http.Request, a *Authorizer, requestID string) (latency time.Duration, no *refusal) {
	context := c.context("$connect", "CONNECT", requestID, c.connectedAt)
	if _, missing := a.identities(r, "route.", g.stageVariables, context); missing != "" {
		return 0, refuse(http.StatusUnauthorized, errorTypes[http.StatusUnauthorized], "Unauthorized", "401: identity source "+missing+" is missing, the authorizer did not run")
	}
	start := time.Now()
	event, arn := g.authorizerEvent(r, clientOf(r, c.connectedAt), context)
	res, err := g.functions.ask(a, "$connect", requestID, event, arn)
	if err == nil {
		c.authorizer, err = res.flat()
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

// checkConnectOnly refuses authorization where a WebSocket API cannot have it.
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

// hasSignature reports whether a request is signed, in its headers or its query.
func hasSignature(r *http.Request) bool {
	return signed(r) || r.URL.Query().Get("X-Amz-Signature") != ""
}
