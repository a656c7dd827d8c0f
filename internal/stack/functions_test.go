package stack

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"projectchat/internal/compose"
)

var functionRules = []rule{
	{"functions", functions},
	{"roles", roles},
}

// codeRules compare the template with the functions' code.
var codeRules = []rule{
	{"programs", mains},
	{"rights", rights},
	{"the boundary covers the roles", covered},
}

// functionsOf returns the logical ids of the functions in a template as it is
// written.
func functionsOf(s *stack) []string {
	return slices.Sorted(maps.Keys(resources(s.source, "AWS::Serverless::Function")))
}

// mains: each function has its program in functions/, by its name, and each
// program there is a function. The Makefile builds them by the same names.
func mains(s *stack, _ map[string]any) []string {
	declared, written := map[string]bool{}, map[string]bool{}
	for _, id := range functionsOf(s) {
		declared[compose.Folder(id)] = true
	}
	folders, err := filepath.Glob(filepath.Join(s.code.root, "functions", "*", "main.go"))
	if err != nil {
		return []string{err.Error()}
	}
	for _, main := range folders {
		written[filepath.Base(filepath.Dir(main))] = true
	}
	return difference("program in functions", written, declared)
}

// functions: each has the settings that its code needs, and nothing else calls
// it.
func functions(_ *stack, doc map[string]any) []string {
	environment := `{"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI":{"Fn::Sub":"https://${WsApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/ws"},` +
		`"AWS_ENDPOINT_URL_DYNAMODB":"","METRICS_NAMESPACE":{"Fn::Sub":"ProjectChat/${AWS::StackName}"},"RETENTION_DAYS":{"Ref":"RetentionDays"},"TABLE_NAME":{"Ref":"Table"}}`
	problems := each(resources(doc, "AWS::Lambda::Function"), func(id string, r any) []string {
		p := at(r, "Properties")
		out := slices.Concat(
			want(id+" runtime", at(p, "Runtime"), `"provided.al2023"`),
			want(id+" handler", at(p, "Handler"), `"bootstrap"`),
			want(id+" processor", at(p, "Architectures"), `[{"Ref":"Arch"}]`),
			want(id+" tracing", at(p, "TracingConfig"), `{"Mode":"Active"}`),
			want(id+" log", at(p, "LoggingConfig"), `{"LogFormat":"JSON","LogGroup":{"Ref":"FunctionLogs"}}`),
			want(id+" concurrency", at(p, "ReservedConcurrentExecutions"), `{"Fn::If":["HasReservedConcurrency",{"Ref":"ReservedConcurrency"},{"Ref":"AWS::NoValue"}]}`),
			want(id+" environment", at(p, "Environment", "Variables"), environment),
			want(id+" role", at(p, "Role"), `{"Fn::GetAtt":["`+id+`Role","Arn"]}`),
		)
		if seconds, _ := at(p, "Timeout").(float64); seconds < 1 || seconds > 10 {
			out = append(out, fmt.Sprintf("%s may run for %v s", id, seconds))
		}
		if mb, _ := at(p, "MemorySize").(float64); mb < 256 {
			out = append(out, fmt.Sprintf("%s has %v MB", id, mb))
		}
		return out
	})
	for _, open := range []string{"AWS::Lambda::Url", "AWS::Lambda::LayerVersion"} {
		problems = append(problems, want(open, len(resources(doc, open)), `0`)...)
	}
	return problems
}

// roles: each function has a role of its own that names what it may do.
func roles(_ *stack, doc map[string]any) []string {
	return each(resources(doc, "AWS::IAM::Role"), func(id string, r any) []string {
		p := at(r, "Properties")
		problems := slices.Concat(
			want(id+" boundary", at(p, "PermissionsBoundary"), `{"Ref":"Boundary"}`),
			want(id+" trusts", at(p, "AssumeRolePolicyDocument", "Statement"), `[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]}}]`),
			want(id+" has", at(p, "ManagedPolicyArns"), `["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole","arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"]`),
		)
		for _, s := range statements(at(p, "Policies")) {
			problems = append(problems, loose(id, s)...)
		}
		return problems
	})
}

// statements returns the statements of a function's policies, or of a role's.
func statements(policies any) (out []any) {
	for _, policy := range list(policies) {
		if document := at(policy, "PolicyDocument"); document != nil {
			policy = document
		}
		out = append(out, list(at(policy, "Statement"))...)
	}
	return out
}

// loose describes what makes a statement allow more than it names.
func loose(id string, s any) (problems []string) {
	where := fmt.Sprintf("%s %v", id, at(s, "Sid"))
	for _, action := range list(at(s, "Action")) {
		name := fmt.Sprint(action)
		if strings.Contains(name, "*") {
			problems = append(problems, where+" allows "+name)
		}
		if !strings.HasPrefix(name, "dynamodb:") {
			continue
		}
		problems = append(problems, want(where+" resource", at(s, "Resource"), `{"Fn::GetAtt":["Table","Arn"]}`)...)
		// ForAllValues is true where there are no keys at all, as in a Scan.
		problems = append(problems, want(where+" without keys", at(s, "Condition", "Null"), `{"dynamodb:LeadingKeys":"false"}`)...)
	}
	for _, resource := range list(at(s, "Resource")) {
		if js(resource) == `"*"` {
			problems = append(problems, where+" is about everything")
		}
	}
	return problems
}

// grants returns the rights that statements give, in the words of
// [codebase.needs].
func grants(statements []any) map[string]bool {
	out := map[string]bool{}
	for _, s := range statements {
		for _, action := range list(at(s, "Action")) {
			if action == "execute-api:ManageConnections" {
				for _, resource := range list(at(s, "Resource")) {
					arn := fmt.Sprint(at(resource, "Fn::Sub"))
					verb := strings.TrimSuffix(arn[strings.Index(arn, "${WsApi}/ws/")+len("${WsApi}/ws/"):], "/@connections/*")
					out[fmt.Sprint(action, " ", verb)] = true
				}
				continue
			}
			for _, key := range list(at(s, "Condition", "ForAllValues:StringLike", "dynamodb:LeadingKeys")) {
				out[fmt.Sprint(action, " ", key)] = true
			}
		}
	}
	return out
}

// rights: each function has the rights that its code can use, on the rows that
// it can use, and no others.
func rights(s *stack, _ map[string]any) (problems []string) {
	for _, id := range functionsOf(s) {
		needs, err := s.code.needs(id)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", id, err))
			continue
		}
		needed := map[string]bool{}
		for _, need := range needs {
			needed[need] = true
		}
		policies := at(s.source, "Resources", id, "Properties", "Policies")
		for _, problem := range difference("right", grants(statements(policies)), needed) {
			problems = append(problems, id+": "+problem)
		}
	}
	return problems
}

// TestEveryFunctionIsComposed: a laptop and the lab have the functions that the
// template has.
func TestEveryFunctionIsComposed(t *testing.T) {
	var composed []string
	for folder := range compose.Functions() {
		composed = append(composed, compose.LogicalID(folder))
	}
	slices.Sort(composed)
	if declared := functionsOf(whole(t)); !slices.Equal(composed, declared) {
		t.Errorf("compose.Functions has %v, template.yaml %v", composed, declared)
	}
}
