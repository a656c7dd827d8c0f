package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"projectchat/local/gateway"
)

// named returns a function that replies with its name and the event's route
// key.
func named(name string) function {
	key := regexp.MustCompile(`"routeKey":"([^"]*)"`)
	return func(_ context.Context, event []byte) ([]byte, error) {
		return fmt.Appendf(nil, `{"statusCode":200,"body":"%s as %s"}`, name, key.FindSubmatch(event)[1]), nil
	}
}

func twoWay(f gateway.Invoker) gateway.Route { return gateway.Route{Function: f, TwoWay: true} }

func TestRouteIsSelectedByTheMessage(t *testing.T) {
	tests := []struct{ name, expression, message, want string }{
		{"by name", "", `{"action":"send"}`, "send as send"},
		{"by number", "", `{"action":7}`, "seven as 7"},
		{"by truth", "", `{"action":true}`, "true as true"},
		{"by list", "", `{"action":[1, 2]}`, "list as [1,2]"},
		{"unknown", "", `{"action":"sing"}`, "default as $default"},
		{"case matters", "", `{"action":"Send"}`, "default as $default"},
		{"the key's case matters", "", `{"Action":"send"}`, "default as $default"},
		{"missing", "", `{"room":"x"}`, "default as $default"},
		{"null", "", `{"action":null}`, "default as $default"},
		{"not JSON", "", `send`, "default as $default"},
		{"unquoted JSON", "", `{action:"send"}`, "default as $default"},
		{"JSON but no object", "", `["send"]`, "default as $default"},
		{"empty", "", ``, "default as $default"},
		{"$connect cannot be selected", "", `{"action":"$connect"}`, "default as $default"},
		{"$disconnect cannot be selected", "", `{"action":"$disconnect"}`, "default as $default"},
		{"$default can", "", `{"action":"$default"}`, "default as $default"},
		{"nested", "$request.body.a.b", `{"a":{"b":"send"}}`, "send as send"},
		{"composite", "${request.body.a}/${request.body.b}", `{"a":"x","b":"y"}`, "xy as x/y"},
		{"composite with nothing", "join-${request.body.a}", `nonsense`, "join as join-"},
		{"composite with null", "join-${request.body.a}", `{"a":null}`, "join as join-"},
		{"static", `\$default`, `{"action":"send"}`, "default as $default"},
		{"what was found is no expression", "", `{"action":"$request.body.b","b":"send"}`, "default as $default"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := gateway.WebSocketConfig{RouteSelectionExpression: test.expression, Routes: map[string]gateway.Route{
				"$disconnect": {Function: replies(ok)},
				"$default":    twoWay(named("default")),
				"send":        twoWay(named("send")),
				"7":           twoWay(named("seven")),
				"true":        twoWay(named("true")),
				"[1,2]":       twoWay(named("list")),
				"x/y":         twoWay(named("xy")),
				"join-":       twoWay(named("join")),
			}}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				c := s.connect(t)
				c.send(test.message)
				c.want(test.want)
			})
		})
	}
}

// wantError reads an error frame and compares it byte for byte.
func (c *socket) wantError(message string) {
	c.t.Helper()
	want := regexp.MustCompile(`^\{"message": "` + message + `", "connectionId":"[-_A-Za-z0-9]{15}=", "requestId":"[-_A-Za-z0-9]{15}="\}$`)
	if f := c.frame(); !want.Match(f.Payload) {
		c.t.Fatalf("got %s, want %s", f.Payload, want)
	}
}

// TestExpressionDoesNotCountForTheRoutesOfAConnection covers an expression that
// would select another route, and the reply of $disconnect, which nobody
// receives.
func TestExpressionDoesNotCountForTheRoutesOfAConnection(t *testing.T) {
	connect, disconnect, message := newRecorder(), newRecorder(), newRecorder()
	cfg := gateway.WebSocketConfig{RouteSelectionExpression: "send", Routes: map[string]gateway.Route{
		"$connect": {Function: connect}, "$disconnect": twoWay(disconnect), "send": {Function: message},
	}}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		connect.only(t)
		c.sendFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))
		c.wantClose(ws.StatusNormalClosure, "")
		disconnect.only(t)
		message.none(t)
	})
}

// TestNoFunctionIsInvokedAgain checks that a failed function is not retried.
func TestNoFunctionIsInvokedAgain(t *testing.T) {
	var calls atomic.Int32
	failing := function(func(context.Context, []byte) ([]byte, error) {
		calls.Add(1)
		return nil, errors.New("out of order")
	})
	for _, key := range []string{"$connect", "$default", "$disconnect"} {
		t.Run(key, func(t *testing.T) {
			calls.Store(0)
			withWebSocket(t, gateway.WebSocketConfig{Routes: map[string]gateway.Route{key: {Function: failing}}}, func(t *testing.T, s *site) {
				if c, res := s.handshake(t, handshakeRequest("/ws")); res.StatusCode == http.StatusSwitchingProtocols {
					c.send("x")
					synctest.Wait()
					s.gateway.Disrupt(gateway.Cut, nil)
				}
				time.Sleep(time.Hour)
				if n := calls.Load(); n != 1 {
					t.Errorf("%d invocations, want 1", n)
				}
			})
		})
	}
}

