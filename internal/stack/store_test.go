package stack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var storeRules = []rule{
	{"the table outlives the stack", func(_ *stack, doc map[string]any) []string {
		return each(oneTable(doc), func(id string, r any) []string {
			return slices.Concat(
				want(id+".DeletionPolicy", at(r, "DeletionPolicy"), `"Retain"`),
				want(id+".UpdateReplacePolicy", at(r, "UpdateReplacePolicy"), `"Retain"`),
				want(id+" deletion protection", at(r, "Properties", "DeletionProtectionEnabled"), `true`),
				want(id+" point-in-time recovery", at(r, "Properties", "PointInTimeRecoverySpecification"),
					`{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":{"Ref":"BackupDays"}}`),
			)
		})
	}},
	{"the table forgets what has expired", func(_ *stack, doc map[string]any) []string {
		return each(oneTable(doc), func(id string, r any) []string {
			return want(id+" TTL", at(r, "Properties", "TimeToLiveSpecification"), `{"AttributeName":"expires","Enabled":true}`)
		})
	}},
	{"the table's bill has an end", func(_ *stack, doc map[string]any) []string {
		return each(oneTable(doc), func(id string, r any) []string {
			problems := want(id+" billing", at(r, "Properties", "BillingMode"), `"PAY_PER_REQUEST"`)
			for _, name := range []string{"MaxReadRequestUnits", "MaxWriteRequestUnits"} {
				if n, _ := at(r, "Properties", "OnDemandThroughput", name).(float64); n <= 0 {
					problems = append(problems, id+" has no "+name)
				}
			}
			return problems
		})
	}},
}

// inBoth are rules about any template.
var inBoth = []rule{
	{"no fixed names", noFixedNames},
	{"any partition", anyPartition},
	{"parameters", parameters},
	{"suppressions", suppressions},
}

func oneTable(doc map[string]any) map[string]any {
	tables := resources(doc, "AWS::DynamoDB::Table")
	if len(tables) != 1 {
		return map[string]any{"(not one table)": nil}
	}
	return tables
}

// nameProperties are fixed names, which would keep a second stack out of the
// account.
var nameProperties = regexp.MustCompile(`^(BucketName|TableName|FunctionName|RoleName|PolicyName|ManagedPolicyName|TopicName|AlarmName|BudgetName|DashboardName|LogGroupName|FilterName|Name)$`)

// noFixedNames accepts a name only if it is made of the stack's or the API's
// id.
func noFixedNames(_ *stack, doc map[string]any) []string {
	all, _ := doc["Resources"].(map[string]any)
	return each(all, func(id string, r any) (problems []string) {
		if kind := fmt.Sprint(at(r, "Type")); strings.HasSuffix(kind, "Api") {
			return nil // two APIs may have one name
		}
		properties := at(r, "Properties")
		holders := []any{properties, at(properties, "OriginAccessControlConfig"), at(properties, "ResponseHeadersPolicyConfig"), at(properties, "Budget")}
		for _, holder := range holders {
			values, _ := holder.(map[string]any)
			for name, v := range values {
				if nameProperties.MatchString(name) && !ownName(v) && !isSavedQuery(r, v) {
					problems = append(problems, fmt.Sprintf("%s has the fixed %s %s", id, name, js(v)))
				}
			}
		}
		return problems
	})
}

// isSavedQuery: two saved queries may have one name, so the stack's own name
// will do.
func isSavedQuery(r, name any) bool {
	return at(r, "Type") == "AWS::Logs::QueryDefinition" && strings.HasPrefix(js(name), `{"Fn::Sub":"${Chat}/`)
}

// ownName reports whether a name is made of an id, or is another resource's.
func ownName(v any) bool {
	text := js(v)
	return strings.Contains(text, "AWS::StackId") || strings.Contains(text, "${WsApi}") || at(v, "Ref") != nil || at(v, "Fn::GetAtt") != nil
}

var partitioned = regexp.MustCompile(`arn:aws[:-]|[a-z0-9}]\.amazonaws\.com(\.cn)?[/"]`)

// principals are services; their names are the same everywhere.
var principals = regexp.MustCompile(`"(cloudfront|logging\.s3|cloudwatch|apigateway|lambda)\.amazonaws\.com"`)

// anyPartition looks at our text; SAM knows the partition that it works for.
func anyPartition(_ *stack, doc map[string]any) []string {
	if doc["Transform"] == nil {
		return nil
	}
	text := principals.ReplaceAllString(js(doc), `""`)
	if found := partitioned.FindString(text); found != "" {
		return []string{"something is of one partition only: " + found}
	}
	return nil
}
