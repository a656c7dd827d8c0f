package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"projectchat/internal/version"
)

// several has two WebSocket APIs on one stage, one of them guarded, and two
// HTTP APIs.
const several = `
Parameters: {Stage: {Default: dev}}
Globals: {Function: {Runtime: provided.al2023, Handler: bootstrap, Timeout: 20, Environment: {Variables: {ACT_AS_FUNCTION: "1", STAGE: !Ref Stage}}}}
Resources:
  Say:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {URL: !Sub "wss://${Chat}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}", GIVEN: !ImportValue elsewhere}}
      Events:
        Any: {Type: HttpApi, Properties: {ApiId: !Ref Web, Method: GET, Path: /say}}
        Shut: {Type: HttpApi, Properties: {ApiId: !Ref Old, Method: GET, Path: /shut}}
        Old: {Type: HttpApi, Properties: {ApiId: !Ref Old, Method: GET, Path: /say}}
  Guard: {Type: AWS::Serverless::Function}
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: !Ref Stage
      RouteSelectionExpression: $request.body.action
      Routes:
        say: {FunctionArn: !GetAtt Say.Arn, RouteResponseSelectionExpression: $default}
        exit: {FunctionArn: !GetAtt Say.Arn, RouteResponseSelectionExpression: $default}
  Guarded:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: !Ref Stage
      RouteSelectionExpression: $request.body.action
      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt Guard.Arn, IdentitySource: [route.request.querystring.token]}
      Routes: {$connect: {FunctionArn: !GetAtt Say.Arn}}
  Web: {Type: AWS::Serverless::HttpApi}
  Old: {Type: AWS::Serverless::HttpApi, Properties: {StageName: v1, RouteSettings: {"GET /shut": {ThrottlingRateLimit: 0, ThrottlingBurstLimit: 0}}}}
  SayReply: {Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {ApiId: !Ref Chat, RouteId: !Ref ChatSayRoute, RouteResponseKey: $default}}
  ExitReply: {Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {ApiId: !Ref Chat, RouteId: !Ref ChatExitRoute, RouteResponseKey: $default}}
`

func TestVersionIsTold(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), []string{"-version"}, &out, io.Discard)
	if want := "localgw " + version.Number() + "\n"; err != nil || out.String() != want {
		t.Errorf("%q, %v; want %q", out.String(), err, want)
	}
}

// startSeveral serves this template with this binary as both functions.
func startSeveral(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	template := writeFile(t, filepath.Join(t.TempDir(), "template.yaml"), several)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-template", template, "-bootstrap", "Say=" + program, "-bootstrap", "Guard=" + program}, args...)
	return startProcess(t, env, args...)
}

func TestSeveralAPIsOfOneTemplate(t *testing.T) {
	p := startSeveral(t, []string{"GIVEN=by the shell"}, "-parameter", "Stage=test", "-env", "Guard.GIVEN=x")
	c := p.dial(t, "/Chat/test", nil)
	c.send(`{"action":"say"}`)
	want := map[string]string{
		"route": "say", "path": "", "api": "Chat", "name": "Say", "stage": "test",
		"url": "ws://" + p.addr + "/Chat/test", "given": "by the shell", "endpoint": "",
	}
	if diff := cmp.Diff(want, c.fields()); diff != "" {
		t.Errorf("WebSocket (-want +got):\n%s", diff)
	}
	for path, want := range map[string]string{
		"/say": `"path":"/say"`, "/Web/say": `"path":"/say"`, "/v1/say": `"path":"/v1/say"`, "/Old/v1/say": `"path":"/v1/say"`,
	} {
		if status, body := p.get(t, path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("GET %s: %d %s, want %s", path, status, body, want)
		}
	}
	if status, body := p.get(t, "/nothing"); status != 404 || body != `{"message":"Not Found"}` {
		t.Errorf("GET /nothing: %d %s", status, body)
	}
	if status, body := p.get(t, "/v1/shut"); status != 429 || body != `{"message":"Too Many Requests"}` {
		t.Errorf("GET /v1/shut, which the template throttles: %d %s", status, body)
	}
	for _, line := range []string{"WebSocket  ws://" + p.addr + "/Chat/test", "HTTP       http://" + p.addr + "/v1", "GET /say                 Say ("} {
		if !strings.Contains(p.output(), line) {
			t.Errorf("no line %q in\n%s", line, p.output())
		}
	}
	p.interrupt(t)
}

func TestAuthorizersOfTheTemplateAreAsked(t *testing.T) {
	p := startSeveral(t, nil)
	for path, want := range map[string]int{"/Guarded/dev": 401, "/Guarded/dev?token=x": 101} {
		conn, res, err := websocket.Dial(t.Context(), "ws://"+p.addr+path, nil)
		if res == nil || res.StatusCode != want {
			t.Errorf("%s: %v %v, want %d", path, res, err, want)
		}
		if conn != nil {
			conn.CloseNow()
		}
	}
}

