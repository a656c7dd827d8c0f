package samtemplate

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// value is a property whose meaning is decided later: a literal, or one of
// CloudFormation's intrinsic functions in its short form (!Ref X) or its long
// one ({Ref: X}). Decoding it never fails, so that errors can name the property.
type value struct {
	node *yaml.Node
}

// UnmarshalYAML keeps the node as it is.
func (v *value) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	v.node = node
	return nil
}

func (v value) absent() bool { return v.node == nil || v.node.Tag == "!!null" }

// literal is the text of a scalar without an intrinsic.
func (v value) literal() (string, bool) {
	if v.absent() || v.node.Kind != yaml.ScalarNode || !strings.HasPrefix(v.node.ShortTag(), "!!") {
		return "", false
	}
	return v.node.Value, true
}

// ref is X of a Ref to X.
func (v value) ref() (string, bool) {
	arg, ok := v.intrinsic("!Ref", "Ref")
	if !ok || arg.Kind != yaml.ScalarNode {
		return "", false
	}
	return arg.Value, true
}

// attribute is X of !GetAtt X.name, in any of its spellings, !Sub ${X.name}
// included.
func (v value) attribute(name string) (string, bool) {
	if arg, ok := v.intrinsic("!GetAtt", "Fn::GetAtt"); ok {
		return getAtt(arg, name)
	}
	arg, ok := v.intrinsic("!Sub", "Fn::Sub")
	if !ok || arg.Kind != yaml.ScalarNode {
		return "", false
	}
	inner, ok := strings.CutPrefix(arg.Value, "${")
	if !ok {
		return "", false
	}
	return trimAttribute(inner, "."+name+"}")
}

func getAtt(arg *yaml.Node, name string) (string, bool) {
	if arg.Kind == yaml.SequenceNode && len(arg.Content) == 2 {
		return arg.Content[0].Value, arg.Content[1].Value == name
	}
	if arg.Kind != yaml.ScalarNode {
		return "", false
	}
	return trimAttribute(arg.Value, "."+name)
}

func trimAttribute(s, suffix string) (string, bool) {
	id, ok := strings.CutSuffix(s, suffix)
	return id, ok && id != "" && !strings.ContainsAny(id, ".${}")
}

// intrinsic is the argument of the function, short or long.
func (v value) intrinsic(short, long string) (*yaml.Node, bool) {
	if v.absent() {
		return nil, false
	}
	if v.node.Tag == short {
		return v.node, true
	}
	if v.node.Kind == yaml.MappingNode && len(v.node.Content) == 2 && v.node.Content[0].Value == long {
		return v.node.Content[1], true
	}
	return nil, false
}
