package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// design returns the function behind each route, as the functions' code has it.
func design(s *stack) (map[string]string, error) {
	behind := map[string]string{}
	for _, id := range functionsOf(s) {
		keys, err := s.code.routes(id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		for _, key := range keys {
			behind[key] = id
		}
	}
	return behind, nil
}

var gatewayRules = []rule{
	{"routes", routes},
	{"two-way routes have their response", twoWay},
	{"permissions", permissions},
	{"throttles", throttles},
	{"access logs tell nothing private", accessLogs},
	{"no bodies in logs", func(_ *stack, doc map[string]any) []string {
		settings := at(resources(doc, "AWS::ApiGatewayV2::Stage"), "WsApiwsStage", "Properties", "DefaultRouteSettings")
		return slices.Concat(
			want("DataTraceEnabled", at(settings, "DataTraceEnabled"), `false`),
			want("LoggingLevel", at(settings, "LoggingLevel"), `"ERROR"`),
			want("DetailedMetricsEnabled", at(settings, "DetailedMetricsEnabled"), `true`),
		)
	}},
	{"the APIs", func(_ *stack, doc map[string]any) []string {
		apis := resources(doc, "AWS::ApiGatewayV2::Api")
		return slices.Concat(
			want("CORS", at(apis, "HttpApi", "Properties", "CorsConfiguration"), `null`),
			want("CORS", at(apis, "HttpApi", "Properties", "Body", "x-amazon-apigateway-cors"), `null`),
			want("FailOnWarnings", at(apis, "HttpApi", "Properties", "FailOnWarnings"), `true`),
			want("RouteSelectionExpression", at(apis, "WsApi", "Properties", "RouteSelectionExpression"), `"$request.body.action"`),
			want("the stage, which is the path in CloudFront,", at(resources(doc, "AWS::ApiGatewayV2::Stage"), "WsApiwsStage", "Properties", "StageName"), `"ws"`),
		)
	}},
}

// socketRoute is a WebSocket route: its id, its resource, and the function
// behind it ("" if its integration leads nowhere).
type socketRoute struct {
	id       string
	resource any
	function string
}

var functionInURI = regexp.MustCompile(`\$\{(\w+)\.Arn\}/invocations`)

func socketRoutes(doc map[string]any) map[string]socketRoute {
	found := map[string]socketRoute{}
	for id, r := range resources(doc, "AWS::ApiGatewayV2::Route") {
		target := js(at(r, "Properties", "Target"))
		function := ""
		for integration, properties := range resources(doc, "AWS::ApiGatewayV2::Integration") {
			if strings.Contains(target, `"`+integration+`"`) {
				function, _ = at(properties, "Properties", "IntegrationUri", "Fn::Sub", "1", "FunctionArn", "Fn::GetAtt", "0").(string)
			}
		}
		found[fmt.Sprint(at(r, "Properties", "RouteKey"))] = socketRoute{id, r, function}
	}
	return found
}

// httpRoutes returns the functions behind the HTTP routes.
func httpRoutes(doc map[string]any) map[string]string {
	found := map[string]string{}
	paths, _ := at(resources(doc, "AWS::ApiGatewayV2::Api"), "HttpApi", "Properties", "Body", "paths").(map[string]any)
	for path, methods := range paths {
		for method, operation := range methods.(map[string]any) {
			function := ""
			if m := functionInURI.FindStringSubmatch(js(at(operation, "x-amazon-apigateway-integration", "uri"))); m != nil {
				function = m[1]
			}
			found[strings.ToUpper(method)+" "+path] = function
		}
	}
	return found
}

func routes(s *stack, doc map[string]any) []string {
	design, err := design(s)
	if err != nil {
		return []string{err.Error()}
	}
	got := httpRoutes(doc)
	for key, r := range socketRoutes(doc) {
		got[key] = r.function
	}
	// Two routes with one key count as one in the map.
	written := len(httpRoutes(doc)) + len(resources(doc, "AWS::ApiGatewayV2::Route"))
	return append(want("the routes", got, js(design)), want("number of routes", written, fmt.Sprint(len(design)))...)
}

func twoWay(_ *stack, doc map[string]any) []string {
	answered := map[string]bool{}
	for _, r := range resources(doc, "AWS::ApiGatewayV2::RouteResponse") {
		p := at(r, "Properties")
		if at(p, "RouteResponseKey") == "$default" && at(p, "ApiId", "Ref") == "WsApi" {
			answered[fmt.Sprint(at(p, "RouteId", "Ref"))] = true
		}
	}
	var problems []string
	for key, r := range socketRoutes(doc) {
		oneWay := slices.Contains([]string{"$connect", "$disconnect", "typing"}, key)
		if !oneWay {
			problems = append(problems, want(key+" selects", at(r.resource, "Properties", "RouteResponseSelectionExpression"), `"$default"`)...)
		}
		if answered[r.id] == oneWay {
			problems = append(problems, fmt.Sprintf("%s has a RouteResponse: %v", key, answered[r.id]))
		}
	}
	return problems
}

// permissions: each route may call its function, and nothing else may call one.
func permissions(s *stack, doc map[string]any) []string {
	design, err := design(s)
	if err != nil {
		return []string{err.Error()}
	}
	prefix := "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
	wanted := map[string]bool{}
	for key, function := range design {
		method, path, http := strings.Cut(key, " ")
		if http {
			wanted[function+` {"Fn::Sub":["`+prefix+"${__ApiId__}/${__Stage__}/"+method+path+`",{"__ApiId__":{"Ref":"HttpApi"},"__Stage__":"*"}]}`] = true
			continue
		}
		wanted[function+` {"Fn::Sub":"`+prefix+"${WsApi.ApiId}/ws/"+key+`"}`] = true
	}
	got := map[string]bool{}
	problems := each(resources(doc, "AWS::Lambda::Permission"), func(id string, r any) []string {
		p := at(r, "Properties")
		function := at(p, "FunctionName", "Ref")
		if function == nil {
			function = at(p, "FunctionName", "Fn::GetAtt", "0")
		}
		got[fmt.Sprintf("%v %s", function, js(at(p, "SourceArn")))] = true
		return slices.Concat(want(id, at(p, "Action"), `"lambda:InvokeFunction"`), want(id, at(p, "Principal"), `"apigateway.amazonaws.com"`))
	})
	return append(problems, difference("permission", got, wanted)...)
}

func difference(what string, got, wanted map[string]bool) (problems []string) {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if !got[name] {
			problems = append(problems, fmt.Sprintf("no %s: %s", what, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if !wanted[name] {
			problems = append(problems, fmt.Sprintf("needless %s: %s", what, name))
		}
	}
	return problems
}

func throttles(_ *stack, doc map[string]any) []string {
	stages := resources(doc, "AWS::ApiGatewayV2::Stage")
	problems := want("number of stages", len(stages), `2`)
	return append(problems, each(stages, func(id string, r any) (missing []string) {
		settings := map[string]any{"the stage": at(r, "Properties", "DefaultRouteSettings")}
		routes, _ := at(r, "Properties", "RouteSettings").(map[string]any)
		maps.Copy(settings, routes)
		for of, s := range settings {
			for _, name := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
				if n, _ := at(s, name).(float64); n <= 0 {
					missing = append(missing, fmt.Sprintf("%s: no %s of %s", id, name, of))
				}
			}
		}
		return missing
	})...)
}

// telling matches the variables that an access log may have.
var telling = regexp.MustCompile(`^\$context\.(requestTime|requestId|eventType|routeKey|status|responseLength|responseLatency|integrationLatency|integrationErrorMessage|integration\.(status|latency|error)|error\.message)$`)

func accessLogs(_ *stack, doc map[string]any) []string {
	return each(resources(doc, "AWS::ApiGatewayV2::Stage"), func(id string, r any) []string {
		settings := at(r, "Properties", "AccessLogSettings")
		group := fmt.Sprint(at(settings, "DestinationArn", "Fn::GetAtt", "0"))
		if resources(doc, "AWS::Logs::LogGroup")[group] == nil {
			return []string{id + " has no access log in a group of the template"}
		}
		var line map[string]string
		format, _ := at(settings, "Format").(string)
		if err := json.Unmarshal([]byte(format), &line); err != nil {
			return []string{fmt.Sprintf("%s: the access log's format is no JSON: %v", id, err)}
		}
		var problems []string
		for name, variable := range line {
			if !telling.MatchString(variable) {
				problems = append(problems, fmt.Sprintf("%s logs %s as %s", id, variable, name))
			}
		}
		return problems
	})
}
