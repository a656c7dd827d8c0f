package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"projectchat/internal/wire"
	"projectchat/local/template"
)

// specificationFiles are the specifications for machines; the first has the
// parts that both share.
var specificationFiles = []string{"asyncapi.yaml", "openapi.yaml"}

// specification is both files.
type specification struct {
	documents map[string]map[string]any
	compiler  *jsonschema.Compiler
}

func readSpecification(t *testing.T) specification {
	t.Helper()
	s := specification{map[string]map[string]any{}, jsonschema.NewCompiler()}
	for _, name := range specificationFiles {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := yaml.Unmarshal(text, &document); err != nil {
			t.Fatal(err)
		}
		s.documents[name] = document
		asJSON, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
		if err == nil {
			err = s.compiler.AddResource("http://chat.test/"+name, resource)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// at returns the object at a path of keys; nil if there is none.
func (s specification) at(file string, path ...string) map[string]any {
	here := s.documents[file]
	for _, key := range path {
		here, _ = here[key].(map[string]any)
	}
	return here
}

// schema finds the schema of a Go type, which has the type's name.
func (s specification) schema(t *testing.T, name string) (file string, schema map[string]any) {
	t.Helper()
	for _, file := range specificationFiles {
		if schema := s.at(file, "components", "schemas", name); schema != nil {
			return file, schema
		}
	}
	t.Fatalf("there is no schema %s", name)
	return "", nil
}

func TestGoldenFramesAreAsSpecified(t *testing.T) {
	s := readSpecification(t)
	for name, zero := range goldens {
		file, _ := s.schema(t, reflect.TypeOf(zero).Name())
		schema, err := s.compiler.Compile("http://chat.test/" + file + "#/components/schemas/" + reflect.TypeOf(zero).Name())
		if err != nil {
			t.Fatal(err)
		}
		frame, err := jsonschema.UnmarshalJSON(bytes.NewReader(readGolden(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(frame); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// members returns the fields of a type; those that may be absent are false.
func members(of reflect.Type) map[string]bool {
	found := map[string]bool{}
	for field := range of.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case strings.Contains(options, "inline"):
			for name, always := range members(field.Type) {
				found[name] = always
			}
		default:
			found[name] = !strings.Contains(options, "omit")
		}
	}
	return found
}

// structs collects a type and all types that it contains.
func structs(of reflect.Type, found map[string]reflect.Type) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		structs(of.Elem(), found)
	case reflect.Struct:
		found[of.Name()] = of
		for field := range of.Fields() {
			structs(field.Type, found)
		}
	}
}

// TestTypesAreAsSpecified: the types and the schemas have the same fields. A
// field that the server always sends is required; in a request it may be
// absent.
func TestTypesAreAsSpecified(t *testing.T) {
	s, found := readSpecification(t), map[string]reflect.Type{}
	for _, zero := range goldens {
		structs(reflect.TypeOf(zero), found)
	}
	delete(found, "Head") // a part of other types
	for name, of := range found {
		_, schema := s.schema(t, name)
		required := map[string]bool{}
		for _, member := range schema["required"].([]any) {
			required[member.(string)] = true
		}
		specified := map[string]bool{}
		for member := range schema["properties"].(map[string]any) {
			specified[member] = required[member]
		}
		want := members(of)
		if closed := schema["additionalProperties"] == false; closed && !required["text"] && want["text"] {
			want["text"] = false // of a deletion
		}
		if diff := cmp.Diff(want, specified); diff != "" {
			t.Errorf("%s (-type +schema, true: required):\n%s", name, diff)
		}
	}
	for _, file := range specificationFiles {
		for name, schema := range s.at(file, "components", "schemas") {
			if object := schema.(map[string]any)["type"] == "object"; object && found[name] == nil {
				t.Errorf("%s: the schema %s is of no type", file, name)
			}
		}
		if got, want := s.at(file, "info")["version"], fmt.Sprintf("%d.%d", wire.Version, wire.Revision); got != want {
			t.Errorf("%s is of version %v, want %s", file, got, want)
		}
	}
}

// TestRoutesAreAsSpecified compares the routes with template.yaml, and whether
// they answer.
func TestRoutesAreAsSpecified(t *testing.T) {
	project, err := template.Load("../../template.yaml", template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := readSpecification(t)
	want, got := map[string]bool{}, map[string]bool{} // true: it answers
	for key, route := range project.WebSocketAPIs[0].Routes {
		if !strings.HasPrefix(key, "$") {
			want[key] = route.TwoWay
		}
	}
	for _, route := range project.HTTPAPIs[0].Routes {
		want[route.Key()] = true
	}
	for name, operation := range s.at("asyncapi.yaml", "operations") {
		if o := operation.(map[string]any); o["action"] == "receive" {
			got[name] = o["reply"] != nil
		}
	}
	for path, methods := range s.at("openapi.yaml", "paths") {
		for method := range methods.(map[string]any) {
			got[strings.ToUpper(method)+" "+path] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-template +specification):\n%s", diff)
	}
}

func TestCodesAreAsSpecified(t *testing.T) {
	source, err := os.ReadFile("../refusal/refusal.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, match := range regexp.MustCompile(`(?m)^\t\w+ +Code = "(\w+)"`).FindAllSubmatch(source, -1) {
		want = append(want, string(match[1]))
	}
	_, code := readSpecification(t).schema(t, "Code")
	var got []string
	for _, value := range code["enum"].([]any) {
		got = append(got, value.(string))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("codes (-list +specification):\n%s", diff)
	}
}

// TestReferencesLeadSomewhere checks the references in both files.
func TestReferencesLeadSomewhere(t *testing.T) {
	s := readSpecification(t)
	for _, file := range specificationFiles {
		for _, to := range references(s.documents[file]) {
			in, path, _ := strings.Cut(to, "#/")
			if in == "" {
				in = file
			}
			if s.at(in, strings.Split(path, "/")...) == nil {
				t.Errorf("%s: nothing is at %s", file, to)
			}
		}
	}
}

func references(value any) (found []string) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if to, ok := inner.(string); ok && key == "$ref" {
				found = append(found, to)
			}
			found = append(found, references(inner)...)
		}
	case []any:
		for _, inner := range v {
			found = append(found, references(inner)...)
		}
	}
	return found
}