func TestIgnoreAuthLetsEverybodyIn(t *testing.T) {
	p := startSeveral(t, nil, "-ignore-auth")
	p.dial(t, "/Guarded/dev", nil)
}

func TestACrashIsOneMessagesError(t *testing.T) {
	p := startSeveral(t, nil)
	c := p.dial(t, "/Chat/dev", nil)
	c.send(`{"action":"exit"}`)
	if got := c.fields(); got["message"] != "Internal server error" {
		t.Errorf("frame %v", got)
	}
	p.await(t, "Runtime exited with error: exit status 3")
	c.send(`{"action":"say"}`)
	if got := c.fields(); got["route"] != "say" {
		t.Errorf("frame %v", got)
	}
}

func TestVariablesThatOnlyAWSKnowsAreNamed(t *testing.T) {
	p := startSeveral(t, nil)
	p.await(t, "Say has no GIVEN: Fn::ImportValue is known only in AWS (set it with -env GIVEN=…)")
	given := startSeveral(t, nil, "-env", "GIVEN=a", "-env", "Say.GIVEN=b")
	_, body := given.get(t, "/say")
	if !strings.Contains(body, `"given":"b"`) || strings.Contains(given.output(), "Say has no GIVEN") {
		t.Errorf("body %s", body)
	}
}

func TestRequestModelsOfTheTemplateAreApplied(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"RouteResponseSelectionExpression: $default", "RouteResponseSelectionExpression: $default, ModelSelectionExpression: $request.body.action, RequestModels: {$default: Short}",
		"CodeUri: say/", `Environment: {Variables: {ACT_AS_FUNCTION: "1"}}`,
	).Replace(one) + `  Model: {Type: "AWS::ApiGatewayV2::Model", Properties: {ApiId: !Ref Chat, Name: Short, Schema: {properties: {text: {maxLength: 5}}}}}` + "\n"
	p := startProcess(t, nil, "-template", writeFile(t, filepath.Join(t.TempDir(), "template.yaml"), text), "-bootstrap", "Say="+program)
	c := p.dial(t, "/ws", nil)
	c.send(`{"action":"say","text":"hello!"}`)
	if got := c.receive(); !strings.HasPrefix(got, `{"message" : "Bad request body", "connectionId": "`) {
		t.Errorf("frame %s", got)
	}
	c.send(`{"action":"say","text":"hello"}`)
	if got := c.fields(); got["route"] != "say" {
		t.Errorf("frame %v", got)
	}
}

func TestFaultsAreSwitchedOn(t *testing.T) {
	p := startSeveral(t, nil, "-faults", "connect-429=1")
	_, res, _ := websocket.Dial(t.Context(), "ws://"+p.addr+"/Chat/dev", nil)
	if res == nil || res.StatusCode != 429 {
		t.Errorf("answer %v, want 429", res)
	}
}

const one = `
Resources:
  Say: {Type: AWS::Serverless::Function, Properties: {CodeUri: say/, Handler: app.handler, Runtime: nodejs20.x}}
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: ws
      RouteSelectionExpression: $request.body.action
      Routes: {say: {FunctionArn: !GetAtt Say.Arn, RouteResponseSelectionExpression: $default}}
  Reply: {Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {ApiId: !Ref Chat, RouteId: !Ref ChatSayRoute, RouteResponseKey: $default}}
`

func TestFunctionsOfSAMLocal(t *testing.T) {
	lambda := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/2015-03-31/functions/Say/invocations" {
			t.Errorf("path %s", r.URL.Path)
		}
		event, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(event), `"routeKey":"say"`) {
			t.Errorf("event %s", event)
		}
		io.WriteString(w, `{"statusCode":200,"body":"from afar"}`)
	}))
	template := writeFile(t, filepath.Join(t.TempDir(), "template.yaml"), one)
	p := startProcess(t, nil, "-template", template, "-lambda", lambda.URL)
	c := p.dial(t, "/ws", nil)
	c.send(`{"action":"say"}`)
	if got := c.receive(); got != "from afar" {
		t.Errorf("got %q", got)
	}
	lambda.Close()
	for range 2 {
		c.send(`{"action":"say"}`)
		if got := c.fields(); got["message"] != "Internal server error" {
			t.Errorf("frame %v", got)
		}
	}
	if n := strings.Count(p.output(), "is `sam local start-lambda` running?"); n != 1 {
		t.Errorf("said %d times that nobody answers, want once", n)
	}
	p.interrupt(t)
}

func TestNodeFunctionsBesideTheTemplate(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("needs Node.js")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "say"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "say", "app.js"), `exports.handler = async (event) => ({ statusCode: 200, body: 'node ' + event.requestContext.routeKey })`)
	p := startProcess(t, nil, "-template", writeFile(t, filepath.Join(dir, "template.yaml"), one), "-quiet")
	c := p.dial(t, "/ws", nil)
	c.send(`{"action":"say"}`)
	if got := c.receive(); got != "node say" {
		t.Errorf("got %q", got)
	}
	p.interrupt(t)
	if strings.Contains(p.output(), "answered") {
		t.Errorf("-quiet is not quiet:\n%s", p.output())
	}
}

