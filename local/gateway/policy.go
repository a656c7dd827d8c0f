package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// verdict is a policy's decision about one action on one resource.
type verdict int

const (
	noMatch verdict = iota
	allowed
	denied
)

// policy is the part of an IAM policy that authorizers use. The gateway cannot
// evaluate a Condition: a statement with one never allows, and always denies.
type policy struct {
	statements []statement
}

type statement struct {
	Effect    string          `json:"Effect"`
	Action    oneOrMany       `json:"Action"`
	Resource  oneOrMany       `json:"Resource"`
	Condition json.RawMessage `json:"Condition"`
}

// oneOrMany is a string or a list of strings.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		*o = make(oneOrMany, 1)
		return json.Unmarshal(b, &(*o)[0])
	}
	return json.Unmarshal(b, (*[]string)(o))
}

// parsePolicy reads a policy document. Its Statement may be one statement or a
// list.
func parsePolicy(document json.RawMessage) (policy, error) {
	var d struct {
		Statement json.RawMessage `json:"Statement"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return policy{}, fmt.Errorf("policyDocument: %w", err)
	}
	list := d.Statement
	if bytes.HasPrefix(list, []byte("{")) {
		list = append(append([]byte("["), list...), ']')
	}
	var p policy
	if err := json.Unmarshal(list, &p.statements); err != nil {
		return policy{}, fmt.Errorf("policyDocument.Statement: %w", err)
	}
	for _, s := range p.statements {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return policy{}, fmt.Errorf("policyDocument has the Effect %q", s.Effect)
		}
	}
	return p, nil
}

// judge evaluates the policy as IAM does: one Deny outweighs every Allow.
func (p policy) judge(action, resource string) verdict {
	v := noMatch
	for _, s := range p.statements {
		switch {
		case !s.matches(action, resource):
		case s.Effect == "Deny":
			return denied
		case len(s.Condition) == 0:
			v = allowed
		}
	}
	return v
}

// matches compares actions without regard to case, and resources exactly.
func (s statement) matches(action, resource string) bool {
	isAction := false
	for _, pattern := range s.Action {
		isAction = isAction || matchesPattern(strings.ToLower(pattern), strings.ToLower(action))
	}
	for _, pattern := range s.Resource {
		if isAction && matchesPattern(pattern, resource) {
			return true
		}
	}
	return false
}

// matchesPattern reports whether s matches a pattern. "*" matches any text,
// including slashes and colons, and "?" one character. The time is bounded by
// the product of the two lengths.
func matchesPattern(pattern, s string) bool {
	p, i, star, from := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p, i = p+1, i+1
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
