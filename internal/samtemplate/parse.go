package samtemplate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Parse reads a SAM template. Every problem found is in the error, each naming
// the resource and the property; a template with a problem yields no Template.
//
// Two mistakes are refused although SAM and cfn-lint let them pass, because
// they open an API without a word: an AuthType in lower case makes no
// authorizer, and two route keys that differ only in case or in a leading "$"
// become one route.
func Parse(data []byte) (*Template, error) {
	var doc document
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("not a template: %w", err)
	}
	if len(doc.Resources) == 0 {
		return nil, errors.New("no Resources")
	}
	p := parser{doc: doc, out: &Template{Functions: map[string]Function{}}}
	p.run()
	if err := errors.Join(p.problems...); err != nil {
		return nil, err
	}
	return p.out, nil
}

// document is the template as YAML has it. Properties stay undecoded until the
// resource's type is known.
type document struct {
	Parameters map[string]struct {
		Default value `yaml:"Default"`
	} `yaml:"Parameters"`
	Globals struct {
		Function functionProperties `yaml:"Function"`
	} `yaml:"Globals"`
	Resources map[string]resource `yaml:"Resources"`
}

type resource struct {
	Type       string    `yaml:"Type"`
	Properties yaml.Node `yaml:"Properties"`
}

type parser struct {
	doc      document
	out      *Template
	problems []error
}

// run visits functions before the APIs that name them, and resources by name so
// that errors come in one order.
func (p *parser) run() {
	p.each("AWS::Serverless::Function", p.function)
	p.each("AWS::Serverless::WebSocketApi", p.webSocketAPI)
	p.each("AWS::ApiGatewayV2::RouteResponse", p.routeResponse)
	p.each("AWS::DynamoDB::Table", p.table)
	slices.SortFunc(p.out.HTTPRoutes, func(a, b HTTPRoute) int { return cmp.Compare(a.Key(), b.Key()) })
}

func (p *parser) each(kind string, visit func(id string, properties *yaml.Node)) {
	for _, id := range slices.Sorted(maps.Keys(p.doc.Resources)) {
		if r := p.doc.Resources[id]; r.Type == kind {
			visit(id, &r.Properties)
		}
	}
}

// decode fills into from a resource's properties and reports whether it could.
func (p *parser) decode(id string, properties *yaml.Node, into any) bool {
	if properties.IsZero() {
		return true
	}
	if err := properties.Decode(into); err != nil {
		p.fail(id, "Properties", "%v", err)
		return false
	}
	return true
}

// fail records a problem of a property. at is the rest of the property's path.
func (p *parser) fail(id, at, format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf("%s.%s: %s", id, at, fmt.Sprintf(format, args...)))
}

// text is the literal text of v, or of the default of the parameter that v
// refers to; byDefault if v is absent.
func (p *parser) text(id, at string, v value, byDefault string) string {
	if v.absent() {
		return byDefault
	}
	if name, ok := v.ref(); ok {
		v = p.doc.Parameters[name].Default
	}
	s, ok := v.literal()
	if !ok {
		p.fail(id, at, "must be a literal or a parameter with a default")
	}
	return s
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

// functionOf is the logical id of the function whose ARN v is.
func (p *parser) functionOf(id, at string, v value) string {
	name, ok := v.attribute("Arn")
	if !ok {
		p.fail(id, at, "must be the Arn of a function of this template (!GetAtt Name.Arn)")
		return ""
	}
	if _, known := p.out.Functions[name]; !known {
		p.fail(id, at, "no function %s in this template", name)
	}
	return name
}

// capitalize is Python's str.capitalize, from which SAM makes logical ids:
// "sendMessage" becomes "Sendmessage".
func capitalize(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
}
