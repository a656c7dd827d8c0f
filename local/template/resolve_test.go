package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/local/template"
)

// resolving returns a template with one function. Its variable V has the
// expression as its value.
func resolving(expression string) []byte {
	return fmt.Appendf(nil, `
Parameters:
  Stage: {Type: String, Default: dev}
  Bare: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: "a, b,c"}
Mappings: {Sizes: {dev: {rows: "10"}, prod: {rows: "900"}}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: {"Fn::And": [{Condition: IsProd}, {Condition: IsDev}]}
  Either: !Or [!Condition IsProd, !Condition IsDev]
  AllTrue: !And [!Condition IsDev, !Condition IsDev]
  NoneTrue: !Or [!Condition IsProd, !Condition IsProd]
  Loop: !Not [!Condition Loop]
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Environment: {Variables: {V: %s}}}
  Api: {Type: "AWS::Serverless::WebSocketApi", Properties: {StageName: ws, RouteSelectionExpression: $request.body.a, Routes: {a: {FunctionArn: !GetAtt F.Arn}}}}
  Http: {Type: "AWS::Serverless::HttpApi"}
  Rows: {Type: "AWS::DynamoDB::Table", Properties: {TableName: !Sub "rows-${Stage}", KeySchema: [{AttributeName: id, KeyType: HASH}], AttributeDefinitions: [{AttributeName: id, AttributeType: S}]}}
  Simple: {Type: "AWS::Serverless::SimpleTable"}
`, expression)
}

