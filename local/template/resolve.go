package template

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// account stands for an AWS account's number.
const account = "000000000000"

// noValue is the value of AWS::NoValue: the property is absent.
type noValue struct{}

// resolver evaluates YAML nodes. The result is a string (for every scalar),
// []any, map[string]any, nil or noValue.
type resolver struct {
	doc    document
	values map[string]string // of parameters, over their defaults
	region string
	// deciding holds the conditions under evaluation, to detect cycles.
	deciding []string
}

func (r *resolver) eval(n *yaml.Node) (any, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if name, arg, ok := intrinsic(n); ok {
		return r.call(name, arg)
	}
	switch n.Kind {
	case yaml.SequenceNode:
		return r.list(n)
	case yaml.MappingNode:
		return r.mapping(n)
	}
	if n.Tag == "!!null" {
		return nil, nil
	}
	return n.Value, nil
}

func (r *resolver) list(n *yaml.Node) (any, error) {
	out := []any{}
	for _, element := range n.Content {
		v, err := r.eval(element)
		if err != nil {
			return nil, err
		}
		if v != (noValue{}) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (r *resolver) mapping(n *yaml.Node) (any, error) {
	out := map[string]any{}
	for i := 0; i < len(n.Content); i += 2 {
		v, err := r.eval(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		if v != (noValue{}) {
			out[n.Content[i].Value] = v
		}
	}
	return out, nil
}

// text evaluates n to a string.
func (r *resolver) text(n *yaml.Node) (string, error) {
	v, err := r.eval(n)
	if err != nil {
		return "", err
	}
	s, ok := v.(string)
	if !ok {
		return "", errors.New("is not text")
	}
	return s, nil
}

// texts evaluates n to a list of strings. A single string is a list of one.
func (r *resolver) texts(n *yaml.Node) ([]string, error) {
	v, err := r.eval(n)
	if err != nil {
		return nil, err
	}
	if s, ok := v.(string); ok {
		return []string{s}, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("is not a list")
	}
	out := make([]string, 0, len(list))
	for _, element := range list {
		s, ok := element.(string)
		if !ok {
			return nil, errors.New("is not a list of text")
		}
		out = append(out, s)
	}
	return out, nil
}

// call evaluates an intrinsic function.
func (r *resolver) call(name string, arg *yaml.Node) (any, error) {
	switch name {
	case "Ref":
		return r.ref(arg.Value)
	case "Fn::GetAtt":
		return r.getAtt(arg)
	case "Fn::Sub":
		return r.sub(arg)
	case "Fn::If":
		return r.choose(arg)
	case "Fn::Join":
		return r.join(arg)
	case "Fn::Split":
		return r.split(arg)
	case "Fn::Select":
		return r.selectOne(arg)
	case "Fn::FindInMap":
		return r.findInMap(arg)
	case "Fn::Base64":
		s, err := r.text(arg)
		return base64.StdEncoding.EncodeToString([]byte(s)), err
	}
	return nil, fmt.Errorf("%s is known only in AWS", name)
}

// arguments returns the n arguments of an intrinsic function.
func arguments(name string, arg *yaml.Node, n int) ([]*yaml.Node, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) != n {
		return nil, fmt.Errorf("%s needs a list of %d", name, n)
	}
	return arg.Content, nil
}

func (r *resolver) join(arg *yaml.Node) (any, error) {
	args, err := arguments("Fn::Join", arg, 2)
	if err != nil {
		return nil, err
	}
	list, err := r.texts(args[1])
	if err != nil {
		return nil, fmt.Errorf("Fn::Join: %w", err)
	}
	return strings.Join(list, args[0].Value), nil
}

func (r *resolver) split(arg *yaml.Node) (any, error) {
	args, err := arguments("Fn::Split", arg, 2)
	if err != nil {
		return nil, err
	}
	s, err := r.text(args[1])
	if err != nil {
		return nil, fmt.Errorf("Fn::Split: %w", err)
	}
	return toAnys(strings.Split(s, args[0].Value)), nil
}

func toAnys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func (r *resolver) selectOne(arg *yaml.Node) (any, error) {
	args, err := arguments("Fn::Select", arg, 2)
	if err != nil {
		return nil, err
	}
	index, err := r.text(args[0])
	if err != nil {
		return nil, fmt.Errorf("Fn::Select: %w", err)
	}
	list, err := r.texts(args[1])
	if err != nil {
		return nil, fmt.Errorf("Fn::Select: %w", err)
	}
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(list) {
		return nil, fmt.Errorf("Fn::Select: no element %s in a list of %d", index, len(list))
	}
	return list[i], nil
}

func (r *resolver) findInMap(arg *yaml.Node) (any, error) {
	args, err := arguments("Fn::FindInMap", arg, 3)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(args))
	for i, a := range args {
		if keys[i], err = r.text(a); err != nil {
			return nil, fmt.Errorf("Fn::FindInMap: %w", err)
		}
	}
	v, ok := r.doc.Mappings[keys[0]][keys[1]][keys[2]]
	if !ok {
		return nil, fmt.Errorf("Fn::FindInMap: no %s", strings.Join(keys, "."))
	}
	return r.eval(v.node)
}

func (r *resolver) getAtt(arg *yaml.Node) (any, error) {
	if arg.Kind == yaml.SequenceNode && len(arg.Content) == 2 {
		return r.attribute(arg.Content[0].Value, arg.Content[1].Value)
	}
	id, attribute, ok := strings.Cut(arg.Value, ".")
	if arg.Kind != yaml.ScalarNode || !ok {
		return nil, errors.New("Fn::GetAtt needs a resource and an attribute")
	}
	return r.attribute(id, attribute)
}
