package template

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

type rawAPIProperties struct {
	Protocol                 value `yaml:"ProtocolType"`
	RouteSelectionExpression value `yaml:"RouteSelectionExpression"`
	Body                     value `yaml:"Body"`
	BodyS3Location           value `yaml:"BodyS3Location"`
	RouteKey                 value `yaml:"RouteKey"`
	Target                   value `yaml:"Target"`
}

type rawRouteProperties struct {
	APIID                            value `yaml:"ApiId"`
	RouteKey                         value `yaml:"RouteKey"`
	Target                           value `yaml:"Target"`
	AuthorizationType                value `yaml:"AuthorizationType"`
	AuthorizerID                     value `yaml:"AuthorizerId"`
	RouteResponseSelectionExpression value `yaml:"RouteResponseSelectionExpression"`

	ModelSelectionExpression value            `yaml:"ModelSelectionExpression"`
	RequestModels            map[string]value `yaml:"RequestModels"`
}

type rawIntegrationProperties struct {
	Type    value `yaml:"IntegrationType"`
	URI     value `yaml:"IntegrationUri"`
	Timeout value `yaml:"TimeoutInMillis"`
	Payload value `yaml:"PayloadFormatVersion"`
}

type rawAuthorizerProperties struct {
	Type           value `yaml:"AuthorizerType"`
	URI            value `yaml:"AuthorizerUri"`
	IdentitySource value `yaml:"IdentitySource"`
	PayloadVersion value `yaml:"AuthorizerPayloadFormatVersion"`
	Simple         value `yaml:"EnableSimpleResponses"`
}

// rawAPI reads an AWS::ApiGatewayV2::Api with the resources that refer to it.
func (p *parser) rawAPI(id string, properties *yaml.Node) {
	var own rawAPIProperties
	if !p.decode(id, properties, &own) {
		return
	}
	if !own.Body.absent() || !own.BodyS3Location.absent() {
		p.note(id, "Body", "routes of an OpenAPI definition are not read")
		own.Protocol = or(own.Protocol, value{&yaml.Node{Kind: yaml.ScalarNode, Value: "HTTP"}})
	}
	if p.oneOf(id, "ProtocolType", own.Protocol, "", "WEBSOCKET", "HTTP") == "WEBSOCKET" {
		p.rawWebSocket(id, own)
		return
	}
	p.rawHTTP(id, own)
}

func (p *parser) rawWebSocket(id string, own rawAPIProperties) {
	api := WebSocketAPI{
		LogicalID:                id,
		Stages:                   p.stagesOf(id),
		RouteSelectionExpression: p.text(id, "RouteSelectionExpression", own.RouteSelectionExpression, ""),
		Routes:                   map[string]WebSocketRoute{},
	}
	p.checkWebSocketAPI(api)
	p.eachRawRoute(id, func(route string, r rawRouteProperties, key string) {
		if _, taken := api.Routes[key]; taken {
			p.fail(route, "RouteKey", "%s has a second route %s", id, key)
		}
		if key == "$connect" {
			api.Authorization = p.rawAuthorization(route, r, true)
		}
		integration, function := p.rawIntegration(route, r)
		if function == "" {
			return
		}
		models := p.text(route, "ModelSelectionExpression", r.ModelSelectionExpression, "")
		api.Routes[key] = WebSocketRoute{
			Function:           function,
			IntegrationTimeout: p.integrationTimeout(integration.id, "TimeoutInMillis", integration.Timeout, longestIntegration),
			TwoWay:             p.twoWay(route, "RouteResponseSelectionExpression", r.RouteResponseSelectionExpression, p.responses[route]),

			ModelSelectionExpression: models,
			RequestModels:            p.requestModels(id, route, "RequestModels", models, r.RequestModels),
		}
	})
	p.out.WebSocketAPIs = append(p.out.WebSocketAPIs, api)
}

func (p *parser) rawHTTP(id string, own rawAPIProperties) {
	p.http[id] = &HTTPAPI{LogicalID: id, Stages: p.stagesOf(id)}
	if !own.Target.absent() { // "quick create": one route, one stage
		p.quickCreate(id, own)
	}
	p.eachRawRoute(id, func(route string, r rawRouteProperties, key string) {
		parsed, ok := p.httpRouteOf(route, key)
		if !ok {
			return
		}
		parsed.Authorization = p.rawAuthorization(route, r, false)
		integration, function := p.rawIntegration(route, r)
		if function == "" {
			return
		}
		p.oneOf(integration.id, "PayloadFormatVersion", integration.Payload, "", "2.0")
		parsed.Function = function
		parsed.IntegrationTimeout = p.integrationTimeout(integration.id, "TimeoutInMillis", integration.Timeout, longestHTTP)
		p.addHTTPRoute(route, "RouteKey", id, parsed)
	})
}

