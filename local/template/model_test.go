package template_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/local/template"
)

const withModels = `

Resources:
  Say: {Type: AWS::Serverless::Function}
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes:
        say: {FunctionArn: !GetAtt Say.Arn, ModelSelectionExpression: $request.body.kind, RequestModels: {text: Text, $default: !Ref Any}}
        sing: {FunctionArn: !GetAtt Say.Arn, RequestModels: {text: Text}}
  TextModel:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref Chat
      Name: Text
      Schema: {type: object, additionalProperties: false, required: [text], properties: {text: {type: string, maxLength: 10}}}
  Any: {Type: "AWS::ApiGatewayV2::Model", Properties: {ApiId: !Ref Chat, Name: Other, Schema: '{"type": "object"}'}}
  Raw: {Type: "AWS::ApiGatewayV2::Api", Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  RawInteg: {Type: "AWS::ApiGatewayV2::Integration", Properties: {ApiId: !Ref Raw, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Say.Arn}}
  RawRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Raw
      RouteKey: say
      Target: !Sub integrations/${RawInteg}
      ModelSelectionExpression: \$default
      RequestModels: {$default: Text}
  RawModel: {Type: "AWS::ApiGatewayV2::Model", Properties: {ApiId: !Ref Raw, Name: Text, Schema: {type: array}}}
`

func TestRoutesHaveTheSchemasOfTheirModels(t *testing.T) {
	parsed, err := template.Parse([]byte(withModels), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]map[string]string{}
	for _, api := range parsed.WebSocketAPIs {
		for key, route := range api.Routes {
			schemas := map[string]string{"expression": route.ModelSelectionExpression}
			for model, schema := range route.RequestModels {
				schemas[model] = string(schema)
			}
			got[api.LogicalID+" "+key] = schemas
		}
	}
	want := map[string]map[string]string{
		"Chat say": {
			"expression": "$request.body.kind", "$default": `{"type": "object"}`,
			"text": `{"additionalProperties":false,"properties":{"text":{"maxLength":10,"type":"string"}},"required":["text"],"type":"object"}`,
		},
		"Chat sing": {"expression": ""},
		"Raw say":   {"expression": `\$default`, "$default": `{"type":"array"}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("models of routes (-want +got):\n%s", diff)
	}
}

func TestModelsThatAreNotThereAreRefused(t *testing.T) {
	for name, test := range map[string]struct{ from, to, want string }{
		"no such model":          {"{text: Text, $default: !Ref Any}", "{text: Txet}", `Chat.Routes.say.RequestModels.text: Chat has no model "Txet" in this template`},
		"a model of another API": {"ApiId: !Ref Raw, Name: Text", "ApiId: !Ref Chat, Name: Text", `RawRoute.RequestModels.$default: Raw has no model "Text" in this template`},
		"a schema that is text":  {`'{"type": "object"}'`, "object", "Any.Schema: is not JSON"},
		"no schema":              {", Schema: {type: array}", "", "RawModel.Schema: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := template.Parse([]byte(strings.Replace(withModels, test.from, test.to, 1)), template.Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