func TestIntrinsicsResolve(t *testing.T) {
	tests := []struct{ name, expression, want string }{
		{"text", `plain`, "plain"},
		{"number", `7`, "7"},
		{"truth", `true`, "true"},
		{"null", `null`, ""},
		{"Ref of a parameter", `!Ref Stage`, "dev"},
		{"long Ref", `{Ref: Stage}`, "dev"},
		{"Ref of a function", `!Ref F`, "F"},
		{"Ref of a named table", `!Ref Rows`, "rows-dev"},
		{"Ref of SAM's table", `!Ref Simple`, "Simple"},
		{"Ref of an API", `!Ref Api`, "Api"},
		{"Ref of an API's stage", `!Ref Api.Stage`, "ws"},
		{"pseudo parameters", `!Sub "${AWS::Region} ${AWS::AccountId} ${AWS::Partition} ${AWS::URLSuffix} ${AWS::StackName}"`, "us-east-1 000000000000 aws amazonaws.com local"},
		{"GetAtt Arn of a function", `!GetAtt F.Arn`, "arn:aws:lambda:us-east-1:000000000000:function:F"},
		{"GetAtt as a list", `{"Fn::GetAtt": [Rows, Arn]}`, "arn:aws:dynamodb:us-east-1:000000000000:table/rows-dev"},
		{"endpoint of a WebSocket API", `!GetAtt Api.ApiEndpoint`, "wss://Api.execute-api.us-east-1.amazonaws.com"},
		{"endpoint of an HTTP API", `!GetAtt Http.ApiEndpoint`, "https://Http.execute-api.us-east-1.amazonaws.com"},
		{"Sub", `!Sub "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/${Api.Stage}"`, "https://Api.execute-api.us-east-1.amazonaws.com/ws"},
		{"Sub with a map", `!Sub ["${A}-${Stage}", {A: !Ref Rows}]`, "rows-dev-dev"},
		{"Sub with a literal", `!Sub "${!Stage}"`, "${Stage}"},
		{"Join", `!Join ["/", [a, !Ref Stage, b]]`, "a/dev/b"},
		{"Join of a list parameter", `!Join ["+", !Ref Zones]`, "a+b+c"},
		{"Join leaves NoValue out", `!Join ["+", [a, !Ref "AWS::NoValue", b]]`, "a+b"},
		{"Select and Split", `!Select [1, !Split ["-", "x-y-z"]]`, "y"},
		{"FindInMap", `!FindInMap [Sizes, !Ref Stage, rows]`, "10"},
		{"Base64", `{"Fn::Base64": abc}`, "YWJj"},
		{"If", `!If [IsProd, yes, no-sir]`, "no-sir"},
		{"If takes the other branch's unknowns", `!If [IsDev, fine, !ImportValue x]`, "fine"},
		{"And", `!If [Both, a, b]`, "b"},
		{"Or", `!If [Either, a, b]`, "a"},
		{"And of what is true", `!If [AllTrue, a, b]`, "a"},
		{"Or of what is false", `!If [NoneTrue, a, b]`, "b"},
		{"If of a long form", `{"Fn::If": [IsDev, {Ref: Stage}, x]}`, "dev"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := template.Parse(resolving(test.expression), template.Options{Parameters: map[string]string{"Bare": "b"}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]string{"V": test.want}, got.Functions["F"].Environment); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatOnlyAWSKnowsIsNamedWithItsReason(t *testing.T) {
	tests := []struct{ name, expression, want string }{
		{"another stack's value", `!ImportValue x`, "Fn::ImportValue is known only in AWS"},
		{"an attribute", `!GetAtt Rows.StreamArn`, "StreamArn of Rows is known only in AWS"},
		{"a parameter without a value", `!Ref Bare`, "parameter Bare has no default and was given no value"},
		{"a misspelt name", `!Sub "${Row}"`, "nothing in this template is called Row"},
		{"no key", `!FindInMap [Sizes, none, rows]`, "Fn::FindInMap: no Sizes.none.rows"},
		{"out of range", `!Select [3, !Ref Zones]`, "Fn::Select: no element 3 in a list of 3"},
		{"a list", `!Ref Zones`, "is not text"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := template.Parse(resolving(test.expression), template.Options{})
			if err != nil {
				t.Fatal(err)
			}
			f := got.Functions["F"]
			if len(f.Environment) != 0 || f.Unresolved["V"] != test.want {
				t.Errorf("environment %v, unresolved %v, want %q", f.Environment, f.Unresolved, test.want)
			}
		})
	}
}

func TestAFunctionsOwnVariableHidesTheGlobalOne(t *testing.T) {
	const text = `
Globals: {Function: {Environment: {Variables: {A: !ImportValue x, B: global}}}}
Resources: {F: {Type: AWS::Serverless::Function, Properties: {Environment: {Variables: {A: own, B: !ImportValue x}}}}}
`
	got, err := template.Parse([]byte(text), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := got.Functions["F"]
	if diff := cmp.Diff(map[string]string{"A": "own"}, f.Environment); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"B": "Fn::ImportValue is known only in AWS"}, f.Unresolved); diff != "" {
		t.Errorf("unresolved (-want +got):\n%s", diff)
	}
}

func TestParametersDecide(t *testing.T) {
	const text = `
Parameters: {Stage: {Default: dev}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Always: {Type: AWS::Serverless::Function, Properties: {MemorySize: !If [IsProd, 1024, !Ref "AWS::NoValue"]}}
  Sometimes: {Type: AWS::Serverless::Function, Condition: IsProd}
`
	for stage, want := range map[string]map[string]int{
		"dev":  {"Always": 128},
		"prod": {"Always": 1024, "Sometimes": 128},
	} {
		got, err := template.Parse([]byte(text), template.Options{Parameters: map[string]string{"Stage": stage}})
		if err != nil {
			t.Fatal(err)
		}
		memory := map[string]int{}
		for id, f := range got.Functions {
			memory[id] = f.MemoryMB
		}
		if diff := cmp.Diff(want, memory); diff != "" {
			t.Errorf("%s (-want +got):\n%s", stage, diff)
		}
	}
}

func TestConditionsThatCannotBeDecidedAreProblems(t *testing.T) {
	tests := []struct{ name, template, want string }{
		{"unknown", "Resources: {F: {Type: AWS::Serverless::Function, Condition: No}}", "F.Condition: no condition No"},
		{"circular", "Conditions: {A: !Not [!Condition A]}\nResources: {F: {Type: AWS::Serverless::Function, Condition: A}}", "condition A depends on itself"},
		{"no function", "Conditions: {A: yes}\nResources: {F: {Type: AWS::Serverless::Function, Condition: A}}", "condition A: is not a condition function"},
		{"in a property", "Resources: {F: {Type: AWS::Serverless::Function, Properties: {Timeout: !If [No, 1, 2]}}}", "F.Properties: no condition No"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := template.Parse([]byte(test.template), template.Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

func TestAnUnknownParameterIsAProblem(t *testing.T) {
	_, err := template.Parse([]byte("Resources: {F: {Type: AWS::Serverless::Function}}"), template.Options{Parameters: map[string]string{"Stgae": "x"}})
	if err == nil || !strings.Contains(err.Error(), "parameter Stgae: the template has no parameter of this name") {
		t.Errorf("error %v", err)
	}
}