func TestErrorsAreOneClearLine(t *testing.T) {
	dir := t.TempDir()
	taken := httptest.NewServer(nil)
	defer taken.Close()
	template := func(name, text string) string { return writeFile(t, filepath.Join(dir, name), text) }
	good := template("one.yaml", one)
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no template", []string{"-template", filepath.Join(dir, "none.yaml")}, "none.yaml: no such file or directory"},
		{"broken template", []string{"-template", template("two.yaml", strings.Replace(one, "StageName: ws", "StageName: $default", 1))}, "Chat.StageName: a WebSocket API cannot have the stage $default"},
		{"no API", []string{"-template", template("three.yaml", "Resources: {T: {Type: AWS::SNS::Topic}}")}, "has no WebSocket or HTTP API"},
		{"address taken", []string{"-template", good, "-addr", taken.Listener.Addr().String()}, "is taken by another program: choose another address with -addr"},
		{"no code", []string{"-template", template("four.yaml", strings.Replace(one, "nodejs20.x", "python3.13", 1))}, `the runtime "python3.13" cannot run here; say where it runs: -lambda, -build or -bootstrap Say=path`},
		{"unknown function", []string{"-template", good, "-bootstrap", "Sya=x"}, "-bootstrap Sya: the template has no function of this name"},
		{"no program", []string{"-template", good, "-bootstrap", "Say=" + filepath.Join(dir, "none")}, "Say: stat " + filepath.Join(dir, "none")},
		{"unknown parameter", []string{"-template", good, "-parameter", "A=b"}, "parameter A: the template has no parameter of this name"},
		{"parameter without a value", []string{"-parameter", "A"}, `"A" is not NAME=VALUE`},
		{"variable of no function", []string{"-template", good, "-env", "Sya.A=b"}, "-env Sya.A: the template has no function Sya"},
		{"no Lambda address", []string{"-template", good, "-lambda", "3001"}, `"3001" is not the address of a Lambda endpoint`},
		{"two places", []string{"-lambda", "http://x", "-build", "y"}, "-lambda and -build exclude each other"},
		{"unknown fault", []string{"-template", good, "-lambda", "http://x", "-faults", "rain=1"}, `no fault is called "rain"`},
		{"admin address that other machines reach", []string{"-template", good, "-lambda", "http://x", "-admin", "0.0.0.0:0"}, "-admin 0.0.0.0:0: must be an address like 127.0.0.1:8081, which other machines cannot reach"},
		{"admin by a name", []string{"-template", good, "-lambda", "http://x", "-admin", "example.com:80"}, "-admin example.com:80: must be an address like"},
		{"unknown flag", []string{"-tempalte", "x"}, "flag provided but not defined: -tempalte"},
		{"no flag", []string{"x"}, `"x" is not a flag`},
		{"tables in an account", []string{"-template", good, "-lambda", "http://x", "-create-tables"}, "-create-tables is for a local database: set AWS_ENDPOINT_URL_DYNAMODB"},
		{"JWT", []string{"-lambda", "http://x", "-template", template("five.yaml", `
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {Events: {A: {Type: HttpApi, Properties: {ApiId: !Ref H, Method: GET, Path: /}}}}}
  H: {Type: AWS::Serverless::HttpApi, Properties: {Auth: {DefaultAuthorizer: J, Authorizers: {J: {JwtConfiguration: {issuer: x}}}}}}
`)}, "H: GET /: a JWT authorizer cannot be checked here; -ignore-auth lets everybody in"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := launch(t, []string{databaseVariable + "="}, test.args...)
			<-p.ended
			if p.cmd.ProcessState.ExitCode() != 1 || len(p.lines) != 1 {
				t.Errorf("exit status %d and %d lines", p.cmd.ProcessState.ExitCode(), len(p.lines))
			}
			if out := p.output(); !strings.HasPrefix(out, "localgw: ") || !strings.Contains(out, test.want) {
				t.Errorf("it said\n%s\nand not\n%s", out, test.want)
			}
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	p := launch(t, nil, "-help")
	<-p.ended
	if !p.cmd.ProcessState.Success() || !strings.Contains(p.output(), "-template") {
		t.Errorf("%v:\n%s", p.cmd.ProcessState, p.output())
	}
}

// TestRunEndsWithItsContext checks, in this process, that run stops all parts.
func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	template := writeFile(t, filepath.Join(t.TempDir(), "template.yaml"), one)
	if err := run(ctx, []string{"-template", template, "-lambda", "http://127.0.0.1:1", "-addr", "127.0.0.1:0"}, io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
}
