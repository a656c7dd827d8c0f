package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// namespace is the namespace of our metrics in ops.yaml.
const namespace = "ProjectChat/${Chat}"

// written returns the metrics that the functions write, read from the code that
// writes them. A filter makes LoggedErrors.
func written() map[string]bool {
	out := map[string]bool{"LoggedErrors": true}
	for name := range literals("../apigw/emf.go", `(?:count|took)\("(\w+)"|metric\{"(\w+)"`) {
		out[name] = true
	}
	return out
}

// literals returns the texts that a pattern's groups find in a file of the
// code.
func literals(file, pattern string) map[string]bool {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil // every use is then a problem
	}
	found := map[string]bool{}
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		for _, group := range match[1:] {
			if group != "" {
				found[group] = true
			}
		}
	}
	return found
}

// ownMetrics: alarms about metrics of ours name metrics that the code writes,
// in the chat's own namespace.
func ownMetrics(_ *stack, doc map[string]any) []string {
	known := written()
	codes := literals("../refusal/refusal.go", `= "([a-z_]+)"`)
	return each(resources(doc, "AWS::CloudWatch::Alarm"), func(id string, r any) []string {
		p := at(r, "Properties")
		if !strings.Contains(js(at(p, "Namespace")), "ProjectChat") {
			return nil
		}
		out := want(id+" namespace", at(p, "Namespace"), `{"Fn::Sub":"`+namespace+`"}`)
		name, _ := at(p, "MetricName").(string)
		if !known[name] {
			out = append(out, fmt.Sprintf("%s is about %s, which nothing writes", id, name))
		}
		if dimensions := list(at(p, "Dimensions")); name == "Refused" {
			out = append(out, want(id+" dimension", at(dimensions, "0", "Name"), `"Code"`)...)
			if code, _ := at(dimensions, "0", "Value").(string); !codes[code] {
				out = append(out, fmt.Sprintf("%s is about the code %q, which there is not", id, code))
			}
		} else if dimensions != nil {
			out = append(out, id+" has dimensions that no line has")
		}
		return out
	})
}

func environments(_ *stack, doc map[string]any) []string {
	where := at(doc, "Globals", "Function", "Environment", "Variables")
	if where == nil { // after the transform it is with each function, whose rule looks at it
		return nil
	}
	return want("METRICS_NAMESPACE", at(where, "METRICS_NAMESPACE"), `{"Fn::Sub":"ProjectChat/${AWS::StackName}"}`)
}

// widgets are the widgets of the dashboard.
type widgets struct {
	Widgets []struct {
		Properties struct {
			Title, Region string
			Metrics       [][]any
		}
	}
}

// ofFunctions is part of an expression that finds a metric of each function.
const ofFunctions = "{AWS/Lambda,FunctionName}"

func dashboard(s *stack, doc map[string]any) []string {
	found := resources(doc, "AWS::CloudWatch::Dashboard")
	problems := want("number of dashboards", len(found), `1`)
	return append(problems, each(found, func(id string, r any) (out []string) {
		body, _ := at(r, "Properties", "DashboardBody", "Fn::Sub", "0").(string)
		out = want(id+" functions", at(r, "Properties", "DashboardBody", "Fn::Sub", "1"),
			`{"Ours":{"Fn::Sub":["FunctionName=\\\"${Names}\\\"",{"Names":{"Fn::Join":["\\\" OR FunctionName=\\\"",{"Ref":"Functions"}]}}]}}`)
		var all widgets
		if err := json.Unmarshal([]byte(body), &all); err != nil {
			return []string{fmt.Sprintf("%s is no JSON: %v", id, err)}
		}
		metrics := 0
		for _, w := range all.Widgets {
			p := w.Properties
			metrics += len(p.Metrics) + (len(functionsOf(s))-1)*strings.Count(js(p.Metrics), ofFunctions)
			// CloudFront belongs to no Region; its metrics are in this one.
			if wanted := map[bool]string{true: "us-east-1", false: "${AWS::Region}"}[p.Title == "Site"]; p.Region != wanted {
				out = append(out, fmt.Sprintf("%s %q looks into Region %s", id, p.Title, p.Region))
			}
			out = append(out, shown(id, p.Metrics, doc)...)
		}
		if metrics == 0 || metrics > 50 {
			out = append(out, fmt.Sprintf("%s shows %d metrics; those of up to 50 are free", id, metrics))
		}
		return out
	})...)
}

var reference = regexp.MustCompile(`\$\{(\w+)\}`)

