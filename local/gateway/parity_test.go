package gateway_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
)

func TestHandshakeURLIsLimited(t *testing.T) {
	path := func(n int) string { return "/ws?x=" + strings.Repeat("y", n-len("/ws?x=")) }
	withWebSocket(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site) {
		if _, res := s.handshake(t, handshakeRequest(path(4096))); res.StatusCode != 101 {
			t.Errorf("4,096 characters: %d", res.StatusCode)
		}
		if _, res := s.handshake(t, handshakeRequest(path(4097))); res.StatusCode != 414 {
			t.Errorf("4,097 characters: %d", res.StatusCode)
		}
	})
}

func TestHTTPHeadIsCountedAsOnTheWire(t *testing.T) {
	h := newHTTP(t, gateway.HTTPConfig{Routes: routes(map[string]gateway.Invoker{"GET /": replies(ok)})})
	for want, length := range map[int]int{200: 10_240, 431: 10_241} {
		head := "GET / HTTP/1.1\r\nHost: a\r\nX: "
		head += strings.Repeat("x", length-len(head)-len("\r\n")) + "\r\n"
		if got := statusOf(h, readRequest(t, head+"\r\n")); got != want {
			t.Errorf("%d bytes: %d, want %d", length, got, want)
		}
	}
}

func TestCustomDomainServesItsMappingKey(t *testing.T) {
	unmapped := regexp.MustCompile(`^\{"message":"No method found matching route ws/@connections/[-_A-Za-z0-9=]{16} for http method POST"\}$`)
	tests := []struct {
		name, key, path, wrong string
	}{
		{"with a key", "live", "/live", "/ws"},
		{"with a key that is the stage", "ws", "/ws", "/live"},
		{"at the root", "", "/", "/ws"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			connect := newRecorder()
			cfg := gateway.WebSocketConfig{
				Routes:  routes(map[string]gateway.Invoker{"$connect": connect}),
				Domains: map[string]string{"chat.example": test.key},
			}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				if _, res := s.handshake(t, handshakeRequest(test.wrong)); res.StatusCode != 403 {
					t.Errorf("handshake at %s: %d", test.wrong, res.StatusCode)
				}
				c, _ := s.handshake(t, handshakeRequest(test.path))
				connected := contextOf(t, connect.only(t))
				if connected["stage"] != "ws" {
					t.Errorf("stage %q, which a mapping does not change", connected["stage"])
				}
				id := connected["connectionId"].(string)
				res := s.manage(t, "POST", strings.TrimSuffix(test.path, "/")+"/@connections/"+id, "hello")
				if res.StatusCode != 200 {
					t.Errorf("post: %d", res.StatusCode)
				}
				c.want("hello")
				if test.key == "ws" {
					return
				}
				res = s.manage(t, "POST", connectionPath(id), "x")
				if body, _ := io.ReadAll(res.Body); res.StatusCode != 403 || !unmapped.Match(body) {
					t.Errorf("post below the stage: %d %s", res.StatusCode, body)
				}
				c.silent()
			})
		})
	}
}

func TestStageVariablesStandInEventsIfThereAreAny(t *testing.T) {
	want := map[string]string{"color": "blue"}
	l := newLifecycle()
	cfg := l.config()
	cfg.StageVariables = want
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.send(`{"action":"send"}`)
		message := l.message.only(t)
		c.conn.Close()
		for _, event := range [][]byte{l.connect.only(t), message, l.disconnect.only(t)} {
			if diff := cmp.Diff(want, decode(t, event).StageVariables); diff != "" {
				t.Errorf("stage variables (-want +got):\n%s", diff)
			}
		}
	})
}

func TestHTTPStageStandsBeforeThePath(t *testing.T) {
	f := newRecorder()
	cfg := gateway.HTTPConfig{Stage: "prod", StageVariables: map[string]string{"color": "blue"}, Routes: routes(map[string]gateway.Invoker{
		"GET /a/{b}": f, "GET /": f,
	})}
	inBubble(t, func(t *testing.T) http.Handler { return newHTTP(t, cfg) }, func(t *testing.T, s *site) {
		s.call(t, "GET", "/prod/a/x", "", nil)
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(f.only(t), &e); err != nil {
			t.Fatal(err)
		}
		if e.RawPath != "/prod/a/x" || e.RequestContext.HTTP.Path != "/prod/a/x" || e.RequestContext.Stage != "prod" ||
			e.RouteKey != "GET /a/{b}" || e.PathParameters["b"] != "x" || e.StageVariables["color"] != "blue" {
			t.Errorf("%+v", e)
		}
		s.call(t, "GET", "/prod", "", nil)
		f.only(t)
		for _, path := range []string{"/a/x", "/proda/x", "/"} {
			if res, _ := s.call(t, "GET", path, "", nil); res.StatusCode != 404 {
				t.Errorf("%s: %d", path, res.StatusCode)
			}
		}
	})
}

func TestMessageThatItsModelForbidsIsABadRequestBody(t *testing.T) {
	message := newRecorder()
	cfg := gateway.WebSocketConfig{Routes: map[string]gateway.Route{"$default": {Function: message, Validate: func(body []byte) error {
		if string(body) != "good" {
			return errors.New("not good")
		}
		return nil
	}}}}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.send("bad")
		want := regexp.MustCompile(`^\{"message" : "Bad request body", "connectionId": "[-_A-Za-z0-9]{15}=", "messageId": "[-_A-Za-z0-9]{15}="\}$`)
		if f := c.frame(); !want.Match(f.Payload) {
			t.Errorf("got %s", f.Payload)
		}
		message.none(t)
		c.send("good")
		message.only(t)
	})
}

func TestRefusalsHaveARequestIDAndAnErrorType(t *testing.T) {
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": replies(`{"statusCode":401}`)})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		for path, want := range map[string]string{"/ws": "UnauthorizedException", "/": "ForbiddenException"} {
			_, res := s.handshake(t, handshakeRequest(path))
			wantErrorType(t, res, want)
			if id := res.Header.Get("x-amzn-RequestId"); len(id) != 16 {
				t.Errorf("%s: request id %q", path, id)
			}
		}
	})
}

func TestEventTimesAreMillisecondsAndCommonLogFormat(t *testing.T) {
	l := newLifecycle()
	withWebSocket(t, l.config(), func(t *testing.T, s *site) {
		time.Sleep(1234 * time.Millisecond)
		s.connect(t)
		got := decode(t, l.connect.only(t)).RequestContext
		if got.RequestTime != "01/Jan/2000:00:00:01 +0000" || got.RequestTimeEpoch != 946684801234 || got.ConnectedAt != 946684801234 {
			t.Errorf("%s, %d, %d", got.RequestTime, got.RequestTimeEpoch, got.ConnectedAt)
		}
	})
}

func TestIDsHaveTheKindsBytes(t *testing.T) {
	l := newLifecycle()
	withWebSocket(t, l.config(), func(t *testing.T, s *site) {
		c := s.connect(t)
		l.connect.only(t)
		c.send(`{"action":"send"}`)
		got := contextOf(t, l.message.only(t))
		for key, kind := range map[string]byte{"connectionId": 2, "messageId": 2, "requestId": 5, "extendedRequestId": 5} {
			if b := decodeID(t, got[key].(string)); len(b) != 11 || b[8] != kind {
				t.Errorf("%s %x: want 11 bytes, the ninth %d", key, b, kind)
			}
		}
	})
}
