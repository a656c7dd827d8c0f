package stack

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var logRules = []rule{
	{"logs end", logsEnd},
	{"log rights", logRights},
	{"metrics' namespace", environments},
}

var opsRules = []rule{
	{"wiring", wiring},
	{"alarms", alarms},
	{"metrics of ours", ownMetrics},
	{"dashboard", dashboard},
	{"saved queries", savedQueries},
}

// fromThePerson are the parameters of ops.yaml that the person who deploys
// chooses.
var fromThePerson = []string{"AlarmMail", "MonthlyBudget"}

// wiring: .sam/deploy.sh passes ops.yaml the parameters that it has, each the
// physical id of the resource with its name.
func wiring(s *stack, doc map[string]any) (problems []string) {
	given := literals("../../.sam/deploy.sh", `"(\w+)=\$|(\w+)=\*`)
	script, err := os.ReadFile("../../.sam/deploy.sh")
	if err != nil {
		return []string{err.Error()}
	}
	_, ids, _ := strings.Cut(string(script), "\nfor id in ")
	ids, _, _ = strings.Cut(ids, ";")
	for _, id := range strings.Fields(ids) {
		given[id] = true
		if at(s.source, "Resources", id) == nil {
			problems = append(problems, "template.yaml has no "+id+" for ops.yaml")
		}
	}
	taken := map[string]bool{}
	found, _ := doc["Parameters"].(map[string]any)
	for name, p := range found {
		taken[name] = true
		if byHand := slices.Contains(fromThePerson, name); byHand != (at(p, "Default") != nil) {
			problems = append(problems, fmt.Sprintf("%s has a default: %v", name, !byHand))
		}
	}
	return append(problems, difference("parameter given to ops.yaml", given, taken)...)
}

func logsEnd(_ *stack, doc map[string]any) []string {
	groups := resources(doc, "AWS::Logs::LogGroup")
	problems := each(groups, func(id string, r any) []string {
		return want(id+" retention", at(r, "Properties", "RetentionInDays"), `{"Ref":"LogRetentionDays"}`)
	})
	return slices.Concat(problems,
		want("the log bucket's end", at(resources(doc, "AWS::S3::Bucket"), "LogBucket", "Properties", "LifecycleConfiguration", "Rules", "0", "ExpirationInDays"), `{"Ref":"LogRetentionDays"}`),
		want("the group of the WebSocket API's errors", at(groups, "SocketLogs", "Properties", "LogGroupName"), `{"Fn::Sub":"/aws/apigateway/${WsApi}/ws"}`),
	)
}

// watched are the metrics that must raise an alarm.
var watched = []string{"Errors", "Throttles", "Duration", "LoggedErrors", "FailedPosts", "UnsentPosts", "Refused", "5xx", "IntegrationError", "ExecutionError", "ReadThrottleEvents", "WriteThrottleEvents"}

func alarms(_ *stack, doc map[string]any) []string {
	found := resources(doc, "AWS::CloudWatch::Alarm")
	all := js(found)
	var problems []string
	for _, metric := range watched {
		if !strings.Contains(all, `"MetricName":"`+metric+`"`) {
			problems = append(problems, "nobody hears of "+metric)
		}
	}
	problems = append(problems, each(found, func(id string, r any) []string {
		p := at(r, "Properties")
		// One for each function: the loop's variable.
		if metric := at(p, "MetricName"); metric == "Errors" || metric == "Throttles" {
			return want(id+" function", at(p, "Dimensions"), `[{"Name":"FunctionName","Value":{"Ref":"Function"}}]`)
		}
		return nil
	})...)
	problems = append(problems, each(found, func(id string, r any) []string {
		p := at(r, "Properties")
		out := slices.Concat(
			want(id+" condition", at(r, "Condition"), `"HasAlarms"`),
			want(id+" goes to", at(p, "AlarmActions"), `[{"Ref":"AlarmTopic"}]`),
			want(id+" without data", at(p, "TreatMissingData"), `"notBreaching"`),
		)
		if description, _ := at(p, "AlarmDescription").(string); description == "" {
			out = append(out, id+" does not say what it means")
		}
		return out
	})...)
	return append(problems, filters(doc)...)
}

