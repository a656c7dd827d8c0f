package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// httpAuthorizerContext is the context of a Lambda authorizer in the events of
// an HTTP API.
type httpAuthorizerContext struct {
	Lambda map[string]json.RawMessage `json:"lambda"`
}

// httpAuthorizerEvent is the event for an HTTP API's authorizer, in payload
// format 2.0:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
type httpAuthorizerEvent struct {
	Version        string            `json:"version"`
	Type           string            `json:"type"`
	RouteARN       string            `json:"routeArn"`
	IdentitySource []string          `json:"identitySource"`
	RouteKey       string            `json:"routeKey"`
	RawPath        string            `json:"rawPath"`
	RawQueryString string            `json:"rawQueryString"`
	Cookies        []string          `json:"cookies,omitempty"`
	Headers        map[string]string `json:"headers"`
	Query          map[string]string `json:"queryStringParameters,omitempty"`
	Context        httpContext       `json:"requestContext"`
	PathParameters map[string]string `json:"pathParameters,omitempty"`
	StageVariables map[string]string `json:"stageVariables,omitempty"`
}

// authorize asks the route's authorizer and puts its context into the event. A
// status other than 0 is the answer to the client, and why the reason for it.
func (a *httpAPI) authorize(r *http.Request, route httpRoute, event *httpEvent) (status int, why string) {
	if route.Signed && !hasSignature(r) {
		return http.StatusForbidden, "not signed"
	}
	if route.Authorizer == nil {
		return 0, ""
	}
	values, missing := route.Authorizer.identities(r, "$", a.variables, event.Context)
	if missing != "" {
		return http.StatusUnauthorized, "identity source " + missing + " is missing, the authorizer did not run"
	}
	asks, arn := a.authorizerEvent(*event, values)
	res, err := a.functions.ask(route.Authorizer, route.key, event.Context.RequestID, asks, arn)
	if err == nil {
		event.Context.Authorizer = &httpAuthorizerContext{Lambda: res.Context}
		return 0, ""
	}
	if status = statusOf(err); status != http.StatusInternalServerError {
		return status, err.Error()
	}
	a.functions.log.Error("authorizer failed", "route", route.key, "requestId", event.Context.RequestID, "error", err.Error())
	return status, "the authorizer failed"
}

func (a *httpAPI) authorizerEvent(e httpEvent, identities []string) (event []byte, arn string) {
	path := e.RawPath
	if a.stage != "" {
		path = strings.TrimPrefix(path, "/"+a.stage)
	}
	arn = fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/%s/%s%s", a.region, noAccount, a.apiID, or(a.stage, "$default"), e.Context.HTTP.Method, path)
	return marshal(httpAuthorizerEvent{
		Version: "2.0", Type: "REQUEST", RouteARN: arn, IdentitySource: identities,
		RouteKey: e.RouteKey, RawPath: e.RawPath, RawQueryString: e.RawQueryString,
		Cookies: e.Cookies, Headers: e.Headers, Query: e.Query, Context: e.Context,
		PathParameters: e.PathParameters, StageVariables: e.StageVariables,
	}), arn
}
