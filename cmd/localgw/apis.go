package main

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"

	"projectchat/local/gateway"
	"projectchat/local/template"
)

// apis serves all APIs of the template at one address.
type apis struct {
	webSockets []*gateway.WebSocket
	// byPath holds handlers by the first segment of the path. root serves all
	// other paths.
	byPath map[string]http.Handler
	root   http.Handler
}

// builder makes the APIs of a template.
type builder struct {
	options   options
	template  *template.Template
	functions map[string]gateway.Invoker
	addresses addresses
	account   *gateway.Throttle
	connects  *gateway.Throttle
	faults    *gateway.Faults
	trace     func(gateway.Trace)
	log       *slog.Logger
}

func newBuilder(o options, t *template.Template, f *functions, a addresses, log *console) (*builder, error) {
	b := &builder{
		options: o, template: t, functions: f.invokers, addresses: a,
		log: slog.New(slog.NewTextHandler(consoleWriter{log}, &slog.HandlerOptions{ReplaceAttr: withoutTime})),
	}
	if !o.noQuotas {
		b.account = gateway.NewThrottle(gateway.AccountLimit)
		b.connects = gateway.NewThrottle(gateway.NewConnectionLimit)
	}
	if !o.quiet {
		b.trace = func(t gateway.Trace) { log.say("%s", t) }
	}
	if o.faults != "" || o.admin != "" {
		b.faults = gateway.NewFaults(o.seed)
	}
	if o.faults != "" {
		if err := b.faults.Parse(o.faults); err != nil {
			return nil, fmt.Errorf("-faults: %w", err)
		}
	}
	return b, nil
}

// consoleWriter writes a logger's records to the console.
type consoleWriter struct{ *console }

// Write writes one record.
func (w consoleWriter) Write(b []byte) (int, error) {
	w.say("%s", strings.TrimSuffix(string(b), "\n"))
	return len(b), nil
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// build makes a handler for every stage of every API.
func (b *builder) build() (*apis, error) {
	out := &apis{byPath: map[string]http.Handler{}, root: http.HandlerFunc(forbidden)}
	var errs []error
	for _, api := range b.template.WebSocketAPIs {
		errs = append(errs, b.addWebSocket(out, api))
	}
	for _, api := range b.template.HTTPAPIs {
		errs = append(errs, b.addHTTP(out, api))
	}
	return out, errors.Join(errs...)
}

func (b *builder) addWebSocket(out *apis, api template.WebSocketAPI) error {
	byStage := map[string]http.Handler{}
	for _, stage := range api.Stages {
		ws, err := b.webSocket(api, stage)
		if err != nil {
			return fmt.Errorf("%s: %w", api.LogicalID, err)
		}
		out.webSockets = append(out.webSockets, ws)
		byStage[stage.Name] = ws
		if !b.addresses.shared[stage.Name] {
			out.byPath[stage.Name] = ws
		}
	}
	out.byPath[api.LogicalID] = stagesUnder(api.LogicalID, byStage)
	return nil
}

func (b *builder) webSocket(api template.WebSocketAPI, stage template.Stage) (*gateway.WebSocket, error) {
	cfg := gateway.WebSocketConfig{
		Stage: stage.Name, StageVariables: stage.Variables, APIID: api.LogicalID, Region: region(),
		RouteLimit:               limitOf(stage.Limit),
		RouteSelectionExpression: api.RouteSelectionExpression,
		Routes:                   map[string]gateway.Route{},
		Account:                  b.account, NewConnections: b.connects,
		Faults: b.faults, Trace: b.trace, Logger: b.log,
	}
	for key, r := range api.Routes {
		route := gateway.Route{Function: b.functions[r.Function], Timeout: r.IntegrationTimeout, TwoWay: r.TwoWay, Limit: routeLimit(stage, key)}
		if r.ModelSelectionExpression != "" {
			var err error
			if route.Validate, err = gateway.RequestModels(r.ModelSelectionExpression, r.RequestModels); err != nil {
				return nil, fmt.Errorf("route %s: %w", key, err)
			}
		}
		cfg.Routes[key] = route
	}
	if connect, ok := cfg.Routes["$connect"]; ok {
		if err := b.authorize(&connect, api.Authorization, true); err != nil {
			return nil, err
		}
		cfg.Routes["$connect"] = connect
	}
	return gateway.NewWebSocket(cfg)
}

func (b *builder) addHTTP(out *apis, api template.HTTPAPI) error {
	byStage := map[string]http.Handler{}
	for _, stage := range api.Stages {
		handler, err := b.http(api, stage)
		if err != nil {
			return fmt.Errorf("%s: %w", api.LogicalID, err)
		}
		byStage[stage.Name] = handler
		switch {
		case b.addresses.shared[stage.Name]:
		case stage.Name == "$default":
			out.root = handler
		default:
			out.byPath[stage.Name] = handler
		}
	}
	out.byPath[api.LogicalID] = stagesUnder(api.LogicalID, byStage)
	return nil
}

func (b *builder) http(api template.HTTPAPI, stage template.Stage) (http.Handler, error) {
	cfg := gateway.HTTPConfig{
		Stage: stage.Name, StageVariables: stage.Variables, APIID: api.LogicalID, Region: region(),
		RouteLimit: limitOf(stage.Limit), Routes: map[string]gateway.Route{}, Account: b.account, Trace: b.trace, Logger: b.log,
	}
	for _, r := range api.Routes {
		route := gateway.Route{Function: b.functions[r.Function], Timeout: r.IntegrationTimeout, Limit: routeLimit(stage, r.Key())}
		if err := b.authorize(&route, r.Authorization, false); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Key(), err)
		}
		cfg.Routes[r.Key()] = route
	}
	return gateway.NewHTTP(cfg)
}