func TestMessageWithoutARouteIsForbiddenAndTheSocketStays(t *testing.T) {
	connect := newRecorder()
	cfg := gateway.WebSocketConfig{Routes: map[string]gateway.Route{"$connect": {Function: connect}, "send": twoWay(named("send"))}}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		id := idOf(t, connect.only(t))
		for _, message := range []string{`{"action":"sing"}`, `{"action":"$connect"}`, `{"action":"$disconnect"}`, `nonsense`} {
			c.send(message)
			c.wantError("Forbidden")
		}
		connect.none(t)
		c.send(`{"action":"sing"}`)
		if f := c.frame(); !strings.Contains(string(f.Payload), `"connectionId":"`+id+`"`) {
			t.Errorf("%s does not name the connection %s", f.Payload, id)
		}
		c.send(`{"action":"send"}`)
		c.want("send as send")
	})
}

func TestErrorsOfAFunctionReachTheClientAsFrames(t *testing.T) {
	slow := function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(time.Minute)
		return []byte(ok), nil
	})
	panics := function(func(context.Context, []byte) ([]byte, error) { panic("at the wheel") })
	tests := []struct {
		name string
		f    gateway.Invoker
		want string
	}{
		{"throws", fails(), "Internal server error"},
		{"panics", panics, "Internal server error"},
		{"unknown key", replies(`{"ConnectionId":"x","Data":"y","statusCode":200}`), "Internal server error"},
		{"empty object", replies(`{}`), "Internal server error"},
		{"null", replies(`null`), "Internal server error"},
		{"nothing", replies(``), "Internal server error"},
		{"a text", replies(`"hello"`), "Internal server error"},
		{"body is an object", replies(`{"statusCode":200,"body":{}}`), "Internal server error"},
		{"header is an object", replies(`{"statusCode":200,"headers":{"a":{}}}`), "Internal server error"},
		{"body is not base64", replies(`{"statusCode":200,"isBase64Encoded":true,"body":"!"}`), "Internal server error"},
		{"body is not text", replies(`{"statusCode":200,"isBase64Encoded":true,"body":"/w=="}`), "Internal server error"},
		{"body is too long", replies(`{"statusCode":200,"body":"` + strings.Repeat("x", 128<<10+1) + `"}`), "Internal server error"},
		{"too slow", slow, "Endpoint request timed out"},
	}
	for _, test := range tests {
		for _, both := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, two-way %v", test.name, both), func(t *testing.T) {
				cfg := gateway.WebSocketConfig{Routes: map[string]gateway.Route{"$default": {Function: test.f, TwoWay: both}}}
				withWebSocket(t, cfg, func(t *testing.T, s *site) {
					c := s.connect(t)
					c.send("x")
					c.wantError(test.want)
				})
			})
		}
	}
}

func TestOnlyTwoWayRoutesAnswer(t *testing.T) {
	tests := []struct {
		name   string
		reply  string
		twoWay bool
		want   string
		silent bool
	}{
		{"two-way", `{"statusCode":200,"body":"hi"}`, true, "hi", false},
		{"two-way, empty body", `{"statusCode":200,"body":""}`, true, "", false},
		{"two-way, no body", ok, true, "", false},
		{"two-way, base64", `{"statusCode":200,"body":"aGk=","isBase64Encoded":true}`, true, "hi", false},
		{"two-way, bad status", `{"statusCode":501,"body":"hi"}`, true, "hi", false},
		{"one-way", `{"statusCode":200,"body":"hi"}`, false, "", true},
		{"one-way, bad status", `{"statusCode":501,"body":"hi"}`, false, "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := gateway.WebSocketConfig{Routes: map[string]gateway.Route{"$default": {Function: replies(test.reply), TwoWay: test.twoWay}}}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				c := s.connect(t)
				c.send("x")
				if test.silent {
					c.silent()
					return
				}
				c.want(test.want)
			})
		})
	}
}

// gate is a function that announces its start and waits until the test lets it
// go on.
type gate struct {
	running, most atomic.Int32
	open          chan struct{}
}

func (g *gate) Invoke(context.Context, []byte) ([]byte, error) {
	g.most.Store(max(g.most.Load(), g.running.Add(1)))
	defer g.running.Add(-1)
	<-g.open
	return []byte(`{"statusCode":200,"body":"done"}`), nil
}