// filters: an alarm about a metric of ours needs the filter that makes it.
func filters(doc map[string]any) []string {
	patterns := map[string]string{"LoggedErrors": `{ $.level = "ERROR" }`}
	found := resources(doc, "AWS::Logs::MetricFilter")
	problems := want("number of metric filters", len(found), fmt.Sprint(len(patterns)))
	return append(problems, each(found, func(id string, r any) []string {
		p := at(r, "Properties")
		return slices.Concat(
			want(id+" reads", at(p, "LogGroupName"), `{"Ref":"FunctionLogs"}`),
			want(id+" counts", at(p, "FilterPattern"), js(patterns[id])),
			want(id+" as", at(p, "MetricTransformations", "0", "MetricName"), js(id)),
			want(id+" in", at(p, "MetricTransformations", "0", "MetricNamespace"), `{"Fn::Sub":"`+namespace+`"}`),
		)
	})...)
}

func parameters(_ *stack, doc map[string]any) []string {
	found, _ := doc["Parameters"].(map[string]any)
	return each(found, func(id string, p any) []string {
		var problems []string
		if at(p, "Description") == nil || at(p, "Default") == nil && doc["Globals"] != nil {
			problems = append(problems, id+" has no description or no default")
		}
		if at(p, "Type") == "String" && at(p, "AllowedPattern") == nil && at(p, "AllowedValues") == nil {
			problems = append(problems, id+" takes any text")
		}
		return problems
	})
}

// excused are the scanners' rules that are switched off in one place, each with
// its reason.
var excused = []string{"CKV_AWS_18", "CKV_AWS_26", "CKV_AWS_119", "CKV_AWS_174"}

// excusedEverywhere are the rules that are switched off in .checkov.yaml.
var excusedEverywhere = []string{"CKV_AWS_116", "CKV_AWS_117", "CKV_AWS_158", "CKV_AWS_173"}

func suppressions(_ *stack, doc map[string]any) []string {
	all, _ := doc["Resources"].(map[string]any)
	return each(all, func(id string, r any) (problems []string) {
		for _, skip := range list(at(r, "Metadata", "checkov", "skip")) {
			name := fmt.Sprint(at(skip, "id"))
			if !slices.Contains(excused, name) {
				problems = append(problems, fmt.Sprintf("%s: %s is not among those that may be switched off", id, name))
			}
			if reason, _ := at(skip, "comment").(string); len(reason) < 30 {
				problems = append(problems, fmt.Sprintf("%s: %s is switched off without a reason", id, name))
			}
		}
		return problems
	})
}

// TestSuppressionsEverywhere: a rule that is switched off everywhere has its
// reason.
func TestSuppressionsEverywhere(t *testing.T) {
	var off []string
	for line := range strings.Lines(read(t, ".checkov.yaml")) {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "- ")
		if !ok {
			continue
		}
		name, reason, _ := strings.Cut(name, " # ")
		if len(reason) < 30 {
			t.Errorf("%s is switched off without a reason", name)
		}
		off = append(off, name)
	}
	if !slices.Equal(off, excusedEverywhere) {
		t.Errorf("switched off are %v, want %v", off, excusedEverywhere)
	}
}

// TestOperationsPage: a person who gets an alarm finds it on the page, and each
// parameter is explained.
func TestOperationsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	s := whole(t)
	names := slices.Clone(fromThePerson)
	for id := range resources(s.ops, "AWS::CloudWatch::Alarm") {
		names = append(names, strings.TrimSuffix(id, "&{Function}"))
	}
	parameters, _ := s.source["Parameters"].(map[string]any)
	for _, names := range [][]string{names, slices.Collect(maps.Keys(parameters))} {
		for _, name := range names {
			if !strings.Contains(string(page), "`"+name+"`") {
				t.Errorf("docs/operations.md does not speak of `%s`", name)
			}
		}
	}
}

// TestRawGatewayResourcesComeLast: `sam local` takes its API from the first
// resource that looks like one, and crashes on a raw one.
func TestRawGatewayResourcesComeLast(t *testing.T) {
	text := read(t, "template.yaml")
	raw := strings.Index(text, "Type: AWS::ApiGatewayV2::")
	for _, kind := range []string{"HttpApi", "WebSocketApi"} {
		if own := strings.Index(text, "Type: AWS::Serverless::"+kind); own < 0 || own > raw {
			t.Errorf("the %s is not above all raw resources of API Gateway", kind)
		}
	}
}
