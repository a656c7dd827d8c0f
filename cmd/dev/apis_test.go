package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
	"projectchat/local/template"
)

func TestAPIsHaveTheTemplatesLimits(t *testing.T) {
	stage := template.Stage{
		Name: "ws", Limit: &template.Limit{Rate: 5, Burst: 10},
		RouteLimits: map[string]template.Limit{"send": {Rate: 1, Burst: 2}, "GET /x": {Rate: 3, Burst: 4}},
	}
	ws := apiBuilder{}.webSocket(template.WebSocketAPI{
		Stages: []template.Stage{stage}, Routes: map[string]template.WebSocketRoute{"send": {}, "join": {}},
	})
	http := apiBuilder{}.http(template.HTTPAPI{
		Stages: []template.Stage{stage}, Routes: []template.HTTPRoute{{Method: "GET", Path: "/x"}, {Method: "GET", Path: "/y"}},
	})
	got := []*gateway.Limit{
		ws.RouteLimit, ws.Routes["send"].Limit, ws.Routes["join"].Limit,
		http.RouteLimit, http.Routes["GET /x"].Limit, http.Routes["GET /y"].Limit,
	}
	want := []*gateway.Limit{{Rate: 5, Burst: 10}, {Rate: 1, Burst: 2}, nil, {Rate: 5, Burst: 10}, {Rate: 3, Burst: 4}, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}