func TestMessagesOfOneConnectionRunAtTheSameTimeUpToABound(t *testing.T) {
	tests := []struct {
		name                  string
		perConnection, inAll  int
		connections, messages int
		want                  int32
	}{
		{"default", 0, 0, 1, 20, 16},
		{"serial", 1, 0, 1, 5, 1},
		{"bounded in all", 0, 3, 2, 5, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := &gate{}
			cfg := gateway.WebSocketConfig{
				MaxInFlightPerConnection: test.perConnection,
				MaxInFlight:              test.inAll,
				Routes:                   map[string]gateway.Route{"$default": twoWay(g)},
			}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				g.open = make(chan struct{}) // of this bubble
				var sockets []*socket
				for range test.connections {
					c := s.connect(t)
					sockets = append(sockets, c)
					go func() {
						for range test.messages {
							c.send("x")
						}
					}()
				}
				synctest.Wait()
				if got := g.running.Load(); got != test.want {
					t.Errorf("%d functions at once, want %d", got, test.want)
				}
				close(g.open)
				for _, c := range sockets {
					for range test.messages {
						c.want("done")
					}
				}
				if got := g.most.Load(); got != test.want {
					t.Errorf("%d functions at once in the end, want %d", got, test.want)
				}
			})
		})
	}
}

func TestFunctionHasNoDeadlineButWithTimeoutGivesOne(t *testing.T) {
	deadlines := make(chan bool, 2)
	f := function(func(ctx context.Context, _ []byte) ([]byte, error) {
		_, has := ctx.Deadline()
		deadlines <- has
		<-time.After(20 * time.Second)
		return []byte(ok), nil
	})
	cfg := gateway.WebSocketConfig{Routes: map[string]gateway.Route{
		"free":    twoWay(f),
		"limited": twoWay(gateway.WithTimeout(f, 10*time.Second)),
	}}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.send(`{"action":"free"}`)
		c.want("")
		start := time.Now()
		c.send(`{"action":"limited"}`)
		c.wantError("Internal server error")
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("stopped after %v", took)
		}
		time.Sleep(time.Minute) // until the function has noticed
		if <-deadlines || !<-deadlines {
			t.Error("a deadline where there should be none, or none where there should be one")
		}
	})
}

func withRoute(r gateway.Route) gateway.WebSocketConfig {
	return gateway.WebSocketConfig{Stage: "ws", RouteSelectionExpression: "$request.body.a", Routes: map[string]gateway.Route{"a": r}}
}

func manyRoutes(n int) map[string]gateway.Route {
	out := map[string]gateway.Route{}
	for i := range n {
		out[fmt.Sprintf("GET /%d", i)] = gateway.Route{Function: replies(ok)}
	}
	return out
}

func TestNewWebSocketTakesWhatIsJustAllowed(t *testing.T) {
	for _, cfg := range []gateway.WebSocketConfig{
		withRoute(gateway.Route{Function: replies(ok), Timeout: 29 * time.Second}),
		withRoute(gateway.Route{Function: replies(ok), Timeout: 50 * time.Millisecond}),
		{Stage: "ws", RouteSelectionExpression: "$request.body.a", Routes: manyRoutes(300)},
	} {
		if _, err := gateway.NewWebSocket(cfg); err != nil {
			t.Error(err)
		}
	}
}

func TestNewWebSocketRefusesWhatItCannotServe(t *testing.T) {
	tests := []struct {
		name string
		cfg  gateway.WebSocketConfig
	}{
		{"no stage", gateway.WebSocketConfig{RouteSelectionExpression: "$request.body.action"}},
		{"a path for a stage", gateway.WebSocketConfig{Stage: "a/b", RouteSelectionExpression: "$request.body.action"}},
		{"no expression", gateway.WebSocketConfig{Stage: "ws"}},
		{"expression on headers", gateway.WebSocketConfig{Stage: "ws", RouteSelectionExpression: "$request.header.x"}},
		{"expression with an index", gateway.WebSocketConfig{Stage: "ws", RouteSelectionExpression: "$request.body.a[0]"}},
		{"expression without its end", gateway.WebSocketConfig{Stage: "ws", RouteSelectionExpression: "${request.body.a"}},
		{"timeout over 29 s", withRoute(gateway.Route{Function: replies(ok), Timeout: 29*time.Second + 1})},
		{"timeout under 50 ms", withRoute(gateway.Route{Function: replies(ok), Timeout: 49 * time.Millisecond})},
		{"301 routes", gateway.WebSocketConfig{Stage: "ws", RouteSelectionExpression: "$request.body.a", Routes: manyRoutes(301)}},
		{"route without a function", gateway.WebSocketConfig{Stage: "ws", RouteSelectionExpression: "$request.body.a", Routes: map[string]gateway.Route{"a": {}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := gateway.NewWebSocket(test.cfg); err == nil {
				t.Error("no error")
			}
		})
	}
}

// echoBody replies with the body of its event.
type echoBody struct{}

func (echoBody) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var e struct {
		Body string `json:"body"`
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"statusCode": 200, "body": e.Body})
}
