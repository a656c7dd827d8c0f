package main

import (
	"log/slog"

	"projectchat/local/gateway"
	"projectchat/local/template"
)

// apiBuilder makes the template's APIs, with the limits that the template sets.
type apiBuilder struct {
	functions map[string]gateway.Invoker
	log       *slog.Logger
	trace     func(gateway.Trace) // nil: no trace
}

func (b apiBuilder) webSocket(api template.WebSocketAPI) gateway.WebSocketConfig {
	stage := api.Stages[0]
	cfg := gateway.WebSocketConfig{
		Stage: stage.Name, RouteSelectionExpression: api.RouteSelectionExpression, RouteLimit: limit(stage.Limit),
		Routes: map[string]gateway.Route{}, Logger: b.log, Trace: b.trace,
	}
	for key, r := range api.Routes {
		cfg.Routes[key] = gateway.Route{
			Function: b.functions[r.Function], Timeout: r.IntegrationTimeout, TwoWay: r.TwoWay, Limit: routeLimit(stage, key),
		}
	}
	return cfg
}

func (b apiBuilder) http(api template.HTTPAPI) gateway.HTTPConfig {
	stage := api.Stages[0]
	cfg := gateway.HTTPConfig{RouteLimit: limit(stage.Limit), Routes: map[string]gateway.Route{}, Logger: b.log, Trace: b.trace}
	for _, r := range api.Routes {
		cfg.Routes[r.Key()] = gateway.Route{
			Function: b.functions[r.Function], Timeout: r.IntegrationTimeout, Limit: routeLimit(stage, r.Key()),
		}
	}
	return cfg
}

func limit(l *template.Limit) *gateway.Limit {
	if l == nil {
		return nil
	}
	return &gateway.Limit{Rate: l.Rate, Burst: l.Burst}
}

// routeLimit returns a route's own limit, nil if it has the stage's.
func routeLimit(stage template.Stage, key string) *gateway.Limit {
	if l, ok := stage.RouteLimits[key]; ok {
		return limit(&l)
	}
	return nil
}

// tracer returns a function that prints each event of the APIs; nil if no trace
// is wanted.
func (o options) tracer() func(gateway.Trace) {
	if !o.Trace {
		return nil
	}
	return func(t gateway.Trace) { o.Say("event", "%s", t) }
}
