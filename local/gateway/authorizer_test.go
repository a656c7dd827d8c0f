package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
)

const connectARN = "arn:aws:execute-api:us-east-1:000000000000:abc123/ws/$connect"

// policyFor returns an authorizer's answer with one statement.
func policyFor(effect, action, resource, context string) string {
	return `{"principalId":"user","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"` + effect +
		`","Action":"` + action + `","Resource":"` + resource + `"}]},"context":` + context + `}`
}

var allows = policyFor("Allow", "execute-api:Invoke", connectARN, "{}")

// guarded returns an API with an authorizer on $connect.
func guarded(l lifecycle, a gateway.Authorizer) gateway.WebSocketConfig {
	cfg := l.config()
	connect := cfg.Routes["$connect"]
	connect.Authorizer = &a
	cfg.Routes["$connect"] = connect
	return cfg
}

func TestAuthorizerDecidesTheStatus(t *testing.T) {
	unauthorized := function(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("Unauthorized") })
	slow := function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(10*time.Second + time.Millisecond)
		return []byte(allows), nil
	})
	inTime := function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(10*time.Second - time.Millisecond)
		return []byte(allows), nil
	})
	statements := func(list string) function {
		return replies(`{"principalId":"user","policyDocument":{"Statement":` + list + `}}`)
	}
	const this = `{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}`
	tests := []struct {
		name       string
		authorizer gateway.Invoker
		want       int
	}{
		{"allow of the methodArn", replies(allows), 101},
		{"allow with wildcards", replies(policyFor("Allow", "execute-api:*", "arn:aws:execute-api:*:*:abc123/*/$connect", "{}")), 101},
		{"allow of everything", replies(policyFor("Allow", "*", "*", "{}")), 101},
		{"one character for any", replies(policyFor("Allow", "execute-api:Invoke", "arn:aws:execute-api:us-east-1:000000000000:abc12?/ws/$connect", "{}")), 101},
		{"action in another case", replies(policyFor("Allow", "execute-api:invoke", "*", "{}")), 101},
		{"one statement without a list", statements(this), 101},
		{"lists of actions and resources", statements(`[{"Effect":"Allow","Action":["s3:GetObject","execute-api:Invoke"],"Resource":["x","*"]}]`), 101},
		{"just in time", inTime, 101},
		{"explicit deny", replies(policyFor("Deny", "execute-api:Invoke", connectARN, "{}")), 403},
		{"deny outweighs allow", statements(`[` + this + `,{"Effect":"Deny","Action":"*","Resource":"*"}]`), 403},
		{"deny of something else", statements(`[` + this + `,{"Effect":"Deny","Action":"s3:*","Resource":"*"}]`), 101},
		{"another stage", replies(policyFor("Allow", "execute-api:Invoke", "arn:aws:execute-api:us-east-1:000000000000:abc123/prod/*/*", "{}")), 403},
		{"a pattern with more slashes", replies(policyFor("Allow", "execute-api:Invoke", "arn:aws:execute-api:us-east-1:000000000000:abc123/ws/*/*", "{}")), 403},
		{"another action", replies(policyFor("Allow", "execute-api:ManageConnections", "*", "{}")), 403},
		{"no statement", statements(`[]`), 403},
		{"allow on a condition", statements(`[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"x":"true"}}}]`), 403},
		{"Unauthorized", unauthorized, 401},
		{"another error", fails(), 500},
		{"a proxy's answer", replies(`{"statusCode":401}`), 500},
		{"no principalId", replies(`{"policyDocument":{"Statement":` + this + `}}`), 500},
		{"no policy", replies(`{"principalId":"user"}`), 500},
		{"another effect", statements(`[{"Effect":"allow","Action":"*","Resource":"*"}]`), 500},
		{"no JSON", replies(`yes`), 500},
		{"null", replies(`null`), 500},
		{"a simple response", replies(`{"isAuthorized":true}`), 500},
		{"an object in the context", replies(policyFor("Allow", "*", "*", `{"a":{}}`)), 500},
		{"a list in the context", replies(policyFor("Allow", "*", "*", `{"a":["b"]}`)), 500},
		{"over 8 KB", replies(policyFor("Allow", "*", "*", `{"a":"`+strings.Repeat("x", 8<<10)+`"}`)), 500},
		{"after 10 s", slow, 500},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLifecycle()
			withWebSocket(t, guarded(l, gateway.Authorizer{Function: test.authorizer}), func(t *testing.T, s *site) {
				_, res := s.handshake(t, handshakeRequest("/ws"))
				if res.StatusCode != test.want {
					t.Fatalf("status %d, want %d", res.StatusCode, test.want)
				}
				if test.want == 101 {
					l.connect.only(t)
					return
				}
				l.connect.none(t)
				wantBody := map[int]string{401: "Unauthorized", 403: "Forbidden", 500: "Internal server error"}[test.want]
				if body, _ := io.ReadAll(res.Body); string(body) != `{"message":"`+wantBody+`"}` {
					t.Errorf("body %s", body)
				}
				time.Sleep(time.Hour) // a slow function has returned
			})
		})
	}
}

