package gateway_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/gobwas/ws"
	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// randomID matches an id. Ids differ between runs, so the test checks them and
// replaces each by its kind.
var randomID = regexp.MustCompile(`"(requestId|extendedRequestId|connectionId|messageId)": "([^"]*)"`)

var traceID = regexp.MustCompile(`Root=1-386d4380-[0-9a-f]{24}`)

// wantGolden compares an event, key by key, with a file of testdata.
func wantGolden(t *testing.T, name string, event []byte) {
	t.Helper()
	var indented bytes.Buffer
	if err := json.Indent(&indented, event, "", "  "); err != nil {
		t.Fatal(err)
	}
	got := randomID.ReplaceAllStringFunc(indented.String(), func(s string) string {
		m := randomID.FindStringSubmatch(s)
		if b, err := base64.URLEncoding.DecodeString(m[2]); err != nil || len(b) != 11 || m[2][15] != '=' {
			t.Errorf("%s %q is not base64url of 11 bytes with its =", m[1], m[2])
		}
		return fmt.Sprintf("%q: %q", m[1], "an id")
	})
	got = traceID.ReplaceAllString(got, "a trace id") + "\n"
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// decode decodes an event into aws-lambda-go's type.
func decode(t *testing.T, event []byte) events.APIGatewayWebsocketProxyRequest {
	t.Helper()
	var e events.APIGatewayWebsocketProxyRequest
	if err := json.Unmarshal(event, &e); err != nil {
		t.Fatal(err)
	}
	if e.RequestContext.RequestID != e.RequestContext.ExtendedRequestID {
		t.Errorf("requestId %q, extendedRequestId %q", e.RequestContext.RequestID, e.RequestContext.ExtendedRequestID)
	}
	return e
}

// lifecycle records the three kinds of events.
type lifecycle struct{ connect, message, disconnect *recorder }

func newLifecycle() lifecycle { return lifecycle{newRecorder(), newRecorder(), newRecorder()} }

func (l lifecycle) config() gateway.WebSocketConfig {
	return gateway.WebSocketConfig{APIID: "abc123", Routes: routes(map[string]gateway.Invoker{
		"$connect": l.connect, "$disconnect": l.disconnect, "send": l.message,
	})}
}

func TestEventsAreThoseOfAPIGateway(t *testing.T) {
	l := newLifecycle()
	withWebSocket(t, l.config(), func(t *testing.T, s *site) {
		r := handshakeRequest("/ws?v=1&token=a&token=b%26c")
		r.Header.Set("Origin", "https://site")
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		r.Header["X-Twice"] = []string{"one", "two"}
		c, _ := s.handshake(t, r)
		connect := l.connect.only(t)
		wantGolden(t, "connect.json", connect)

		time.Sleep(1500 * time.Millisecond)
		c.send(`{"action":"send","text":"<hi> & ü"}`)
		message := l.message.only(t)
		wantGolden(t, "message.json", message)

		time.Sleep(time.Second)
		c.sendFrame(ws.NewCloseFrame(nil))
		c.wantClose(0, "")
		disconnect := l.disconnect.only(t)
		wantGolden(t, "disconnect.json", disconnect)

		first := decode(t, connect).RequestContext
		for _, event := range [][]byte{message, disconnect} {
			e := decode(t, event).RequestContext
			if e.ConnectionID != first.ConnectionID || e.ConnectedAt != first.ConnectedAt {
				t.Errorf("connection %q of %d became %q of %d", first.ConnectionID, first.ConnectedAt, e.ConnectionID, e.ConnectedAt)
			}
			if e.RequestID == first.RequestID {
				t.Error("two events have one request id")
			}
		}
	})
}

func TestEventsDecodeWithTheLibrarysTypes(t *testing.T) {
	l := newLifecycle()
	withWebSocket(t, l.config(), func(t *testing.T, s *site) {
		c, _ := s.handshake(t, handshakeRequest("/ws?v=1"))
		connect := decode(t, l.connect.only(t))
		if connect.RequestContext.EventType != "CONNECT" || connect.QueryStringParameters["v"] != "1" {
			t.Errorf("connect: %+v", connect)
		}
		c.send(`{"action":"send"}`)
		message := decode(t, l.message.only(t))
		if message.Body != `{"action":"send"}` || message.RequestContext.RouteKey != "send" || message.RequestContext.MessageID == nil {
			t.Errorf("message: %+v", message)
		}
		c.sendFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(4001, "bye")))
		c.wantClose(4001, "")
		disconnect := decode(t, l.disconnect.only(t)).RequestContext
		if disconnect.DisconnectStatusCode != 4001 || disconnect.DisconnectReason == nil || *disconnect.DisconnectReason != "bye" {
			t.Errorf("disconnect: %+v", disconnect)
		}
	})
}

func TestConnectEventWithoutQueryAndUserAgentLacksTheirKeys(t *testing.T) {
	l := newLifecycle()
	withWebSocket(t, l.config(), func(t *testing.T, s *site) {
		r := handshakeRequest("/ws")
		r.Header.Set("User-Agent", "") // makes net/http send none
		s.handshake(t, r)
		wantGolden(t, "connect-bare.json", l.connect.only(t))
	})
}

func TestConnectEventKeepsTheClientsTraceID(t *testing.T) {
	l := newLifecycle()
	withWebSocket(t, l.config(), func(t *testing.T, s *site) {
		r := handshakeRequest("/ws")
		r.Header.Set("X-Amzn-Trace-Id", "Root=1-00000000-000000000000000000000001")
		s.handshake(t, r)
		if got := decode(t, l.connect.only(t)).Headers["X-Amzn-Trace-Id"]; got != "Root=1-00000000-000000000000000000000001" {
			t.Errorf("trace id %q", got)
		}
	})
}
