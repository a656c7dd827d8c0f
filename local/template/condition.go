package template

import (
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

func (r *resolver) choose(arg *yaml.Node) (any, error) {
	branch, err := r.branch(arg)
	if err != nil {
		return nil, err
	}
	return r.eval(branch)
}

// branch returns the branch of a Fn::If that its condition selects.
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

// condition evaluates a condition by its name.
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

// decideAll is Fn::And if every is true, else Fn::Or.
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

// prune returns n with every Fn::If replaced by the selected branch, and
// without the values that are then AWS::NoValue. It leaves everything else
// unresolved: a property that nobody reads may have a value that is not known
// here.
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
