package template

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Parse parses a template. The error joins all problems; each names its
// resource and property. A template with a problem yields no Template.
// Resources with a false condition are left out.
//
// Parse rejects two mistakes that SAM and cfn-lint accept, because each
// silently opens an API. With an AuthType in lower case, SAM generates no
// authorizer. And two route keys that differ only in case or in a leading "$"
// become one route.
func Parse(data []byte, o Options) (*Template, error) {
	var doc document
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("not a template: %w", err)
	}
	if len(doc.Resources) == 0 {
		return nil, errors.New("no Resources")
	}
	p := newParser(doc, o)
	p.run()
	if err := errors.Join(p.problems...); err != nil {
		return nil, err
	}
	return p.out, nil
}

// document is the decoded YAML. Properties stay undecoded until the resource's
// type is known.
type document struct {
	Parameters map[string]parameter                   `yaml:"Parameters"`
	Mappings   map[string]map[string]map[string]value `yaml:"Mappings"`
	Conditions map[string]value                       `yaml:"Conditions"`
	Globals    yaml.Node                              `yaml:"Globals"`
	Resources  map[string]resource                    `yaml:"Resources"`
}

type parameter struct {
	Type    string `yaml:"Type"`
	Default value  `yaml:"Default"`
}

type resource struct {
	Type       string    `yaml:"Type"`
	Condition  string    `yaml:"Condition"`
	Properties yaml.Node `yaml:"Properties"`
}

// globals are the properties that all resources of a type share.
type globals struct {
	Function     functionProperties  `yaml:"Function"`
	HTTPAPI      httpAPIProperties   `yaml:"HttpApi"`
	WebSocketAPI webSocketProperties `yaml:"WebSocketApi"`
}

type parser struct {
	doc     document
	resolve *resolver
	globals globals
	out     *Template
	// names maps the functions' names to their logical ids.
	names map[string]string
	http  map[string]*HTTPAPI
	// responses holds the logical ids of routes with a RouteResponse.
	responses map[string]bool
	// models are keyed by logical id.
	models   map[string]model
	problems []error
}

func newParser(doc document, o Options) *parser {
	p := &parser{
		doc:       doc,
		resolve:   &resolver{doc: doc, values: o.Parameters, region: cmp.Or(o.Region, "us-east-1")},
		out:       &Template{Functions: map[string]Function{}},
		names:     map[string]string{},
		http:      map[string]*HTTPAPI{},
		responses: map[string]bool{},
		models:    map[string]model{},
	}
	for _, name := range slices.Sorted(maps.Keys(o.Parameters)) {
		if _, ok := doc.Parameters[name]; !ok {
			p.problems = append(p.problems, fmt.Errorf("parameter %s: the template has no parameter of this name", name))
		}
	}
	return p
}

// run visits functions before the APIs that refer to them. It visits resources
// in the order of their ids, so that errors have a fixed order.
func (p *parser) run() {
	p.dropByCondition()
	p.decode("Globals", &p.doc.Globals, &p.globals)
	p.each(p.nameFunction, "AWS::Serverless::Function", "AWS::Lambda::Function")
	p.each(p.httpAPI, "AWS::Serverless::HttpApi")
	p.each(p.function, "AWS::Serverless::Function", "AWS::Lambda::Function")
	p.each(p.routeResponse, "AWS::ApiGatewayV2::RouteResponse")
	p.each(p.model, "AWS::ApiGatewayV2::Model")
	p.each(p.webSocketAPI, "AWS::Serverless::WebSocketApi")
	p.each(p.rawAPI, "AWS::ApiGatewayV2::Api")
	p.each(p.table, "AWS::DynamoDB::Table")
	p.each(p.simpleTable, "AWS::Serverless::SimpleTable")
	for _, id := range slices.Sorted(maps.Keys(p.http)) {
		api := p.http[id]
		slices.SortFunc(api.Routes, func(a, b HTTPRoute) int { return cmp.Compare(a.Key(), b.Key()) })
		p.out.HTTPAPIs = append(p.out.HTTPAPIs, *api)
	}
	slices.SortFunc(p.out.WebSocketAPIs, func(a, b WebSocketAPI) int { return cmp.Compare(a.LogicalID, b.LogicalID) })
	slices.SortFunc(p.out.Tables, func(a, b Table) int { return cmp.Compare(a.LogicalID, b.LogicalID) })
}

