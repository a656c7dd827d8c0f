package template

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// API Gateway's range for a WebSocket integration's timeout, in milliseconds.
const (
	shortestIntegration = 50
	longestIntegration  = 29_000
)

// routeKey matches the keys that SAM accepts: it derives a logical id from
// each.
var routeKey = regexp.MustCompile(`^(\$connect|\$disconnect|\$default|[A-Za-z0-9]+)$`)

type webSocketProperties struct {
	stageProperties          `yaml:",inline"`
	RouteSelectionExpression value `yaml:"RouteSelectionExpression"`
	Auth                     struct {
		AuthType       value `yaml:"AuthType"`
		AuthARN        value `yaml:"AuthArn"`
		IdentitySource value `yaml:"IdentitySource"`
	} `yaml:"Auth"`
	Routes map[string]webSocketRoute `yaml:"Routes"`
}

type webSocketRoute struct {
	FunctionArn                      value `yaml:"FunctionArn"`
	IntegrationTimeout               value `yaml:"IntegrationTimeout"`
	RouteResponseSelectionExpression value `yaml:"RouteResponseSelectionExpression"`

	ModelSelectionExpression value            `yaml:"ModelSelectionExpression"`
	RequestModels            map[string]value `yaml:"RequestModels"`
}

// webSocketAPI reads an AWS::Serverless::WebSocketApi.
func (p *parser) webSocketAPI(id string, properties *yaml.Node) {
	var own webSocketProperties
	if !p.decode(id, properties, &own) {
		return
	}
	global := p.globals.WebSocketAPI
	stage := p.stage(id, own.stageProperties, global.stageProperties, "default")
	api := WebSocketAPI{
		LogicalID:                id,
		Stages:                   []Stage{stage},
		RouteSelectionExpression: p.text(id, "RouteSelectionExpression", or(own.RouteSelectionExpression, global.RouteSelectionExpression), ""),
		Routes:                   map[string]WebSocketRoute{},
	}
	p.checkWebSocketAPI(api)
	if len(own.Routes) == 0 {
		p.fail(id, "Routes", "missing")
	}
	p.checkRouteKeys(id, slices.Sorted(maps.Keys(own.Routes)))
	for _, key := range slices.Sorted(maps.Keys(own.Routes)) {
		api.Routes[key] = p.webSocketRoute(id, "Routes."+key, own.Routes[key], p.responses[routeLogicalID(id, key)])
	}
	api.Authorization = p.webSocketAuth(id, own)
	p.out.WebSocketAPIs = append(p.out.WebSocketAPIs, api)
}

// webSocketAuth reads SAM's Auth, which applies to $connect.
func (p *parser) webSocketAuth(id string, own webSocketProperties) Authorization {
	auth := own.Auth
	kind := p.text(id, "Auth.AuthType", auth.AuthType, "NONE")
	switch kind {
	case "NONE":
		return Authorization{}
	case "AWS_IAM":
		return Authorization{Type: kind}
	case "CUSTOM":
	default:
		p.fail(id, "Auth.AuthType", "must be NONE, AWS_IAM or CUSTOM, not %q: SAM accepts it in another case and then generates no authorizer", kind)
		return Authorization{}
	}
	if _, ok := own.Routes["$connect"]; !ok {
		p.fail(id, "Auth", "needs a route $connect")
	}
	return Authorization{
		Type:            "REQUEST",
		Function:        p.functionOf(id, "Auth.AuthArn", auth.AuthARN),
		IdentitySources: p.identitySources(id, "Auth.IdentitySource", auth.IdentitySource),
	}
}

// identitySources rejects the syntax of HTTP APIs. A deployment accepts it, and
// then every client is refused.
func (p *parser) identitySources(id, at string, v value) []string {
	sources := p.texts(id, at, v)
	for _, s := range sources {
		if strings.HasPrefix(s, "$") {
			p.fail(id, at, "%q is the syntax of HTTP APIs; a WebSocket API has route.request.querystring.name", s)
		}
	}
	return sources
}

// checkWebSocketAPI checks the properties that both forms of an API need.
func (p *parser) checkWebSocketAPI(api WebSocketAPI) {
	if api.RouteSelectionExpression == "" {
		p.fail(api.LogicalID, "RouteSelectionExpression", "missing")
	}
	for _, stage := range api.Stages {
		if stage.Name == "$default" {
			p.fail(api.LogicalID, "StageName", "a WebSocket API cannot have the stage $default")
		}
	}
}

// checkRouteKeys rejects keys that SAM rejects. It also rejects keys that would
// share a logical id, because SAM silently keeps only one of them.
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

func (p *parser) webSocketRoute(id, at string, r webSocketRoute, hasResponse bool) WebSocketRoute {
	models := p.text(id, at+".ModelSelectionExpression", r.ModelSelectionExpression, "")
	return WebSocketRoute{
		Function:           p.functionOf(id, at+".FunctionArn", r.FunctionArn),
		IntegrationTimeout: p.integrationTimeout(id, at+".IntegrationTimeout", r.IntegrationTimeout, longestIntegration),
		TwoWay:             p.twoWay(id, at+".RouteResponseSelectionExpression", r.RouteResponseSelectionExpression, hasResponse),

		ModelSelectionExpression: models,
		RequestModels:            p.requestModels(id, id, at+".RequestModels", models, r.RequestModels),
	}
}

func (p *parser) integrationTimeout(id, at string, v value, longest int) time.Duration {
	ms := p.int(id, at, v, longest, shortestIntegration)
	if ms > longest {
		p.fail(id, at, "must be at most %d, not %d", longest, ms)
	}
	return time.Duration(ms) * time.Millisecond
}

func (p *parser) twoWay(id, at string, expression value, hasResponse bool) bool {
	s := p.text(id, at, expression, "")
	if s != "" && s != "$default" {
		p.fail(id, at, "must be $default, not %q", s)
	}
	return s != "" && hasResponse
}

// routeLogicalID returns the logical id that SAM gives to a route's
// AWS::ApiGatewayV2::Route.
func routeLogicalID(api, key string) string {
	return api + capitalize(strings.TrimPrefix(key, "$")) + "Route"
}

// capitalize is Python's str.capitalize, with which SAM derives logical ids:
// "sendMessage" becomes "Sendmessage".
func capitalize(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
}
