package template

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// value is a property that is evaluated later: a literal, or one of
// CloudFormation's intrinsic functions in its short form (!Ref X) or its long
// form ({Ref: X}). Decoding it never fails, so errors can name the property.
type value struct {
	node *yaml.Node
}

// UnmarshalYAML stores the node unchanged.
func (v *value) UnmarshalYAML(node *yaml.Node) error {
	v.node = node
	return nil
}

func (v value) absent() bool { return v.node == nil || v.node.Tag == "!!null" }

// ref returns X for a Ref to X.
func (v value) ref() (string, bool) {
	if v.absent() {
		return "", false
	}
	name, arg, ok := intrinsic(v.node)
	if !ok || name != "Ref" || arg.Kind != yaml.ScalarNode {
		return "", false
	}
	return arg.Value, true
}

// intrinsic splits a call of an intrinsic function into name and argument.
// Short and long forms have the same name: "Ref", "Condition" or "Fn::…".
func intrinsic(n *yaml.Node) (name string, arg *yaml.Node, ok bool) {
	if short, found := strings.CutPrefix(n.Tag, "!"); found && !strings.HasPrefix(short, "!") && short != "" {
		plain := *n
		plain.Tag = map[yaml.Kind]string{yaml.SequenceNode: "!!seq", yaml.MappingNode: "!!map"}[n.Kind]
		if n.Kind == yaml.ScalarNode {
			plain.Tag = "!!str"
		}
		return longName(short), &plain, true
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return "", nil, false
	}
	name, arg = n.Content[0].Value, n.Content[1]
	isCondition := name == "Condition" && arg.Kind == yaml.ScalarNode
	return name, arg, name == "Ref" || isCondition || strings.HasPrefix(name, "Fn::")
}

func longName(short string) string {
	if short == "Ref" || short == "Condition" {
		return short
	}
	return "Fn::" + short
}
