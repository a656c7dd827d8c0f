package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/localgw"
	"projectchat/internal/samtemplate"
)

func TestAPIsHaveTheTemplatesLimits(t *testing.T) {
	stage := samtemplate.Stage{
		Name: "ws", Limit: &samtemplate.Limit{Rate: 5, Burst: 10},
		RouteLimits: map[string]samtemplate.Limit{"send": {Rate: 1, Burst: 2}, "GET /x": {Rate: 3, Burst: 4}},
	}
	ws := apiBuilder{}.webSocket(samtemplate.WebSocketAPI{
		Stages: []samtemplate.Stage{stage}, Routes: map[string]samtemplate.WebSocketRoute{"send": {}, "join": {}},
	})
	http := apiBuilder{}.http(samtemplate.HTTPAPI{
		Stages: []samtemplate.Stage{stage}, Routes: []samtemplate.HTTPRoute{{Method: "GET", Path: "/x"}, {Method: "GET", Path: "/y"}},
	})
	got := []*localgw.Limit{
		ws.RouteLimit, ws.Routes["send"].Limit, ws.Routes["join"].Limit,
		http.RouteLimit, http.Routes["GET /x"].Limit, http.Routes["GET /y"].Limit,
	}
	want := []*localgw.Limit{{Rate: 5, Burst: 10}, {Rate: 1, Burst: 2}, nil, {Rate: 5, Burst: 10}, {Rate: 3, Burst: 4}, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}