func limitOf(l *template.Limit) *gateway.Limit {
	if l == nil {
		return nil
	}
	return &gateway.Limit{Rate: l.Rate, Burst: l.Burst}
}

// routeLimit returns the route's own limit, nil if the stage's limit applies.
func routeLimit(stage template.Stage, key string) *gateway.Limit {
	if l, ok := stage.RouteLimits[key]; ok {
		return limitOf(&l)
	}
	return nil
}

// authorize adds the template's authorization to a route. It rejects
// authorization that the gateway cannot check: only the user may decide to let
// everybody in.
func (b *builder) authorize(route *gateway.Route, a template.Authorization, webSocket bool) error {
	switch {
	case b.options.ignoreAuth || a.Type == "":
		return nil
	case a.Type == "AWS_IAM":
		route.Signed = true
		return nil
	case a.Type != "REQUEST":
		return fmt.Errorf("a %s authorizer cannot be checked here; -ignore-auth lets everybody in", a.Type)
	case !webSocket && a.PayloadVersion != "2.0":
		return fmt.Errorf("an authorizer with the payload format %s is not supported; -ignore-auth lets everybody in", a.PayloadVersion)
	}
	route.Authorizer = &gateway.Authorizer{Function: b.functions[a.Function], IdentitySources: a.IdentitySources, SimpleResponses: a.SimpleResponses}
	return nil
}

// stagesUnder serves the stages of an API under its id.
func stagesUnder(id string, byStage map[string]http.Handler) http.Handler {
	root, ok := byStage["$default"]
	if !ok {
		root = http.HandlerFunc(forbidden)
	}
	inner := &apis{byPath: byStage, root: root}
	return http.StripPrefix("/"+id, inner)
}

// ServeHTTP passes a request to the API that its path names.
func (a *apis) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if handler, ok := a.byPath[first]; ok {
		handler.ServeHTTP(w, r)
		return
	}
	a.root.ServeHTTP(w, r)
}

// forbidden sends API Gateway's answer to a path without an API.
func forbidden(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("x-amzn-ErrorType", "ForbiddenException")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusForbidden)
	w.Write([]byte(`{"message":"Forbidden"}`))
}

// list prints the template's notes and every route, with the addresses of the
// stages.
func (b *builder) list(log *console, where map[string]string) {
	for _, note := range b.template.Notes {
		log.say("note       %s", note)
	}
	for _, api := range b.template.WebSocketAPIs {
		for _, stage := range api.Stages {
			log.say("WebSocket  %s", b.addresses.of("ws", api.LogicalID, stage.Name))
		}
		for _, key := range slices.Sorted(maps.Keys(api.Routes)) {
			r := api.Routes[key]
			way := ""
			if r.TwoWay {
				way = ", answers"
			}
			log.say("             %-24s %s (%s)%s", key, r.Function, where[r.Function], way)
		}
	}
	for _, api := range b.template.HTTPAPIs {
		for _, stage := range api.Stages {
			log.say("HTTP       %s", b.addresses.of("http", api.LogicalID, stage.Name))
		}
		for _, r := range api.Routes {
			log.say("             %-24s %s (%s)", r.Key(), r.Function, where[r.Function])
		}
	}
}