func TestIdentitySourcesAreCheckedBeforeTheAuthorizerRuns(t *testing.T) {
	tests := []struct {
		name, path string
		sources    []string
		header     string
		want       int
	}{
		{"query", "/ws?token=x", []string{"route.request.querystring.token"}, "", 101},
		{"no query", "/ws", []string{"route.request.querystring.token"}, "", 401},
		{"empty query", "/ws?token=", []string{"route.request.querystring.token"}, "", 401},
		{"header in another case", "/ws", []string{"route.request.header.AUTH"}, "x", 101},
		{"no header", "/ws", []string{"route.request.header.Auth"}, "", 401},
		{"one of two is missing", "/ws?token=x", []string{"route.request.querystring.token", "route.request.header.Auth"}, "", 401},
		{"both", "/ws?token=x", []string{"route.request.querystring.token", "route.request.header.Auth"}, "x", 101},
		{"stage variable", "/ws", []string{"stageVariables.color"}, "", 101},
		{"no stage variable", "/ws", []string{"stageVariables.shape"}, "", 401},
		{"context", "/ws", []string{"context.identity.sourceIp"}, "", 101},
		{"nothing of the context", "/ws", []string{"context.identity.user"}, "", 401},
		{"none is asked for", "/ws", nil, "", 101},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			authorizer := function(func(context.Context, []byte) ([]byte, error) {
				asked++
				return []byte(allows), nil
			})
			cfg := guarded(newLifecycle(), gateway.Authorizer{Function: authorizer, IdentitySources: test.sources})
			cfg.StageVariables = map[string]string{"color": "blue"}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				r := handshakeRequest(test.path)
				if test.header != "" {
					r.Header.Set("Auth", test.header)
				}
				_, res := s.handshake(t, r)
				if res.StatusCode != test.want {
					t.Errorf("status %d, want %d", res.StatusCode, test.want)
				}
				if wantAsked := 1 - test.want/401; asked != wantAsked {
					t.Errorf("the authorizer ran %d times, want %d", asked, wantAsked)
				}
			})
		})
	}
}

func TestAuthorizerGetsItsEvent(t *testing.T) {
	var event []byte
	authorizer := function(func(_ context.Context, e []byte) ([]byte, error) {
		event = e
		return []byte(allows), nil
	})
	l := newLifecycle()
	withWebSocket(t, guarded(l, gateway.Authorizer{Function: authorizer}), func(t *testing.T, s *site) {
		s.handshake(t, handshakeRequest("/ws?token=x"))
		wantGolden(t, "authorizer.json", event)
		connect := contextOf(t, l.connect.only(t))
		if asked := contextOf(t, event); asked["connectionId"] != connect["connectionId"] || asked["requestId"] != connect["requestId"] {
			t.Errorf("authorizer had %v, $connect %v", asked, connect)
		}
	})
}

func TestRegionStandsInTheMethodArn(t *testing.T) {
	l := newLifecycle()
	cfg := guarded(l, gateway.Authorizer{Function: replies(policyFor("Allow", "*", strings.Replace(connectARN, "us-east-1", "eu-west-1", 1), "{}"))})
	cfg.Region = "eu-west-1"
	withWebSocket(t, cfg, func(t *testing.T, s *site) { s.connect(t) })
}