// shown returns the metrics of a widget that nothing writes, or whose resource
// does not exist.
func shown(id string, metrics [][]any, doc map[string]any) (out []string) {
	all, _ := doc["Parameters"].(map[string]any)
	for _, metric := range metrics {
		text := js(metric)
		if strings.Contains(text, ofFunctions) != strings.Contains(text, " AND (${Ours})") {
			out = append(out, fmt.Sprintf("%s shows functions of others: %s", id, text))
		}
		if name, _ := at(any(metric), "1").(string); at(any(metric), "0") == namespace && !written()[name] {
			out = append(out, fmt.Sprintf("%s shows %s, which nothing writes", id, name))
		}
		for _, ref := range reference.FindAllStringSubmatch(text, -1) {
			if all[ref[1]] == nil && ref[1] != "Ours" {
				out = append(out, fmt.Sprintf("%s shows %s, which there is not", id, ref[1]))
			}
		}
	}
	return out
}

// logMembers returns the fields of lines that a query may name: ours, those of
// the access logs, and those of Lambda's own lines.
func logMembers(doc map[string]any) map[string]bool {
	known := map[string]bool{"record": true, "type": true, "msg": true, "level": true}
	for _, from := range []map[string]bool{
		written(), literals("../apigw/emf.go", `\{"(\w+)", (?:string\(|route|requestID|trace|t\.)|member\(b, "(\w+)"\)`),
		literals("../apigw/log.go", `"(\w+)": true`),
	} {
		maps.Copy(known, from)
	}
	for _, api := range []string{"HttpApi", "WsApi"} {
		for _, kind := range []string{"AWS::Serverless::HttpApi", "AWS::Serverless::WebSocketApi", "AWS::ApiGatewayV2::Stage"} {
			for id, r := range resources(doc, kind) {
				if format, _ := at(r, "Properties", "AccessLogSettings", "Format").(string); strings.HasPrefix(id, api) {
					for _, match := range regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(format, -1) {
						known[match[1]] = true
					}
				}
			}
		}
	}
	return known
}

// queryWords are the words of the query language.
var queryWords = []string{"fields", "filter", "sort", "limit", "stats", "by", "as", "asc", "desc", "and", "or", "like", "count", "min", "max", "coalesce", "timestamp"}

func savedQueries(s *stack, doc map[string]any) []string {
	known := logMembers(s.source)
	found := resources(doc, "AWS::Logs::QueryDefinition")
	if len(found) == 0 {
		return []string{"there are none"}
	}
	return each(found, func(id string, r any) (out []string) {
		p := at(r, "Properties")
		if groups := list(at(p, "LogGroupNames")); len(groups) == 0 || js(groups[0]) != `{"Ref":"FunctionLogs"}` {
			out = append(out, id+" does not ask the functions' log")
		}
		text, _ := at(p, "QueryString").(string)
		text = regexp.MustCompile(`(?m)^#.*$|"[^"]*"|\bas \w+|sort \w+ desc|\.\w+`).ReplaceAllString(text, " ")
		for _, word := range regexp.MustCompile(`[A-Za-z]\w*`).FindAllString(text, -1) {
			if !known[word] && !slices.Contains(queryWords, word) {
				out = append(out, fmt.Sprintf("%s asks for %s, which no line has", id, word))
			}
		}
		return out
	})
}

// logRights: the most that functions may do to logs is what they need.
func logRights(_ *stack, doc map[string]any) []string {
	found := resources(doc, "AWS::IAM::ManagedPolicy")
	problems := want("number of managed policies", len(found), `1`)
	return append(problems, each(found, func(id string, r any) []string {
		allowed := map[string]any{}
		for _, s := range list(at(r, "Properties", "PolicyDocument", "Statement")) {
			allowed[fmt.Sprint(at(s, "Sid"))] = []any{at(s, "Effect"), list(at(s, "Action")), at(s, "Resource")}
		}
		return want(id+" allows", allowed, `{"Connections":["Allow",["execute-api:ManageConnections"],{"Fn::Sub":"arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${WsApi}/ws/*/@connections/*"}],`+
			`"RowsByTheirKey":["Allow",["dynamodb:GetItem","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:Query"],{"Fn::GetAtt":["Table","Arn"]}],`+
			`"Trace":["Allow",["xray:PutTraceSegments","xray:PutTelemetryRecords"],"*"],`+
			`"WriteTheLog":["Allow",["logs:CreateLogStream","logs:PutLogEvents"],{"Fn::GetAtt":["FunctionLogs","Arn"]}]}`)
	})...)
}

// covered: a right that a role gives and the boundary does not would fail only
// in AWS.
func covered(s *stack, _ map[string]any) (problems []string) {
	allowed := map[any]bool{}
	for _, statement := range list(at(s.source, "Resources", "Boundary", "Properties", "PolicyDocument", "Statement")) {
		for _, action := range list(at(statement, "Action")) {
			allowed[action] = true
		}
	}
	for _, id := range functionsOf(s) {
		for _, statement := range statements(at(s.source, "Resources", id, "Properties", "Policies")) {
			for _, action := range list(at(statement, "Action")) {
				if !allowed[action] {
					problems = append(problems, fmt.Sprintf("%s may %v, but for the boundary", id, action))
				}
			}
		}
	}
	return problems
}
