// Package stack checks template.yaml and ops.yaml against rules that no scanner
// knows. It checks both as they are written, and template.yaml also as
// CloudFormation gets it after SAM's transform. Planted faults show that each
// rule can fail.
package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// here is the functions' code in the repository.
var here = newCodebase("../..")

// stack is the two templates, with intrinsic functions in their long form.
type stack struct {
	text   string
	source map[string]any
	// ops is ops.yaml; resources for each function stand in it once.
	ops map[string]any
	// code is the code that the template deploys.
	code *codebase
	// made is the output of SAM; nil if SAM is not at hand.
	made map[string]any
}

// parse reads the templates as they are written.
func parse(t *testing.T, text, ops string) *stack {
	t.Helper()
	s := &stack{text: text, source: parseOne(t, text), ops: parseOne(t, ops), code: here}
	all, _ := s.ops["Resources"].(map[string]any)
	for id, loop := range all {
		if !strings.HasPrefix(id, "Fn::ForEach::") {
			continue
		}
		delete(all, id)
		body, _ := at(loop, "2").(map[string]any)
		if js(at(loop, "1")) == `{"Ref":"Functions"}` {
			maps.Copy(all, body)
		}
	}
	return s
}

func parseOne(t *testing.T, text string) map[string]any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return value(doc.Content[0]).(map[string]any)
}

// value returns a YAML node as JSON would have it: !Ref x becomes {"Ref": "x"}.
func value(n *yaml.Node) any {
	plain := plainValue(n)
	name, ok := strings.CutPrefix(n.Tag, "!")
	if !ok || strings.HasPrefix(name, "!") {
		return plain
	}
	switch name {
	case "Ref", "Condition":
	case "GetAtt":
		id, attribute, _ := strings.Cut(n.Value, ".")
		return map[string]any{"Fn::GetAtt": []any{id, attribute}}
	default:
		name = "Fn::" + name
	}
	return map[string]any{name: plain}
}

func plainValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			out[n.Content[i].Value] = value(n.Content[i+1])
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, element := range n.Content {
			out = append(out, value(element))
		}
		return out
	}
	switch n.Tag {
	case "!!int", "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	case "!!bool":
		return n.Value == "true"
	}
	return n.Value
}

// transform runs SAM's transform on templates, all in one process, because its
// start takes longest. SAM_PYTHON names the Python that has SAM.
func transform(t *testing.T, stacks ...*stack) {
	t.Helper()
	python := os.Getenv("SAM_PYTHON")
	if python == "" {
		t.Skip("SAM_PYTHON is not set; `make test-template` installs SAM and runs this test")
	}
	texts := []string{}
	for _, s := range stacks {
		texts = append(texts, s.text)
	}
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/transform.py")
	cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION=us-east-1")
	var complaints bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &complaints)
	}
	made := []map[string]any{}
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatal(err)
	}
	for i, s := range stacks {
		s.made = made[i]
	}
}

// resources returns the resources of a type, by logical id.
func resources(doc map[string]any, kind string) map[string]any {
	found := map[string]any{}
	all, _ := doc["Resources"].(map[string]any)
	for id, r := range all {
		if at(r, "Type") == kind {
			found[id] = r
		}
	}
	return found
}

// at follows a path of keys and indices; nil where it ends early.
func at(v any, path ...string) any {
	for _, step := range path {
		switch here := v.(type) {
		case map[string]any:
			v = here[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(here) {
				return nil
			}
			v = here[i]
		default:
			return nil
		}
	}
	return v
}

// list returns v as a list: a single value is a list of one, nothing is an
// empty one.
func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// js returns v as JSON with sorted keys: a form in which values can be
// compared.
func js(v any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(out.String())
}

// want describes how a value differs from the wanted one; nil if it does not.
func want(where string, got any, wanted string) []string {
	if js(got) == wanted {
		return nil
	}
	return []string{fmt.Sprintf("%s is %s, want %s", where, js(got), wanted)}
}

// each applies a rule to resources in the order of their ids.
func each(found map[string]any, check func(id string, r any) []string) (problems []string) {
	for _, id := range slices.Sorted(maps.Keys(found)) {
		problems = append(problems, check(id, found[id])...)
	}
	return problems
}

// rule is a condition that must hold for the template.
type rule struct {
	name  string
	check func(s *stack, doc map[string]any) []string
}

// asWritten are rules about resources that SAM does not change: they hold
// before its transform and after it. afterSAM are rules about its output. inOps
// are rules about ops.yaml, and inBoth about either template.
var (
	asWritten = slices.Concat(storeRules, siteRules, logRules, codeRules, inBoth)
	afterSAM  = slices.Concat(gatewayRules, functionRules)
	inOps     = slices.Concat(opsRules, inBoth)
)

// broken returns the problems of a template by the rule that they break.
func broken(s *stack) map[string][]string {
	out := map[string][]string{}
	judge := func(rules []rule, doc map[string]any) {
		for _, r := range rules {
			if problems := r.check(s, doc); len(problems) > 0 {
				out[r.name] = append(out[r.name], problems...)
			}
		}
	}
	judge(asWritten, s.source)
	judge(inOps, s.ops)
	if s.made != nil {
		judge(asWritten, s.made)
		judge(afterSAM, s.made)
	}
	return out
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(here.root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// whole returns the stack as it is in the repository.
func whole(t *testing.T) *stack {
	t.Helper()
	return parse(t, read(t, "template.yaml"), read(t, "ops.yaml"))
}

func report(t *testing.T, s *stack) {
	t.Helper()
	problems := broken(s)
	for _, name := range slices.Sorted(maps.Keys(problems)) {
		for _, problem := range problems[name] {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

func TestTemplateAsWritten(t *testing.T) { report(t, whole(t)) }

func TestTemplateAfterSAM(t *testing.T) {
	s := whole(t)
	transform(t, s)
	report(t, s)
}
