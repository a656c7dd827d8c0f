package stack

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var opsRules = []rule{
	{"logs end", logsEnd},
	{"alarms", alarms},
	{"metrics of ours", ownMetrics},
	{"dashboard", dashboard},
	{"saved queries", savedQueries},
	{"log rights", logRights},
	{"parameters", parameters},
	{"suppressions", suppressions},
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

// watched are the metrics that somebody must hear of.
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
			want(id+" in", at(p, "MetricTransformations", "0", "MetricNamespace"), `{"Fn::Sub":"ProjectChat/${AWS::StackName}"}`),
		)
	})...)
}

func parameters(_ *stack, doc map[string]any) []string {
	found, _ := doc["Parameters"].(map[string]any)
	return each(found, func(id string, p any) []string {
		var problems []string
		if at(p, "Description") == nil || at(p, "Default") == nil {
			problems = append(problems, id+" has no description or no default")
		}
		if at(p, "Type") == "String" && at(p, "AllowedPattern") == nil && at(p, "AllowedValues") == nil {
			problems = append(problems, id+" takes any text")
		}
		return problems
	})
}

// excused are the scanners' rules that are switched off somewhere, each there
// with its reason.
var excused = []string{"CKV_AWS_18", "CKV_AWS_26", "CKV_AWS_116", "CKV_AWS_117", "CKV_AWS_119", "CKV_AWS_158", "CKV_AWS_173", "CKV_AWS_174"}

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

// TestOperationsPage: whoever is woken by an alarm finds it there, and each
// parameter is explained.
func TestOperationsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := parse(t, readTemplate(t)).source
	parameters, _ := doc["Parameters"].(map[string]any)
	for _, names := range []map[string]any{parameters, resources(doc, "AWS::CloudWatch::Alarm")} {
		for name := range names {
			if !strings.Contains(string(page), "`"+name+"`") {
				t.Errorf("docs/operations.md does not speak of `%s`", name)
			}
		}
	}
}

// TestRawGatewayResourcesComeLast: `sam local` takes its API from the first
// resource that looks like one, and crashes on a raw one.
func TestRawGatewayResourcesComeLast(t *testing.T) {
	text := readTemplate(t)
	raw := strings.Index(text, "Type: AWS::ApiGatewayV2::")
	for _, kind := range []string{"HttpApi", "WebSocketApi"} {
		if own := strings.Index(text, "Type: AWS::Serverless::"+kind); own < 0 || own > raw {
			t.Errorf("the %s is not above all raw resources of API Gateway", kind)
		}
	}
}
