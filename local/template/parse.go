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

// Parse reads a template. Every problem found is in the error, each naming the
// resource and the property; a template with a problem yields no Template.
// Resources whose condition is false are not there.
//
// Two mistakes are refused although SAM and cfn-lint let them pass, because
// they open an API without a word: an AuthType in lower case makes no
// authorizer, and two route keys that differ only in case or in a leading "$"
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

// document is the template as YAML has it. Properties stay undecoded until the
// resource's type is known.
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

// globals are the properties that resources of one type share.
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
	// names are the functions' logical ids by name.
	names map[string]string
	http  map[string]*HTTPAPI
	// responses are the logical ids of routes that have a RouteResponse.
	responses map[string]bool
	// models by logical id.
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
			p.problems = append(p.problems, fmt.Errorf("parameter %s: the template has none of this name", name))
		}
	}
	return p
}

// run visits functions before the APIs that name them, and resources by name so
// that errors come in one order.
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

// decode fills into from a resource's properties, with each Fn::If decided, and
// reports whether it could.
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

// fail records a problem of a property. at is the rest of the property's path.
func (p *parser) fail(id, at, format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf("%s.%s: %s", id, at, fmt.Sprintf(format, args...)))
}

// note records what is left out.
func (p *parser) note(id, at, format string, args ...any) {
	p.out.Notes = append(p.out.Notes, fmt.Sprintf("%s.%s: %s", id, at, fmt.Sprintf(format, args...)))
}

// text is what v resolves to; byDefault if v is absent.
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

// texts is what v resolves to: a list, or nil if v is absent.
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

// textMap is what a map of values resolves to, nil if it is empty.
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

// bool is text as true or false, false if v is absent.
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

// int is text as a number of at least low.
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

// functionOf is the logical id of the function whose ARN v is, or in whose ARN
// the address of an integration ends.
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