func TestAuthorizersContextIsInAllEventsItsLatencyInTheFirst(t *testing.T) {
	authorizer := function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(111 * time.Millisecond)
		return []byte(policyFor("Allow", "*", "*", `{"name":"Ann","age":7,"admin":true,"none":null}`)), nil
	})
	l := newLifecycle()
	withWebSocket(t, guarded(l, gateway.Authorizer{Function: authorizer}), func(t *testing.T, s *site) {
		c := s.connect(t)
		want := map[string]any{"principalId": "user", "name": "Ann", "age": "7", "admin": "true"}
		later := func(event []byte) {
			t.Helper()
			if diff := cmp.Diff(any(want), contextOf(t, event)["authorizer"]); diff != "" {
				t.Errorf("authorizer (-want +got):\n%s", diff)
			}
		}
		connect := contextOf(t, l.connect.only(t))["authorizer"].(map[string]any)
		if connect["integrationLatency"] != 111.0 {
			t.Errorf("integrationLatency is %v, want the number 111", connect["integrationLatency"])
		}
		delete(connect, "integrationLatency")
		if diff := cmp.Diff(want, connect); diff != "" {
			t.Errorf("authorizer at $connect (-want +got):\n%s", diff)
		}
		c.send(`{"action":"send"}`)
		later(l.message.only(t))
		c.sendFrame(ws.NewCloseFrame(nil))
		c.wantClose(0, "")
		later(l.disconnect.only(t))
	})
}

func TestAuthorizerRunsAtConnectOnly(t *testing.T) {
	asked := 0
	authorizer := function(func(context.Context, []byte) ([]byte, error) {
		asked++
		return []byte(allows), nil
	})
	l := newLifecycle()
	withWebSocket(t, guarded(l, gateway.Authorizer{Function: authorizer}), func(t *testing.T, s *site) {
		for range 2 { // nothing is cached
			c := s.connect(t)
			c.send(`{"action":"send"}`)
			l.message.only(t)
			c.sendFrame(ws.NewCloseFrame(nil))
			c.wantClose(0, "")
			l.disconnect.only(t)
		}
		if asked != 2 {
			t.Errorf("asked %d times, want once for each connection", asked)
		}
	})
}

func TestIAMWantsASignature(t *testing.T) {
	l := newLifecycle()
	cfg := l.config()
	cfg.Routes["$connect"] = gateway.Route{Function: l.connect, Signed: true}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		if _, res := s.handshake(t, handshakeRequest("/ws")); res.StatusCode != 403 || res.Header.Get("x-amzn-ErrorType") != "MissingAuthenticationTokenException" {
			t.Errorf("unsigned: %d %s", res.StatusCode, res.Header.Get("x-amzn-ErrorType"))
		}
		l.connect.none(t)
		if _, res := s.handshake(t, handshakeRequest("/ws?X-Amz-Signature=00")); res.StatusCode != 101 {
			t.Errorf("signed: %d", res.StatusCode)
		}
	})
}

