package main

import (
	"log/slog"

	"projectchat/internal/localgw"
	"projectchat/internal/samtemplate"
)

// apiBuilder makes the template's APIs, with the limits that they have there.
type apiBuilder struct {
	functions map[string]localgw.Invoker
	log       *slog.Logger
	trace     func(localgw.Trace) // nil: nobody wants to know
}

func (b apiBuilder) webSocket(api samtemplate.WebSocketAPI) localgw.WebSocketConfig {
	stage := api.Stages[0]
	cfg := localgw.WebSocketConfig{
		Stage: stage.Name, RouteSelectionExpression: api.RouteSelectionExpression, RouteLimit: limit(stage.Limit),
		Routes: map[string]localgw.Route{}, Logger: b.log, Trace: b.trace,
	}
	for key, r := range api.Routes {
		cfg.Routes[key] = localgw.Route{
			Function: b.functions[r.Function], Timeout: r.IntegrationTimeout, TwoWay: r.TwoWay, Limit: routeLimit(stage, key),
		}
	}
	return cfg
}

func (b apiBuilder) http(api samtemplate.HTTPAPI) localgw.HTTPConfig {
	stage := api.Stages[0]
	cfg := localgw.HTTPConfig{RouteLimit: limit(stage.Limit), Routes: map[string]localgw.Route{}, Logger: b.log, Trace: b.trace}
	for _, r := range api.Routes {
		cfg.Routes[r.Key()] = localgw.Route{
			Function: b.functions[r.Function], Timeout: r.IntegrationTimeout, Limit: routeLimit(stage, r.Key()),
		}
	}
	return cfg
}

func limit(l *samtemplate.Limit) *localgw.Limit {
	if l == nil {
		return nil
	}
	return &localgw.Limit{Rate: l.Rate, Burst: l.Burst}
}

// routeLimit is a route's own limit, nil if it has the stage's.
func routeLimit(stage samtemplate.Stage, key string) *localgw.Limit {
	if l, ok := stage.RouteLimits[key]; ok {
		return limit(&l)
	}
	return nil
}

// tracer says each event of the APIs, if that is wanted.
func (o options) tracer() func(localgw.Trace) {
	if !o.Trace {
		return nil
	}
	return func(t localgw.Trace) { o.Say("event", "%s", t) }
}
