package samtemplate

import "gopkg.in/yaml.v3"

type routeResponseProperties struct {
	RouteID  value `yaml:"RouteId"`
	RouteKey value `yaml:"RouteResponseKey"`
}

// hasRouteResponse reports whether some raw RouteResponse belongs to the route
// with this logical id. Other keys than $default do nothing.
func (p *parser) hasRouteResponse(route string) bool {
	for _, r := range p.doc.Resources {
		if r.Type != "AWS::ApiGatewayV2::RouteResponse" {
			continue
		}
		var own routeResponseProperties
		if r.Properties.Decode(&own) != nil {
			continue
		}
		id, _ := own.RouteID.ref()
		key, _ := own.RouteKey.literal()
		if id == route && key == "$default" {
			return true
		}
	}
	return false
}

// routeResponse refuses one that belongs to no route: a misspelt id would make
// a route one-way without a word.
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
	if _, raw := p.doc.Resources[route]; raw || p.makesRoute(route) {
		return
	}
	p.fail(id, "RouteId", "no route of this template has the id %s", route)
}

func (p *parser) makesRoute(logicalID string) bool {
	if p.out.WebSocket == nil {
		return false
	}
	for key := range p.out.WebSocket.Routes {
		if routeLogicalID(p.out.WebSocket.LogicalID, key) == logicalID {
			return true
		}
	}
	return false
}