func (p *parser) dropByCondition() {
	for _, id := range slices.Sorted(maps.Keys(p.doc.Resources)) {
		name := p.doc.Resources[id].Condition
		if name == "" {
			continue
		}
		yes, err := p.resolve.condition(name)
		if err != nil {
			p.fail(id, "Condition", "%v", err)
		}
		if !yes {
			delete(p.doc.Resources, id)
		}
	}
}

func (p *parser) each(visit func(id string, properties *yaml.Node), kinds ...string) {
	for _, id := range slices.Sorted(maps.Keys(p.doc.Resources)) {
		if r := p.doc.Resources[id]; slices.Contains(kinds, r.Type) {
			visit(id, &r.Properties)
		}
	}
}

// decode decodes a resource's properties into a value, with each Fn::If
// decided. It reports whether it succeeded.
func (p *parser) decode(id string, properties *yaml.Node, into any) bool {
	if properties.IsZero() {
		return true
	}
	pruned, err := p.resolve.prune(properties)
	if err == nil && pruned != nil {
		err = pruned.Decode(into)
	}
	if err != nil {
		p.fail(id, "Properties", "%v", err)
		return false
	}
	return true
}

// fail records a problem with a property. at is the property's path below the
// resource.
func (p *parser) fail(id, at, format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf("%s.%s: %s", id, at, fmt.Sprintf(format, args...)))
}

// note records a part of the template that is left out.
func (p *parser) note(id, at, format string, args ...any) {
	p.out.Notes = append(p.out.Notes, fmt.Sprintf("%s.%s: %s", id, at, fmt.Sprintf(format, args...)))
}

// text resolves v to a string. It returns byDefault if v is absent.
func (p *parser) text(id, at string, v value, byDefault string) string {
	if v.absent() {
		return byDefault
	}
	s, err := p.resolve.text(v.node)
	if err != nil {
		p.fail(id, at, "%v", err)
		return byDefault
	}
	return s
}

// texts resolves v to a list. It returns nil if v is absent.
func (p *parser) texts(id, at string, v value) []string {
	if v.absent() {
		return nil
	}
	list, err := p.resolve.texts(v.node)
	if err != nil {
		p.fail(id, at, "%v", err)
	}
	return list
}

// textMap resolves a map of values. It returns nil if the map is empty.
func (p *parser) textMap(id, at string, m map[string]value) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out[name] = p.text(id, at+"."+name, m[name], "")
	}
	return out
}

// bool resolves v to true or false. It returns false if v is absent.
func (p *parser) bool(id, at string, v value) bool {
	switch s := p.text(id, at, v, "false"); strings.ToLower(s) {
	case "true":
		return true
	case "false":
	default:
		p.fail(id, at, "must be true or false, not %q", s)
	}
	return false
}

// int resolves v to a number of at least low.
func (p *parser) int(id, at string, v value, byDefault, low int) int {
	s := p.text(id, at, v, strconv.Itoa(byDefault))
	n, err := strconv.Atoi(s)
	if err != nil || n < low {
		p.fail(id, at, "must be a whole number of at least %d, not %q", low, s)
		return byDefault
	}
	return n
}

func (p *parser) oneOf(id, at string, v value, byDefault string, allowed ...string) string {
	s := p.text(id, at, v, byDefault)
	if !slices.Contains(allowed, s) {
		p.fail(id, at, "must be one of %s, not %q", strings.Join(allowed, ", "), s)
	}
	return s
}

// functionOf returns the logical id of a function. v is its ARN, or the URI of
// an integration with the ARN at its end.
func (p *parser) functionOf(id, at string, v value) string {
	before := len(p.problems)
	arn := p.text(id, at, v, "")
	if len(p.problems) > before {
		return ""
	}
	_, name, ok := strings.Cut(arn, ":function:")
	if !ok {
		p.fail(id, at, "must be the Arn of a function of this template (!GetAtt Name.Arn), not %q", arn)
		return ""
	}
	name, _, _ = strings.Cut(name, "/")
	name, _, _ = strings.Cut(name, ":")
	function, known := p.names[name]
	if !known {
		p.fail(id, at, "no function %s in this template", name)
	}
	return function
}
