package template

import (
	"maps"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// longestHTTP is the longest integration timeout of an HTTP API, in milliseconds.
const longestHTTP = 30_000

type event struct {
	Type       string          `yaml:"Type"`
	Properties eventProperties `yaml:"Properties"`
}

type eventProperties struct {
	APIID   value `yaml:"ApiId"`
	Method  value `yaml:"Method"`
	Path    value `yaml:"Path"`
	Timeout value `yaml:"TimeoutInMillis"`
	Payload value `yaml:"PayloadFormatVersion"`
	Auth    struct {
		Authorizer value `yaml:"Authorizer"`
	} `yaml:"Auth"`
}

type httpAPIProperties struct {
	stageProperties `yaml:",inline"`
	DefinitionBody  value    `yaml:"DefinitionBody"`
	DefinitionURI   value    `yaml:"DefinitionUri"`
	Auth            httpAuth `yaml:"Auth"`
}

type httpAuth struct {
	Authorizers       map[string]httpAuthorizer `yaml:"Authorizers"`
	DefaultAuthorizer value                     `yaml:"DefaultAuthorizer"`
}

type httpAuthorizer struct {
	FunctionARN value `yaml:"FunctionArn"`
	Identity    struct {
		Context        value `yaml:"Context"`
		Headers        value `yaml:"Headers"`
		QueryStrings   value `yaml:"QueryStrings"`
		StageVariables value `yaml:"StageVariables"`
	} `yaml:"Identity"`
	PayloadVersion value `yaml:"AuthorizerPayloadFormatVersion"`
	Simple         value `yaml:"EnableSimpleResponses"`
}

// httpAPI reads an AWS::Serverless::HttpApi. Its routes are events of
// functions.
func (p *parser) httpAPI(id string, properties *yaml.Node) {
	var own httpAPIProperties
	if !p.decode(id, properties, &own) {
		return
	}
	if !own.DefinitionBody.absent() || !own.DefinitionURI.absent() {
		p.note(id, "DefinitionBody", "routes of an OpenAPI definition are not read")
	}
	stage := p.stage(id, own.stageProperties, p.globals.HTTPAPI.stageProperties, "$default")
	p.http[id] = &HTTPAPI{LogicalID: id, Stages: []Stage{stage}}
}

// httpEvent adds a function's HttpApi event. In SAM an event without method and
// path is the $default route.
func (p *parser) httpEvent(id, at string, e event) {
	own := e.Properties
	route := HTTPRoute{Path: "$default", Function: id}
	if !own.Method.absent() || !own.Path.absent() {
		route.Method = strings.ToUpper(p.text(id, at+".Method", own.Method, ""))
		route.Path = p.text(id, at+".Path", own.Path, "")
		if route.Method == "" {
			p.fail(id, at+".Method", "missing")
		}
		if !strings.HasPrefix(route.Path, "/") {
			p.fail(id, at+".Path", "must begin with /, not %q", route.Path)
		}
	}
	ms := p.int(id, at+".TimeoutInMillis", own.Timeout, longestHTTP, shortestIntegration)
	route.IntegrationTimeout = time.Duration(ms) * time.Millisecond
	p.oneOf(id, at+".PayloadFormatVersion", own.Payload, "2.0", "2.0")
	apiID := p.text(id, at+".ApiId", own.APIID, implicitHTTPAPI)
	if apiID == implicitHTTPAPI && p.http[apiID] == nil {
		p.http[apiID] = &HTTPAPI{LogicalID: apiID, Stages: []Stage{{Name: "$default"}}}
	}
	route.Authorization = p.eventAuthorization(id, at+".Auth.Authorizer", apiID, own.Auth.Authorizer)
	p.addHTTPRoute(id, at, apiID, route)
}

func (p *parser) addHTTPRoute(id, at, apiID string, route HTTPRoute) {
	api := p.http[apiID]
	if api == nil {
		p.fail(id, at+".ApiId", "no HTTP API %s in this template", apiID)
		return
	}
	for _, other := range api.Routes {
		if other.Key() == route.Key() {
			p.fail(id, at, "%s is already an event of %s", route.Key(), other.Function)
		}
	}
	api.Routes = append(api.Routes, route)
}

// eventAuthorization returns the authorization that an event names, or else its
// API's default.
func (p *parser) eventAuthorization(id, at, apiID string, named value) Authorization {
	auth := p.authOf(apiID)
	name := p.text(id, at, or(named, auth.DefaultAuthorizer), "NONE")
	switch name {
	case "NONE":
		return Authorization{}
	case "AWS_IAM":
		return Authorization{Type: name}
	}
	a, ok := auth.Authorizers[name]
	if !ok {
		p.fail(id, at, "%s has no authorizer %s", apiID, name)
		return Authorization{}
	}
	return p.samAuthorizer(apiID, "Auth.Authorizers."+name, a)
}

// authOf returns the Auth of an API, merged with that of Globals.
func (p *parser) authOf(apiID string) httpAuth {
	var own httpAPIProperties
	if r := p.doc.Resources[apiID]; r.Type == "AWS::Serverless::HttpApi" {
		p.decode(apiID, &r.Properties, &own)
	}
	auth := httpAuth{Authorizers: map[string]httpAuthorizer{}}
	maps.Copy(auth.Authorizers, p.globals.HTTPAPI.Auth.Authorizers)
	maps.Copy(auth.Authorizers, own.Auth.Authorizers)
	auth.DefaultAuthorizer = or(own.Auth.DefaultAuthorizer, p.globals.HTTPAPI.Auth.DefaultAuthorizer)
	return auth
}

// samAuthorizer reads an authorizer. It is a Lambda authorizer if it names a
// function, otherwise a JWT authorizer.
func (p *parser) samAuthorizer(id, at string, a httpAuthorizer) Authorization {
	if a.FunctionARN.absent() {
		return Authorization{Type: "JWT"}
	}
	out := Authorization{Type: "REQUEST", Function: p.functionOf(id, at+".FunctionArn", a.FunctionARN)}
	for _, source := range []struct {
		prefix, name string
		values       value
	}{
		{"$request.header.", "Headers", a.Identity.Headers},
		{"$request.querystring.", "QueryStrings", a.Identity.QueryStrings},
		{"$stageVariables.", "StageVariables", a.Identity.StageVariables},
		{"$context.", "Context", a.Identity.Context},
	} {
		for _, name := range p.texts(id, at+".Identity."+source.name, source.values) {
			out.IdentitySources = append(out.IdentitySources, source.prefix+name)
		}
	}
	out.PayloadVersion = p.oneOf(id, at+".AuthorizerPayloadFormatVersion", a.PayloadVersion, "2.0", "1.0", "2.0")
	out.SimpleResponses = p.bool(id, at+".EnableSimpleResponses", a.Simple)
	return out
}
