package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"
)

type modelProperties struct {
	APIID  value `yaml:"ApiId"`
	Name   value `yaml:"Name"`
	Schema value `yaml:"Schema"`
}

// model is an AWS::ApiGatewayV2::Model: a JSON Schema with a name, for one API.
type model struct {
	api, name string
	schema    []byte
}

// model stores a model for the routes that name it.
func (p *parser) model(id string, properties *yaml.Node) {
	var own modelProperties
	if !p.decode(id, properties, &own) {
		return
	}
	schema, err := p.schema(own.Schema)
	if err != nil {
		p.fail(id, "Schema", "%v", err)
		return
	}
	p.models[id] = model{api: p.text(id, "ApiId", own.APIID, ""), name: p.text(id, "Name", own.Name, id), schema: schema}
}

// schema returns a JSON document. The template may hold it as YAML or as text.
func (p *parser) schema(v value) ([]byte, error) {
	if v.absent() {
		return nil, fmt.Errorf("missing")
	}
	document, err := p.resolve.jsonValue(v.node)
	if err != nil {
		return nil, err
	}
	if text, ok := document.(string); ok {
		if !json.Valid([]byte(text)) {
			return nil, fmt.Errorf("is not JSON")
		}
		return []byte(text), nil
	}
	return json.Marshal(document)
}

// jsonValue returns n as a JSON value. Unlike eval it preserves numbers and
// booleans.
func (r *resolver) jsonValue(n *yaml.Node) (any, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if name, arg, ok := intrinsic(n); ok {
		return r.call(name, arg)
	}
	switch n.Kind {
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, element := range n.Content {
			var err error
			if out[i], err = r.jsonValue(element); err != nil {
				return nil, err
			}
		}
		return out, nil
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			v, err := r.jsonValue(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			out[n.Content[i].Value] = v
		}
		return out, nil
	}
	var v any
	err := n.Decode(&v)
	return v, err
}

// requestModels returns the schemas of a route's RequestModels, which name
// models of its API. Without a ModelSelectionExpression messages are not
// validated.
func (p *parser) requestModels(api, id, at string, expression string, names map[string]value) map[string][]byte {
	if expression == "" {
		return nil
	}
	out := map[string][]byte{}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		name := p.text(id, at+"."+key, names[key], "")
		schema := p.modelOf(api, name)
		if schema == nil {
			p.fail(id, at+"."+key, "%s has no model %q in this template", api, name)
		}
		out[key] = schema
	}
	return out
}

// modelOf returns the schema of a model, by its name or (after a !Ref) its id.
func (p *parser) modelOf(api, name string) []byte {
	for _, m := range p.models {
		if m.api == api && m.name == name {
			return m.schema
		}
	}
	if m, ok := p.models[name]; ok && m.api == api {
		return m.schema
	}
	return nil
}
