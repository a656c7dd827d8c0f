package samtemplate

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// account is what stands for an AWS account's number.
const account = "000000000000"

// noValue is the value of AWS::NoValue: the property is not there.
type noValue struct{}

// resolver gives values their meaning. What it resolves to is a string (all
// scalars are text), []any, map[string]any, nil or noValue.
type resolver struct {
	doc    document
	values map[string]string // of parameters, over their defaults
	region string
	// deciding are the conditions being decided, so that a cycle is noticed.
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

// text resolves n to a string.
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

// texts resolves n to a list of strings; one string is a list of one.
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

// call calls an intrinsic function.
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

// arguments checks how many there are.
func arguments(name string, arg *yaml.Node, n int) ([]*yaml.Node, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) != n {
		return nil, fmt.Errorf("%s needs a list of %d", name, n)
	}
	return arg.Content, nil
}

func (r *resolver) choose(arg *yaml.Node) (any, error) {
	branch, err := r.branch(arg)
	if err != nil {
		return nil, err
	}
	return r.eval(branch)
}

// branch is the branch of a Fn::If that is taken.
func (r *resolver) branch(arg *yaml.Node) (*yaml.Node, error) {
	args, err := arguments("Fn::If", arg, 3)
	if err != nil {
		return nil, err
	}
	yes, err := r.condition(args[0].Value)
	if err != nil {
		return nil, err
	}
	if yes {
		return args[1], nil
	}
	return args[2], nil
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
	return anys(strings.Split(s, args[0].Value)), nil
}

func anys(list []string) []any {
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

// sub resolves Fn::Sub: ${Name}, ${Name.Attribute}, ${!literal}, and names of
// its own map.
func (r *resolver) sub(arg *yaml.Node) (any, error) {
	format, own := arg, map[string]any{}
	if arg.Kind == yaml.SequenceNode {
		args, err := arguments("Fn::Sub", arg, 2)
		if err != nil {
			return nil, err
		}
		v, err := r.eval(args[1])
		if err != nil {
			return nil, err
		}
		format = args[0]
		own, _ = v.(map[string]any)
	}
	var out strings.Builder
	for rest := format.Value; ; {
		before, after, found := strings.Cut(rest, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return nil, errors.New("Fn::Sub: no } after ${")
		}
		s, err := r.substitute(strings.TrimSpace(name), own)
		if err != nil {
			return nil, err
		}
		out.WriteString(s)
		rest = tail
	}
}

func (r *resolver) substitute(name string, own map[string]any) (string, error) {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", nil
	}
	v, ok := own[name]
	if !ok {
		var err error
		if id, attribute, dotted := strings.Cut(name, "."); dotted {
			v, err = r.attribute(id, attribute)
		} else {
			v, err = r.ref(name)
		}
		if err != nil {
			return "", err
		}
	}
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("Fn::Sub: ${%s} is not text", name)
	}
	return s, nil
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

// condition decides a condition by name.
func (r *resolver) condition(name string) (bool, error) {
	v, ok := r.doc.Conditions[name]
	if !ok {
		return false, fmt.Errorf("no condition %s", name)
	}
	if slices.Contains(r.deciding, name) {
		return false, fmt.Errorf("condition %s depends on itself", name)
	}
	r.deciding = append(r.deciding, name)
	defer func() { r.deciding = r.deciding[:len(r.deciding)-1] }()
	yes, err := r.decide(v.node)
	if err != nil {
		return false, fmt.Errorf("condition %s: %w", name, err)
	}
	return yes, nil
}

func (r *resolver) decide(n *yaml.Node) (bool, error) {
	name, arg, ok := intrinsic(n)
	if !ok {
		return false, errors.New("is not a condition function")
	}
	switch name {
	case "Condition":
		return r.condition(arg.Value)
	case "Fn::Equals":
		return r.equals(arg)
	case "Fn::Not":
		args, err := arguments(name, arg, 1)
		if err != nil {
			return false, err
		}
		yes, err := r.decide(args[0])
		return !yes, err
	case "Fn::And", "Fn::Or":
		return r.decideAll(arg, name == "Fn::And")
	}
	return false, fmt.Errorf("%s is not a condition function", name)
}

func (r *resolver) equals(arg *yaml.Node) (bool, error) {
	args, err := arguments("Fn::Equals", arg, 2)
	if err != nil {
		return false, err
	}
	a, err := r.text(args[0])
	if err != nil {
		return false, err
	}
	b, err := r.text(args[1])
	return a == b, err
}

// decideAll is And of all with every true, Or with every false.
func (r *resolver) decideAll(arg *yaml.Node, every bool) (bool, error) {
	for _, n := range arg.Content {
		yes, err := r.decide(n)
		if err != nil {
			return false, err
		}
		if yes != every {
			return !every, nil
		}
	}
	return every, nil
}

// prune returns n with every Fn::If replaced by the branch that is taken, and
// without what is AWS::NoValue then. All else stays as it is, so that what
// nobody reads need not be known.
func (r *resolver) prune(n *yaml.Node) (*yaml.Node, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	name, arg, ok := intrinsic(n)
	if ok && name == "Fn::If" {
		branch, err := r.branch(arg)
		if err != nil {
			return nil, err
		}
		return r.prune(branch)
	}
	if ok && name == "Ref" && arg.Value == "AWS::NoValue" {
		return nil, nil
	}
	out := *n
	out.Content = nil
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i+step <= len(n.Content); i += step {
		child, err := r.prune(n.Content[i+step-1])
		if err != nil {
			return nil, err
		}
		if child != nil {
			out.Content = append(append(out.Content, n.Content[i:i+step-1]...), child)
		}
	}
	return &out, nil
}
