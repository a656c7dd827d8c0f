package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// wantExpiry wants that the newest message expires, as the parameter now says.
func (p *play) wantExpiry(ctx context.Context) error {
	var found struct{ Items []map[string]any }
	if err := p.account.aws(ctx, &found, "dynamodb", "scan", "--table-name", p.outputs["TableName"],
		"--filter-expression", "attribute_exists(expires) AND begins_with(pk, :log)",
		"--expression-attribute-values", `{":log": {"S": "LOG#"}}`); err != nil {
		return err
	}
	if len(found.Items) == 0 {
		return errors.New("with RetentionDays=30 no message expires: the functions did not get the new parameter")
	}
	return nil
}

// wantAlarms wants the alarms that AlarmMail brings, two of them for each function.
func (p *play) wantAlarms(ctx context.Context) (number int, err error) {
	var functions, alarms []string
	if err := p.account.aws(ctx, &functions, "cloudformation", "list-stack-resources", "--stack-name", stack,
		"--query", "StackResourceSummaries[?ResourceType=='AWS::Lambda::Function'].PhysicalResourceId"); err != nil {
		return 0, err
	}
	if err := p.account.aws(ctx, &alarms, "cloudwatch", "describe-alarms", "--alarm-name-prefix", stack+"-ops-",
		"--query", "MetricAlarms[].Dimensions[?Name=='FunctionName'].Value[]"); err != nil {
		return 0, err
	}
	for _, function := range functions {
		if n := len(slices.DeleteFunc(slices.Clone(alarms), func(name string) bool { return name != function })); n < 2 {
			return 0, fmt.Errorf("%s has %d alarms, want one for its errors and one for its throttles", function, n)
		}
	}
	return len(alarms), nil
}

// wantRefusedPost wants the refusal in the functions' log.
func (p *play) wantRefusedPost(ctx context.Context) error {
	var group string
	err := p.account.aws(ctx, &group, "cloudformation", "describe-stack-resource", "--stack-name", stack,
		"--logical-resource-id", "FunctionLogs", "--query", "StackResourceDetail.PhysicalResourceId")
	if err != nil {
		return err
	}
	var messages []string
	err = p.account.aws(ctx, &messages, "logs", "filter-log-events", "--log-group-name", group, "--query", "events[].message")
	if err != nil {
		return err
	}
	for _, m := range messages {
		if strings.Contains(m, "post failed") && strings.Contains(m, "403") {
			return nil
		}
	}
	return fmt.Errorf("none of the log's %d lines tells of a post that was refused with 403", len(messages))
}

// destroy takes the stack away by its script, and looks for leftovers.
func (p *play) destroy(ctx context.Context) (string, error) {
	out, err := p.account.script(ctx, []string{"CONFIRM=" + stack}, "destroy.sh", stack)
	if err != nil {
		return "", err
	}
	table := p.outputs["TableName"]
	if !strings.Contains(out, "Its table "+table+" stays") {
		return "", fmt.Errorf("the script does not say that the table stays:\n%s", tail(out))
	}
	if err := p.wantGone(ctx); err != nil {
		return "", err
	}
	var status struct {
		Table struct {
			TableStatus               string
			DeletionProtectionEnabled bool
		}
	}
	if err := p.account.aws(ctx, &status, "dynamodb", "describe-table", "--table-name", table); err != nil {
		return "", err
	}
	var rows struct{ Count int }
	if err := p.account.aws(ctx, &rows, "dynamodb", "scan", "--table-name", table, "--select", "COUNT"); err != nil {
		return "", err
	}
	if !status.Table.DeletionProtectionEnabled || rows.Count == 0 {
		return "", fmt.Errorf("the table is left with %d rows, protected: %v", rows.Count, status.Table.DeletionProtectionEnabled)
	}
	return fmt.Sprintf("everything is gone except the table and its %d rows", rows.Count), nil
}

// wantGone wants nothing of the stack in the lists of the account.
func (p *play) wantGone(ctx context.Context) error {
	for _, list := range [][]string{
		{"cloudformation", "list-stacks", "--query", "StackSummaries[?starts_with(StackName, '" + stack + "') && StackStatus!='DELETE_COMPLETE'].StackStatus"},
		{"lambda", "list-functions", "--query", "Functions[].FunctionName"},
		{"iam", "list-roles", "--query", "Roles[?starts_with(RoleName, '" + stack + "')].RoleName"},
		{"apigatewayv2", "get-apis", "--query", "Items[].Name"},
		{"s3api", "list-buckets", "--query", "Buckets[?starts_with(Name, '" + stack + "')].Name"},
		{"cloudwatch", "describe-alarms", "--query", "MetricAlarms[].AlarmName"},
		{"cloudwatch", "list-dashboards", "--query", "DashboardEntries[].DashboardName"},
		{"cloudfront", "list-distributions", "--query", "DistributionList.Items[].Id"},
	} {
		var left []string
		if err := p.account.aws(ctx, &left, list...); err != nil {
			return err
		}
		if len(left) > 0 {
			return fmt.Errorf("%s %s still has %v", list[0], list[1], left)
		}
	}
	return nil
}
