package stack

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The price of one more function: its resource with its role, its program, its
// handler.
const (
	fifthFunction = `
  FifthFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties:
`
	fifthRole = `      Policies:
        - Version: '2012-10-17'
          Statement:
            - Sid: TheDirectory
              Effect: Allow
              Action: dynamodb:Query
              Resource: !GetAtt Table.Arn
              Condition:
                ForAllValues:StringLike:
                  dynamodb:LeadingKeys: [ROOMS]
                'Null':
                  dynamodb:LeadingKeys: 'false'
`
	borrowedRole = "      Role: !GetAtt SendFunctionRole.Arn\n"
	fifthRoute   = `      Events:
        ReadFifth: {Type: HttpApi, Properties: {ApiId: !Ref HttpApi, Method: GET, Path: /api/fifth}}
`
	fifthHandler = `package apigw

import "log/slog"

func Fifth(rules Rules, log *slog.Logger) *Function {
	return &Function{log: log, http: map[string]httpRoute{"GET /api/fifth": listRooms(rules.Chat)}}
}
`
)

// copied copies the functions' code and adds files to it.
func copied(t *testing.T, more map[string]string) *codebase {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"functions", "internal"} {
		if err := os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join(here.root, dir))); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range more {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return newCodebase(root)
}

// extended returns the template with one more function with these properties.
func extended(t *testing.T, code *codebase, properties ...string) *stack {
	t.Helper()
	text := read(t, "template.yaml")
	before, after, ok := strings.Cut(text, "\n  HttpApi:\n")
	if !ok {
		t.Fatal("the template's functions are no longer above its HttpApi")
	}
	s := parse(t, before+fifthFunction+strings.Join(properties, "")+"\n  HttpApi:\n"+after, read(t, "ops.yaml"))
	s.code = code
	return s
}

// TestAFifthFunction: one more function costs its resource, role, program and
// handler, and nothing else. The rules find each part that is left out.
func TestAFifthFunction(t *testing.T) {
	program := map[string]string{"functions/fifth/main.go": "package main\n", "internal/apigw/fifth.go": fifthHandler}
	all, programless := copied(t, program), copied(t, map[string]string{"internal/apigw/fifth.go": fifthHandler})
	tests := []struct {
		name  string
		stack *stack
		want  []string // the rules that it breaks
	}{
		{"all of it", extended(t, all, fifthRole, fifthRoute), nil},
		{"no role", extended(t, all, fifthRoute), []string{"rights"}},
		{"another's role", extended(t, all, borrowedRole, fifthRoute), []string{"functions", "rights"}},
		{"no program", extended(t, programless, fifthRole, fifthRoute), []string{"programs"}},
		{"no route", extended(t, all, fifthRole), []string{"permissions", "routes"}},
	}
	made := os.Getenv("SAM_PYTHON") != ""
	if made {
		stacks := []*stack{}
		for _, test := range tests {
			stacks = append(stacks, test.stack)
		}
		transform(t, stacks...)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := slices.DeleteFunc(test.want, func(name string) bool {
				return !made && slices.ContainsFunc(afterSAM, func(r rule) bool { return r.name == name })
			})
			problems := broken(test.stack)
			if got := slices.Sorted(maps.Keys(problems)); !slices.Equal(got, want) {
				t.Errorf("broken are %v, want %v", problems, want)
			}
		})
	}
}
