package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// selection is a route selection expression: the texts of its parts, joined,
// are a message's route key. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html.
type selection []part

// part is static text, or the path of a field in the message's JSON body.
type part struct {
	text string
	path []string
}

const bodyPrefix = "request.body."

// parseSelection reads "$request.body.a.b", or any mixture of static text and
// "${request.body.a}". In static text "\$" is a dollar sign.
func parseSelection(expression string) (selection, error) {
	if expression == "" {
		return nil, fmt.Errorf("route selection expression is empty")
	}
	if rest, ok := strings.CutPrefix(expression, "$"+bodyPrefix); ok {
		p, err := bodyPart(rest)
		return selection{p}, err
	}
	var s selection
	for rest := expression; rest != ""; {
		p, tail, err := nextPart(rest)
		if err != nil {
			return nil, fmt.Errorf("route selection expression %q: %w", expression, err)
		}
		s, rest = append(s, p), tail
	}
	return s, nil
}

func nextPart(s string) (part, string, error) {
	if tail, ok := strings.CutPrefix(s, `\$`); ok {
		return part{text: "$"}, tail, nil
	}
	if inner, ok := strings.CutPrefix(s, "${"+bodyPrefix); ok {
		path, tail, closed := strings.Cut(inner, "}")
		if !closed {
			return part{}, "", fmt.Errorf("no } after ${")
		}
		p, err := bodyPart(path)
		return p, tail, err
	}
	i := strings.IndexAny(s, `$\`)
	if i == 0 {
		return part{}, "", fmt.Errorf("%q is not understood", s)
	}
	if i < 0 {
		i = len(s)
	}
	return part{text: s[:i]}, s[i:], nil
}

func bodyPart(path string) (part, error) {
	names := strings.Split(path, ".")
	for _, name := range names {
		if name == "" || strings.ContainsAny(name, "$[]{}*@ ") {
			return part{}, fmt.Errorf("%q is not a path of fields", path)
		}
	}
	return part{path: names}, nil
}

// key returns the route key that body selects. An absent field is the empty
// text, and so is every field of a body that is not JSON.
func (s selection) key(body []byte) string {
	if len(s) == 1 {
		return s[0].of(body)
	}
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.of(body))
	}
	return b.String()
}

func (p part) of(body []byte) string {
	if p.path == nil {
		return p.text
	}
	value := json.RawMessage(body)
	for _, name := range p.path {
		var members map[string]json.RawMessage
		if json.Unmarshal(value, &members) != nil {
			return ""
		}
		value = members[name]
	}
	return stringified(value)
}

// stringified returns a string's own text, "" for null, and JSON for other
// values.
func stringified(value json.RawMessage) string {
	var s *string
	if len(value) == 0 {
		return ""
	}
	if json.Unmarshal(value, &s) == nil {
		if s == nil {
			return ""
		}
		return *s
	}
	var compact bytes.Buffer
	if json.Compact(&compact, value) != nil {
		return ""
	}
	return compact.String()
}
