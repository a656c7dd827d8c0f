package samtemplate

import (
	"maps"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Lambda's own defaults, from "Configure Lambda function timeout" and
// "Configure Lambda function memory".
const (
	lambdaSeconds = 3
	lambdaMB      = 128
)

type functionProperties struct {
	Timeout     value `yaml:"Timeout"`
	MemorySize  value `yaml:"MemorySize"`
	Environment struct {
		Variables map[string]value `yaml:"Variables"`
	} `yaml:"Environment"`
	Events map[string]event `yaml:"Events"`
}

type event struct {
	Type       string `yaml:"Type"`
	Properties struct {
		Method value `yaml:"Method"`
		Path   value `yaml:"Path"`
	} `yaml:"Properties"`
}

func (p *parser) function(id string, properties *yaml.Node) {
	var own functionProperties
	if !p.decode(id, properties, &own) {
		return
	}
	global := p.doc.Globals.Function
	seconds := p.int(id, "Timeout", or(own.Timeout, global.Timeout), lambdaSeconds, 1)
	p.out.Functions[id] = Function{
		LogicalID:   id,
		Timeout:     time.Duration(seconds) * time.Second,
		MemoryMB:    p.int(id, "MemorySize", or(own.MemorySize, global.MemorySize), lambdaMB, lambdaMB),
		Environment: names(global.Environment.Variables, own.Environment.Variables),
	}
	for _, name := range slices.Sorted(maps.Keys(own.Events)) {
		if e := own.Events[name]; e.Type == "HttpApi" {
			p.httpRoute(id, "Events."+name, e)
		}
	}
}

// httpRoute adds an HttpApi event. One without method and path is SAM's way to
// write $default.
func (p *parser) httpRoute(id, at string, e event) {
	route := HTTPRoute{Path: "$default", Function: id}
	if !e.Properties.Method.absent() || !e.Properties.Path.absent() {
		route.Method = strings.ToUpper(p.text(id, at+".Method", e.Properties.Method, ""))
		route.Path = p.text(id, at+".Path", e.Properties.Path, "")
		if route.Method == "" {
			p.fail(id, at+".Method", "missing")
		}
		if !strings.HasPrefix(route.Path, "/") {
			p.fail(id, at+".Path", "must begin with /, not %q", route.Path)
		}
	}
	for _, other := range p.out.HTTPRoutes {
		if other.Key() == route.Key() {
			p.fail(id, at, "%s is already an event of %s", route.Key(), other.Function)
		}
	}
	p.out.HTTPRoutes = append(p.out.HTTPRoutes, route)
}

// or is the function's own property, else the one of Globals.
func or(own, global value) value {
	if own.absent() {
		return global
	}
	return own
}

func names(all ...map[string]value) []string {
	set := map[string]bool{}
	for _, variables := range all {
		for name := range variables {
			set[name] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}
