package template

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// sub evaluates Fn::Sub: ${Name}, ${Name.Attribute}, ${!literal}, and the names
// of its own map.
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
