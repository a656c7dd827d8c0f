package template

import (
	"fmt"
	"strings"
)

// implicitHTTPAPI is the logical id of the API that SAM generates for HttpApi
// events without an ApiId.
const implicitHTTPAPI = "ServerlessHttpApi"

// ref returns the value of a Ref: that of a parameter or pseudo parameter, or
// the physical id of a resource.
func (r *resolver) ref(name string) (any, error) {
	if v, ok := r.pseudo(name); ok {
		return v, nil
	}
	if p, ok := r.doc.Parameters[name]; ok {
		return r.parameter(name, p)
	}
	if id, attribute, ok := strings.Cut(name, "."); ok {
		return r.attribute(id, attribute) // SAM allows !Ref Api.Stage
	}
	if _, ok := r.doc.Resources[name]; ok {
		return r.physicalID(name)
	}
	if name == implicitHTTPAPI || r.madeBySAM(name) {
		return name, nil
	}
	return nil, fmt.Errorf("nothing in this template is called %s", name)
}

func (r *resolver) pseudo(name string) (any, bool) {
	switch name {
	case "AWS::NoValue":
		return noValue{}, true
	case "AWS::Region":
		return r.region, true
	case "AWS::AccountId":
		return account, true
	case "AWS::Partition":
		return "aws", true
	case "AWS::URLSuffix":
		return "amazonaws.com", true
	case "AWS::StackName":
		return "local", true
	case "AWS::StackId":
		return "arn:aws:cloudformation:" + r.region + ":" + account + ":stack/local/0", true
	case "AWS::NotificationARNs":
		return []any{}, true
	}
	return nil, false
}

func (r *resolver) parameter(name string, p parameter) (any, error) {
	s, ok := r.values[name]
	if !ok {
		if p.Default.absent() {
			return nil, fmt.Errorf("parameter %s has no default and was given no value", name)
		}
		s = p.Default.node.Value
	}
	if p.Type == "CommaDelimitedList" || strings.HasPrefix(p.Type, "List<") {
		list := strings.Split(s, ",")
		for i := range list {
			list[i] = strings.TrimSpace(list[i])
		}
		return toAnys(list), nil
	}
	return s, nil
}

// nameProperties are the properties with the physical ids of resources, by
// type.
var nameProperties = map[string]string{
	"AWS::Serverless::Function":    "FunctionName",
	"AWS::Lambda::Function":        "FunctionName",
	"AWS::DynamoDB::Table":         "TableName",
	"AWS::Serverless::SimpleTable": "TableName",
	"AWS::S3::Bucket":              "BucketName",
	"AWS::ApiGatewayV2::Stage":     "StageName",
}

// physicalID returns a resource's own name, or else its logical id.
func (r *resolver) physicalID(id string) (string, error) {
	v, err := r.property(id, nameProperties[r.doc.Resources[id].Type])
	if err != nil || v.absent() {
		return id, err
	}
	return r.text(v.node)
}

// property returns one property of a resource, pruned. The value is absent if
// the resource does not have it.
func (r *resolver) property(id, name string) (value, error) {
	res := r.doc.Resources[id]
	if name == "" || res.Properties.IsZero() {
		return value{}, nil
	}
	pruned, err := r.prune(&res.Properties)
	if err != nil || pruned == nil {
		return value{}, err
	}
	var all map[string]value
	if err := pruned.Decode(&all); err != nil {
		return value{}, fmt.Errorf("%s.Properties: %w", id, err)
	}
	return all[name], nil
}

// attribute returns the value of a GetAtt, if it follows from names.
func (r *resolver) attribute(id, attribute string) (any, error) {
	res, ok := r.doc.Resources[id]
	if !ok && id != implicitHTTPAPI {
		return nil, fmt.Errorf("nothing in this template is called %s", id)
	}
	switch attribute {
	case "Arn":
		return r.arn(id, res.Type)
	case "Alias", "Version":
		arn, err := r.arn(id, res.Type)
		return arn, err
	case "Stage":
		return r.stageOf(id, res.Type)
	case "ApiEndpoint":
		return r.endpoint(id, res.Type), nil
	case "ApiId", "RouteId", "IntegrationId", "AuthorizerId", "Id":
		return id, nil
	}
	return nil, fmt.Errorf("%s of %s is known only in AWS", attribute, id)
}

func (r *resolver) arn(id, kind string) (string, error) {
	name, err := r.physicalID(id)
	if err != nil {
		return "", err
	}
	switch kind {
	case "AWS::Serverless::Function", "AWS::Lambda::Function":
		return "arn:aws:lambda:" + r.region + ":" + account + ":function:" + name, nil
	case "AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable":
		return "arn:aws:dynamodb:" + r.region + ":" + account + ":table/" + name, nil
	case "AWS::SQS::Queue":
		return "arn:aws:sqs:" + r.region + ":" + account + ":" + name, nil
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + name, nil
	}
	return "", fmt.Errorf("the Arn of %s is known only in AWS", id)
}

func (r *resolver) stageOf(id, kind string) (string, error) {
	v, err := r.property(id, "StageName")
	if err != nil {
		return "", err
	}
	if !v.absent() {
		return r.text(v.node)
	}
	if kind == "AWS::Serverless::WebSocketApi" {
		return "default", nil
	}
	return "$default", nil
}

// endpoint returns an API's address in AWS. A gateway can replace it with its
// own.
func (r *resolver) endpoint(id, kind string) string {
	scheme := "https"
	if kind == "AWS::Serverless::WebSocketApi" || r.protocol(id) == "WEBSOCKET" {
		scheme = "wss"
	}
	return scheme + "://" + id + ".execute-api." + r.region + ".amazonaws.com"
}

func (r *resolver) protocol(id string) string {
	v, err := r.property(id, "ProtocolType")
	if err != nil || v.absent() {
		return ""
	}
	s, _ := r.text(v.node)
	return s
}

// madeBySAM reports whether the name may be that of a route, a stage or a role
// that SAM generates for a declared resource.
func (r *resolver) madeBySAM(name string) bool {
	for id, res := range r.doc.Resources {
		if strings.HasPrefix(res.Type, "AWS::Serverless::") && strings.HasPrefix(name, id) {
			return true
		}
	}
	return false
}