func TestAuthorizersThatCannotBeAreRefused(t *testing.T) {
	f := replies(allows)
	tests := []struct {
		name, key string
		route     gateway.Route
		want      string
	}{
		{"on a message's route", "send", gateway.Route{Authorizer: &gateway.Authorizer{Function: f}}, `route "send" cannot have an authorizer`},
		{"signature on a message's route", "send", gateway.Route{Signed: true}, `route "send" cannot have an authorizer`},
		{"no function", "$connect", gateway.Route{Authorizer: &gateway.Authorizer{}}, `the authorizer of "$connect" has no function`},
		{"an HTTP API's syntax", "$connect", gateway.Route{Authorizer: &gateway.Authorizer{Function: f, IdentitySources: []string{"$request.header.A"}}}, "must be route.request.header, route.request.querystring, context"},
		{"simple responses", "$connect", gateway.Route{Authorizer: &gateway.Authorizer{Function: f, SimpleResponses: true}}, "cannot have simple responses"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.route.Function = f
			_, err := gateway.NewWebSocket(gateway.WebSocketConfig{Stage: "ws", RouteSelectionExpression: "$request.body.a", Routes: map[string]gateway.Route{test.key: test.route}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
	_, err := gateway.NewHTTP(gateway.HTTPConfig{Routes: map[string]gateway.Route{"GET /": {Function: f, Authorizer: &gateway.Authorizer{Function: f, IdentitySources: []string{"route.request.header.A"}}}}})
	if err == nil || !strings.Contains(err.Error(), "must be $request.header, $request.querystring, context") {
		t.Errorf("HTTP API: error %v", err)
	}
}

// withHTTPAuthorizer serves GET /items/{id} behind an authorizer.
func withHTTPAuthorizer(t *testing.T, a gateway.Authorizer, f gateway.Invoker, test func(t *testing.T, s *site)) {
	t.Helper()
	inBubble(t, func(t *testing.T) http.Handler {
		h, err := gateway.NewHTTP(gateway.HTTPConfig{APIID: "abc123", Routes: map[string]gateway.Route{"GET /items/{id}": {Function: f, Authorizer: &a}}})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}, test)
}

func TestHTTPAuthorizerDecidesTheStatus(t *testing.T) {
	itemARN := "arn:aws:execute-api:us-east-1:000000000000:abc123/$default/GET/items/7"
	tests := []struct {
		name   string
		simple bool
		answer gateway.Invoker
		key    string
		want   int
		body   string
	}{
		{"simple yes", true, replies(`{"isAuthorized":true,"context":{"name":"Ann","rooms":["a"]}}`), "k", 200, ""},
		{"simple no", true, replies(`{"isAuthorized":false}`), "k", 403, `{"message":"Forbidden"}`},
		{"simple nothing", true, replies(`{}`), "k", 500, `{"message":"Internal Server Error"}`},
		{"policy allows", false, replies(policyFor("Allow", "execute-api:Invoke", itemARN, "{}")), "k", 200, ""},
		{"policy is about something else", false, replies(policyFor("Allow", "execute-api:Invoke", itemARN+"7", "{}")), "k", 403, `{"message":"Forbidden"}`},
		{"fails", true, fails(), "k", 500, `{"message":"Internal Server Error"}`},
		{"no identity", true, replies(`{"isAuthorized":true}`), "", 401, `{"message":"Unauthorized"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newRecorder()
			a := gateway.Authorizer{Function: test.answer, SimpleResponses: test.simple, IdentitySources: []string{"$request.header.X-Key"}}
			withHTTPAuthorizer(t, a, f, func(t *testing.T, s *site) {
				r, _ := http.NewRequest("GET", "http://chat.example:8080/items/7", nil)
				if test.key != "" {
					r.Header.Set("X-Key", test.key)
				}
				res := s.do(t, r)
				body, _ := io.ReadAll(res.Body)
				if res.StatusCode != test.want || string(body) != test.body {
					t.Errorf("%d %s, want %d %s", res.StatusCode, body, test.want, test.body)
				}
				if test.want != 200 {
					f.none(t)
				}
			})
		})
	}
}

func TestHTTPAuthorizerGetsItsEventAndGivesItsContext(t *testing.T) {
	var asked []byte
	authorizer := function(func(_ context.Context, e []byte) ([]byte, error) {
		asked = e
		return []byte(`{"isAuthorized":true,"context":{"name":"Ann","age":7,"rooms":["a"]}}`), nil
	})
	f := newRecorder()
	a := gateway.Authorizer{Function: authorizer, SimpleResponses: true, IdentitySources: []string{"$request.header.X-Key", "$request.querystring.q"}}
	withHTTPAuthorizer(t, a, f, func(t *testing.T, s *site) {
		r, _ := http.NewRequest("GET", "http://chat.example:8080/items/7?q=1", nil)
		r.Header.Set("X-Key", "k")
		r.Header.Set("User-Agent", "tester/1")
		s.do(t, r)
		wantGolden(t, "http-authorizer.json", asked)
		context := contextOf(t, f.only(t))
		got, _ := json.Marshal(context["authorizer"])
		if want := `{"lambda":{"age":7,"name":"Ann","rooms":["a"]}}`; string(got) != want {
			t.Errorf("authorizer %s, want %s", got, want)
		}
	})
}
