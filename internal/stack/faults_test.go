package stack

import (
	"slices"
	"strings"
	"testing"
)

// fault is a possible mistake in the template, and the rule that must find it.
type fault struct {
	name, old, new, rule string
}

// inTheText are faults that show in the templates as they are written.
var inTheText = []fault{
	{"the table goes with the stack", "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      BillingMode", "    UpdateReplacePolicy: Retain\n    Properties:\n      BillingMode", "the table outlives the stack"},
	{"no backup", "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "the table outlives the stack"},
	{"anybody may delete the table", "DeletionProtectionEnabled: true", "DeletionProtectionEnabled: false", "the table outlives the stack"},
	{"TTL on an attribute that no row has", "AttributeName: expires", "AttributeName: expiry", "the table forgets what has expired"},
	{"reads without an end", "MaxReadRequestUnits: 12000, ", "", "the table's bill has an end"},
	{"a table of a fixed name", "      BillingMode: PAY_PER_REQUEST", "      TableName: projectchat\n      BillingMode: PAY_PER_REQUEST", "no fixed names"},
	{"a function of CloudFront of a fixed name", "Name: !Join ['-', [page, !Select [2, !Split [/, !Ref AWS::StackId]]]]\n      AutoPublish", "Name: page-address\n      AutoPublish", "no fixed names"},
	{"only for the partition aws", "arn:${AWS::Partition}:cloudfront", "arn:aws:cloudfront", "any partition"},
	{"a suffix of one partition", "${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}\n            Custom", "${HttpApi}.execute-api.${AWS::Region}.amazonaws.com\n            Custom", "origins"},
	{"a public bucket", "BlockPublicPolicy: true", "BlockPublicPolicy: false", "buckets are private"},
	{"every distribution may read the page's bucket", "            Condition: {StringEquals: {'AWS:SourceArn'", "            #Condition: {StringEquals: {'AWS:SourceArn'", "bucket policies"},
	{"a policy on the wrong bucket", "      Bucket: !Ref SiteBucket\n", "      Bucket: !Ref LogBucket\n", "buckets are private"},
	{"a bucket without TLS", "{'aws:SecureTransport': 'false'}", "{'aws:SecureTransport': 'true'}", "bucket policies"},
	{"an origin by http", "OriginProtocolPolicy: https-only", "OriginProtocolPolicy: match-viewer", "origins"},
	{"a path before the stage", "          - Id: ws\n", "          - Id: ws\n            OriginPath: /ws\n", "origins"},
	{"Host forwarded to API Gateway", "OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-68738e2966ac", "OriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3", "behaviours"},
	{"answers of the API in a cache", "            Compress: true\n            CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "            Compress: true\n            CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6", "behaviours"},
	{"the socket without the API's headers", "            ResponseHeadersPolicyId: !Ref ApiHeaders\n\n", "\n", "behaviours"},
	{"page by plain http", "ViewerProtocolPolicy: redirect-to-https", "ViewerProtocolPolicy: allow-all", "behaviours"},
	{"cookies in CloudFront's log", "IncludeCookies: false", "IncludeCookies: true", "viewers"},
	{"old TLS", "MinimumProtocolVersion: TLSv1.2_2021", "MinimumProtocolVersion: TLSv1", "viewers"},
	{"scripts from anywhere", "script-src 'self'", "script-src *", "security headers"},
	{"no HSTS for the API", "          StrictTransportSecurity: {AccessControlMaxAgeSec: 63072000, IncludeSubdomains: true, Override: true}\n          ContentTypeOptions: {Override: true}\n        Custom", "          ContentTypeOptions: {Override: true}\n        Custom", "security headers"},
	{"logs for ever", "  HttpLogs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      RetentionInDays: !Ref LogRetentionDays", "  HttpLogs:\n    Type: AWS::Logs::LogGroup\n    Properties: {}", "logs end"},
	{"an alarm that nobody hears", "      AlarmDescription: The HTTP API answered 5xx.\n      AlarmActions: [!Ref AlarmTopic]\n", "      AlarmDescription: The HTTP API answered 5xx.\n", "alarms"},
	{"a filter for words that nothing logs", `'{ $.level = "ERROR" }'`, `'{ $.level = "error" }'`, "alarms"},
	{"an alarm about a metric that nothing writes", "      MetricName: UnsentPosts\n", "      MetricName: UnsentPost\n", "metrics of ours"},
	{"an alarm of one function only", "Dimensions: [{Name: FunctionName, Value: !Ref Function}]", "Dimensions: [{Name: FunctionName, Value: !Ref SendFunction}]", "alarms"},
	{"no alarm of any function", "    - !Ref Functions\n", "    - [SendFunction]\n", "alarms"},
	{"a parameter that nothing gives", "  Chat:\n", "  Stack:\n", "wiring"},
	{"a resource that is not there", "  SocketLogs:\n", "  GatewayLogs:\n", "wiring"},
	{"an alarm in another stack's namespace", "Namespace: !Sub ProjectChat/${Chat}", "Namespace: ProjectChat", "metrics of ours"},
	{"other stacks' functions on the dashboard", ` AND (${Ours})', 'p99'`, `', 'p99'`, "dashboard"},
	{"a metric in another stack's namespace", "METRICS_NAMESPACE: !Sub ProjectChat/${AWS::StackName}", "METRICS_NAMESPACE: ProjectChat", "metrics' namespace"},
	{"a dimension that no line has", "Dimensions: [{Name: Code, Value: busy}]", "Dimensions: [{Name: code, Value: busy}]", "metrics of ours"},
	{"a code that nothing answers", "Dimensions: [{Name: Code, Value: busy}]", "Dimensions: [{Name: Code, Value: Busy}]", "metrics of ours"},
	{"a dashboard of a fixed name", "    Type: AWS::CloudWatch::Dashboard\n    Properties:\n", "    Type: AWS::CloudWatch::Dashboard\n    Properties:\n      DashboardName: chat\n", "no fixed names"},
	{"a dashboard that is no JSON", `{"widgets": [`, `{"widgets": `, "dashboard"},
	{"a dashboard that shows a metric that nothing writes", `"Sends"], [`, `"Sent"], [`, "dashboard"},
	{"a dashboard of one Region", `"title": "Messages", "region": "${AWS::Region}"`, `"title": "Messages", "region": "us-east-1"`, "dashboard"},
	{"a query for a member that no line has", `filter epoch = "EPOCH" and seq = 1`, `filter epoch = "EPOCH" and sequence = 1`, "saved queries"},
	{"a query of another group", "      Name: !Sub ${Chat}/what fails\n      LogGroupNames: [!Ref FunctionLogs]\n", "      Name: !Sub ${Chat}/what fails\n", "saved queries"},
	{"a query of a fixed name", "Name: !Sub ${Chat}/what fails", "Name: what fails", "no fixed names"},
	{"every log of the account", "            Resource: !GetAtt FunctionLogs.Arn\n", "            Resource: '*'\n", "log rights"},
	{"functions that make log groups", "Action: [logs:CreateLogStream, logs:PutLogEvents]", "Action: [logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents]", "log rights"},
	{"a boundary that lets a table be read through", "dynamodb:DeleteItem, dynamodb:Query]\n            Resource: !GetAtt Table.Arn\n          - Sid: Connections", "dynamodb:DeleteItem, dynamodb:Query, dynamodb:Scan]\n            Resource: !GetAtt Table.Arn\n          - Sid: Connections", "log rights"},
	{"a parameter that takes any text", "    AllowedPattern: ^$|^([a-z0-9]", "    ConstraintDescription: ^$|^([a-z0-9]", "parameters"},
	{"history may write", "Action: dynamodb:GetItem\n              Resource: !GetAtt Table.Arn\n              Condition:\n                ForAllValues:StringLike:\n                  dynamodb:LeadingKeys: ['SESSION#*', 'CONN#*', 'ROOM#*']\n                'Null':\n                  dynamodb:LeadingKeys: 'false'\n            - Sid: ReadTheLog", "Action: [dynamodb:GetItem, dynamodb:PutItem]\n              Resource: !GetAtt Table.Arn\n              Condition:\n                ForAllValues:StringLike:\n                  dynamodb:LeadingKeys: ['SESSION#*', 'CONN#*', 'ROOM#*']\n                'Null':\n                  dynamodb:LeadingKeys: 'false'\n            - Sid: ReadTheLog", "rights"},
	{"send may read names", "dynamodb:LeadingKeys: ['SESSION#*', 'CONN#*', 'ROOM#*']", "dynamodb:LeadingKeys: ['SESSION#*', 'CONN#*', 'ROOM#*', 'NAME#*']", "rights"},
	{"disconnect cannot push", "- Sid: PushPresence\n              Effect: Allow\n              Action: execute-api:ManageConnections\n              Resource: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${WsApi}/ws/POST", "- Sid: PushPresence\n              Effect: Allow\n              Action: execute-api:ManageConnections\n              Resource: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${WsApi}/ws/GET", "rights"},
	{"a boundary without queries", "dynamodb:DeleteItem, dynamodb:Query]\n            Resource: !GetAtt Table.Arn\n          - Sid: Connections", "dynamodb:DeleteItem]\n            Resource: !GetAtt Table.Arn\n          - Sid: Connections", "the boundary covers the roles"},
	{"a function without its program", "  HistoryFunction:\n", "  PastFunction:\n", "programs"},
	{"a scanner's rule switched off", "{id: CKV_AWS_18, comment: 'it holds", "{id: CKV_AWS_53, comment: 'it holds", "suppressions"},
}

// inTheTransform are faults that show only in the output of SAM.
var inTheTransform = []fault{
	{"a route to the wrong function", "send: {FunctionArn: !GetAtt SendFunction.Arn", "send: {FunctionArn: !GetAtt HistoryFunction.Arn", "routes"},
	{"a route that hides $connect", "        $connect: {FunctionArn: !GetAtt ConnectFunction.Arn}\n", "        $connect: {FunctionArn: !GetAtt ConnectFunction.Arn}\n        connect: {FunctionArn: !GetAtt ConnectFunction.Arn}\n", "routes"},
	{"two routes of one key", "  DefaultReply:\n", "  Again:\n    Type: AWS::ApiGatewayV2::Route\n    Properties: {ApiId: !Ref WsApi, RouteKey: ping, Target: !Sub 'integrations/${WsApiPingIntegration}', RouteResponseSelectionExpression: $default}\n  DefaultReply:\n", "routes"},
	{"a route without its response", "  PingReply:\n    Type: AWS::ApiGatewayV2::RouteResponse\n    Properties: {ApiId: !Ref WsApi, RouteId: !Ref WsApiPingRoute, RouteResponseKey: $default}\n", "", "two-way routes have their response"},
	{"a response of another route", "RouteId: !Ref WsApiLeaveRoute", "RouteId: !Ref WsApiJoinRoute", "two-way routes have their response"},
	{"a route that does not answer", "history: {FunctionArn: !GetAtt HistoryFunction.Arn, RouteResponseSelectionExpression: $default}", "history: {FunctionArn: !GetAtt HistoryFunction.Arn}", "two-way routes have their response"},
	{"a permission for the whole API", "  HttpApi:\n    Type: AWS::Serverless::HttpApi", "  Anybody:\n    Type: AWS::Lambda::Permission\n    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref SendFunction, Principal: apigateway.amazonaws.com}\n  HttpApi:\n    Type: AWS::Serverless::HttpApi", "permissions"},
	{"half a throttle", "DefaultRouteSettings: {ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000, LoggingLevel", "DefaultRouteSettings: {ThrottlingRateLimit: 500, LoggingLevel", "throttles"},
	{"what people say in the log", "DataTraceEnabled: false", "DataTraceEnabled: true", "no bodies in logs"},
	{"addresses in the access log", `"eventType":"$context.eventType"`, `"ip":"$context.identity.sourceIp"`, "access logs tell nothing private"},
	{"an access log that leads nowhere", "DestinationArn: !GetAtt SocketLogs.Arn", "DestinationArn: !GetAtt Table.Arn", "access logs tell nothing private"},
	{"other sites may use the API", "      FailOnWarnings: true\n", "      FailOnWarnings: true\n      CorsConfiguration: true\n", "the APIs"},
	{"a stage that is not the path", "      StageName: ws\n", "      StageName: prod\n", "the APIs"},
	{"a function that runs for a minute", "    Timeout: 10\n", "    Timeout: 60\n", "functions"},
	{"a secret in the environment", "        TABLE_NAME: !Ref Table\n", "        TABLE_NAME: !Ref Table\n        SECRET: x\n", "functions"},
	{"a function's log elsewhere", "    LoggingConfig: {LogFormat: JSON, LogGroup: !Ref FunctionLogs}\n", "", "functions"},
	{"roles without a boundary", "    PermissionsBoundary: !Ref Boundary\n", "", "roles"},
	{"all of DynamoDB", "Action: [dynamodb:Query, dynamodb:DeleteItem]", "Action: dynamodb:*", "roles"},
	{"every table", "              Action: dynamodb:UpdateItem\n              Resource: !GetAtt Table.Arn", "              Action: dynamodb:UpdateItem\n              Resource: '*'", "roles"},
	{"a grant without keys", "                'Null':\n                  dynamodb:LeadingKeys: 'false'\n", "", "roles"},
}

func plant(t *testing.T, f fault) *stack {
	t.Helper()
	text, ops := read(t, "template.yaml"), read(t, "ops.yaml")
	switch {
	case strings.Contains(text, f.old):
		text = strings.Replace(text, f.old, f.new, 1)
	case strings.Contains(ops, f.old):
		ops = strings.Replace(ops, f.old, f.new, 1)
	default:
		t.Fatalf("%s: neither template has %q to spoil", f.name, f.old)
	}
	return parse(t, text, ops)
}

func judge(t *testing.T, f fault, s *stack) {
	t.Helper()
	if message := at(s.made, "error"); message != nil {
		t.Fatalf("SAM itself refuses it, so that it shows nothing: %v", message)
	}
	if problems := broken(s); problems[f.rule] == nil {
		t.Errorf("not found by %q; broken are %v", f.rule, problems)
	}
}

func TestFaultsInTheText(t *testing.T) {
	for _, f := range inTheText {
		t.Run(f.name, func(t *testing.T) { judge(t, f, plant(t, f)) })
	}
}

func TestFaultsInTheTransform(t *testing.T) {
	stacks := []*stack{}
	for _, f := range inTheTransform {
		stacks = append(stacks, plant(t, f))
	}
	transform(t, stacks...)
	for i, f := range inTheTransform {
		t.Run(f.name, func(t *testing.T) { judge(t, f, stacks[i]) })
	}
}

// TestEveryRuleHasAFault: a rule that no fault breaks may check nothing.
func TestEveryRuleHasAFault(t *testing.T) {
	for _, r := range slices.Concat(asWritten, afterSAM, inOps) {
		found := func(f fault) bool { return f.rule == r.name }
		if !slices.ContainsFunc(inTheText, found) && !slices.ContainsFunc(inTheTransform, found) {
			t.Errorf("no fault breaks the rule %q", r.name)
		}
	}
}