func (p *parser) quickCreate(id string, own rawAPIProperties) {
	route, ok := p.httpRouteOf(id, p.text(id, "RouteKey", own.RouteKey, "$default"))
	if !ok {
		return
	}
	route.Function = p.functionOf(id, "Target", own.Target)
	route.IntegrationTimeout = p.integrationTimeout(id, "", value{}, longestHTTP)
	p.addHTTPRoute(id, "RouteKey", id, route)
	if stages := &p.http[id].Stages; !slices.ContainsFunc(*stages, func(s Stage) bool { return s.Name == "$default" }) {
		*stages = append(*stages, Stage{Name: "$default"})
	}
}

func (p *parser) httpRouteOf(id, key string) (HTTPRoute, bool) {
	if key == "$default" {
		return HTTPRoute{Path: key}, true
	}
	method, path, ok := strings.Cut(key, " ")
	if !ok || !strings.HasPrefix(path, "/") {
		p.fail(id, "RouteKey", "must be a method and a path, not %q", key)
		return HTTPRoute{}, false
	}
	return HTTPRoute{Method: strings.ToUpper(method), Path: path}, true
}

// eachRawRoute visits the routes of an API.
func (p *parser) eachRawRoute(apiID string, visit func(route string, r rawRouteProperties, key string)) {
	p.each(func(id string, properties *yaml.Node) {
		var own rawRouteProperties
		if !p.decode(id, properties, &own) || p.text(id, "ApiId", own.APIID, "") != apiID {
			return
		}
		key := p.text(id, "RouteKey", own.RouteKey, "")
		if key == "" {
			p.fail(id, "RouteKey", "missing")
			return
		}
		visit(id, own, key)
	}, "AWS::ApiGatewayV2::Route")
}

// rawIntegration returns the integration that a route's Target names, and the
// function behind it. If the integration is not a Lambda proxy, it adds a note
// and returns no function.
func (p *parser) rawIntegration(route string, r rawRouteProperties) (own rawIntegration, function string) {
	target := p.text(route, "Target", r.Target, "")
	id, ok := strings.CutPrefix(target, "integrations/")
	res, known := p.doc.Resources[id]
	if !ok || !known || res.Type != "AWS::ApiGatewayV2::Integration" {
		p.fail(route, "Target", "must be integrations/ and the id of an integration of this template, not %q", target)
		return own, ""
	}
	own.id = id
	if !p.decode(id, &res.Properties, &own.rawIntegrationProperties) {
		return own, ""
	}
	if kind := p.text(id, "IntegrationType", own.Type, ""); kind != "AWS_PROXY" {
		p.note(route, "Target", "%s is of the type %s, and only AWS_PROXY can run here: the route is left out", id, kind)
		return own, ""
	}
	return own, p.functionOf(id, "IntegrationUri", own.URI)
}

type rawIntegration struct {
	rawIntegrationProperties
	id string
}

func (p *parser) rawAuthorization(route string, r rawRouteProperties, webSocket bool) Authorization {
	switch kind := p.text(route, "AuthorizationType", r.AuthorizationType, "NONE"); kind {
	case "NONE":
		return Authorization{}
	case "AWS_IAM":
		return Authorization{Type: kind}
	case "JWT", "CUSTOM":
	default:
		p.fail(route, "AuthorizationType", "must be NONE, AWS_IAM, CUSTOM or JWT, not %q", kind)
		return Authorization{}
	}
	id := p.text(route, "AuthorizerId", r.AuthorizerID, "")
	res, ok := p.doc.Resources[id]
	if !ok || res.Type != "AWS::ApiGatewayV2::Authorizer" {
		p.fail(route, "AuthorizerId", "no authorizer %q in this template", id)
		return Authorization{}
	}
	return p.rawAuthorizer(id, &res.Properties, webSocket)
}

func (p *parser) rawAuthorizer(id string, properties *yaml.Node, webSocket bool) Authorization {
	var own rawAuthorizerProperties
	if !p.decode(id, properties, &own) {
		return Authorization{}
	}
	if webSocket {
		p.oneOf(id, "AuthorizerType", own.Type, "", "REQUEST")
		return Authorization{
			Type:            "REQUEST",
			Function:        p.functionOf(id, "AuthorizerUri", own.URI),
			IdentitySources: p.identitySources(id, "IdentitySource", own.IdentitySource),
		}
	}
	if p.oneOf(id, "AuthorizerType", own.Type, "", "REQUEST", "JWT") == "JWT" {
		return Authorization{Type: "JWT"}
	}
	return Authorization{
		Type:            "REQUEST",
		Function:        p.functionOf(id, "AuthorizerUri", own.URI),
		IdentitySources: p.texts(id, "IdentitySource", own.IdentitySource),
		SimpleResponses: p.bool(id, "EnableSimpleResponses", own.Simple),
		PayloadVersion:  p.oneOf(id, "AuthorizerPayloadFormatVersion", own.PayloadVersion, "1.0", "1.0", "2.0"),
	}
}
