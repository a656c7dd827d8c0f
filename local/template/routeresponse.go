package template

import "go.yaml.in/yaml/v4"

type routeResponseProperties struct {
	RouteID  value `yaml:"RouteId"`
	RouteKey value `yaml:"RouteResponseKey"`
}

// routeResponse records that a route has a route response. It rejects one
// without a route: a misspelt id would silently make a route one-way.
func (p *parser) routeResponse(id string, properties *yaml.Node) {
	var own routeResponseProperties
	if !p.decode(id, properties, &own) {
		return
	}
	if key := p.text(id, "RouteResponseKey", own.RouteKey, ""); key != "$default" {
		p.fail(id, "RouteResponseKey", "must be $default, not %q", key)
	}
	route, ok := own.RouteID.ref()
	if !ok {
		p.fail(id, "RouteId", "must be a !Ref to a route")
		return
	}
	if p.doc.Resources[route].Type != "AWS::ApiGatewayV2::Route" && !p.makesRoute(route) {
		p.fail(id, "RouteId", "no route of this template has the id %s", route)
	}
	p.responses[route] = true
}

// makesRoute reports whether SAM generates a route with this logical id.
func (p *parser) makesRoute(logicalID string) bool {
	for id, r := range p.doc.Resources {
		var own struct {
			Routes map[string]value `yaml:"Routes"`
		}
		if r.Type != "AWS::Serverless::WebSocketApi" || r.Properties.Decode(&own) != nil {
			continue
		}
		for key := range own.Routes {
			if routeLogicalID(id, key) == logicalID {
				return true
			}
		}
	}
	return false
}
