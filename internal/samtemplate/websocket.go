package samtemplate

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// API Gateway's range for a WebSocket integration's timeout, in milliseconds.
const (
	shortestIntegration = 50
	longestIntegration  = 29_000
)

// routeKey is what SAM accepts: it makes a logical id of the key.
var routeKey = regexp.MustCompile(`^(\$connect|\$disconnect|\$default|[A-Za-z0-9]+)$`)

type webSocketProperties struct {
	StageName                value `yaml:"StageName"`
	RouteSelectionExpression value `yaml:"RouteSelectionExpression"`
	Auth                     struct {
		AuthType value `yaml:"AuthType"`
	} `yaml:"Auth"`
	Routes map[string]webSocketRoute `yaml:"Routes"`
}

type webSocketRoute struct {
	FunctionArn                      value `yaml:"FunctionArn"`
	IntegrationTimeout               value `yaml:"IntegrationTimeout"`
	RouteResponseSelectionExpression value `yaml:"RouteResponseSelectionExpression"`
}

func (p *parser) webSocketAPI(id string, properties *yaml.Node) {
	var own webSocketProperties
	if !p.decode(id, properties, &own) {
		return
	}
	if p.out.WebSocket != nil {
		p.fail(id, "Type", "a second WebSocketApi beside %s", p.out.WebSocket.LogicalID)
		return
	}
	api := &WebSocketAPI{
		LogicalID:                id,
		StageName:                p.text(id, "StageName", own.StageName, "default"),
		RouteSelectionExpression: p.text(id, "RouteSelectionExpression", own.RouteSelectionExpression, ""),
		Routes:                   map[string]WebSocketRoute{},
	}
	p.out.WebSocket = api
	p.checkAPI(api, own)
	for _, key := range slices.Sorted(maps.Keys(own.Routes)) {
		api.Routes[key] = p.webSocketRoute(id, "Routes."+key, own.Routes[key])
	}
}

func (p *parser) checkAPI(api *WebSocketAPI, own webSocketProperties) {
	id := api.LogicalID
	if api.RouteSelectionExpression == "" {
		p.fail(id, "RouteSelectionExpression", "missing")
	}
	if api.StageName == "$default" {
		p.fail(id, "StageName", "a WebSocket API cannot have the stage $default")
	}
	if len(own.Routes) == 0 {
		p.fail(id, "Routes", "missing")
	}
	kind := p.text(id, "Auth.AuthType", own.Auth.AuthType, "NONE")
	if !slices.Contains([]string{"NONE", "AWS_IAM", "CUSTOM"}, kind) {
		p.fail(id, "Auth.AuthType", "must be NONE, AWS_IAM or CUSTOM, not %q: SAM takes it in another case and then makes no authorizer", kind)
	}
	p.checkRouteKeys(id, slices.Sorted(maps.Keys(own.Routes)))
}

// checkRouteKeys refuses keys that SAM refuses and keys that would share a
// logical id, of which SAM silently keeps one.
func (p *parser) checkRouteKeys(id string, keys []string) {
	seen := map[string]string{}
	for _, key := range keys {
		if !routeKey.MatchString(key) {
			p.fail(id, "Routes."+key, "a route key must be $connect, $disconnect, $default or letters and digits")
		}
		name := routeLogicalID(id, key)
		if other, taken := seen[name]; taken {
			p.fail(id, "Routes."+key, "becomes %s, as %s does: one of the two would silently be lost", name, other)
		}
		seen[name] = key
	}
}

func (p *parser) webSocketRoute(id, at string, r webSocketRoute) WebSocketRoute {
	ms := p.int(id, at+".IntegrationTimeout", r.IntegrationTimeout, longestIntegration, shortestIntegration)
	if ms > longestIntegration {
		p.fail(id, at+".IntegrationTimeout", "must be at most %d, not %d", longestIntegration, ms)
	}
	expression := p.text(id, at+".RouteResponseSelectionExpression", r.RouteResponseSelectionExpression, "")
	if expression != "" && expression != "$default" {
		p.fail(id, at+".RouteResponseSelectionExpression", "must be $default, not %q", expression)
	}
	return WebSocketRoute{
		Function:           p.functionOf(id, at+".FunctionArn", r.FunctionArn),
		IntegrationTimeout: time.Duration(ms) * time.Millisecond,
		TwoWay:             expression != "" && p.hasRouteResponse(routeLogicalID(id, strings.TrimPrefix(at, "Routes."))),
	}
}

// routeLogicalID is the id under which SAM makes a route's AWS::ApiGatewayV2::Route.
func routeLogicalID(api, key string) string {
	return api + capitalize(strings.TrimPrefix(key, "$")) + "Route"
}
