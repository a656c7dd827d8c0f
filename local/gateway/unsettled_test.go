package gateway_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"projectchat/local/gateway"
)

func TestUnsettledRefusalBody(t *testing.T) {
	for _, on := range []bool{false, true} {
		cfg := gateway.WebSocketConfig{
			Routes:    routes(map[string]gateway.Invoker{"$connect": replies(`{"statusCode":401,"body":"my own words"}`)}),
			Unsettled: gateway.Unsettled{RefusalBody: on},
		}
		withWebSocket(t, cfg, func(t *testing.T, s *site) {
			_, res := s.handshake(t, handshakeRequest("/ws"))
			if body, _ := io.ReadAll(res.Body); (string(body) == "my own words") != on {
				t.Errorf("%v: body %s", on, body)
			}
		})
	}
}

func TestUnsettledConnectHeaders(t *testing.T) {
	const reply = `{"statusCode":200,"headers":{"X-Mine":"a","Sec-WebSocket-Accept":"forged","Connection":"close","X-Evil":"a\r\nX-Smuggled: b","Sec-WebSocket-Protocol":"p"}}`
	for _, on := range []bool{false, true} {
		cfg := gateway.WebSocketConfig{
			Routes:    routes(map[string]gateway.Invoker{"$connect": replies(reply)}),
			Unsettled: gateway.Unsettled{ConnectHeaders: on},
		}
		withWebSocket(t, cfg, func(t *testing.T, s *site) {
			_, res := s.handshake(t, handshakeRequest("/ws"))
			if got := res.Header.Get("X-Mine"); (got == "a") != on {
				t.Errorf("%v: X-Mine %q", on, got)
			}
			if got := res.Header.Values("Connection"); len(got) != 1 || got[0] != "upgrade" {
				t.Errorf("%v: Connection %q", on, got)
			}
			if res.Header.Get("Sec-WebSocket-Accept") == "forged" || res.Header.Get("X-Smuggled") != "" || res.Header.Get("Sec-WebSocket-Protocol") != "p" {
				t.Errorf("%v: headers %v", on, res.Header)
			}
		})
	}
}

func TestUnsettledPingsAreActivity(t *testing.T) {
	for on, want := range map[bool]time.Duration{false: 10 * time.Minute, true: 19 * time.Minute} {
		withWebSocket(t, gateway.WebSocketConfig{Unsettled: gateway.Unsettled{PingsAreActivity: on}}, func(t *testing.T, s *site) {
			start := time.Now()
			c := s.connect(t)
			time.Sleep(9 * time.Minute)
			c.sendFrame(ws.NewPingFrame(nil))
			c.frame()
			c.wantClose(1001, "Going away")
			if took := time.Since(start); took != want {
				t.Errorf("%v: closed after %v, want %v", on, took, want)
			}
		})
	}
}

func TestUnsettledEmptyResults(t *testing.T) {
	for _, reply := range []string{"", "null", " {} "} {
		cfg := gateway.WebSocketConfig{
			Routes:    routes(map[string]gateway.Invoker{"$connect": replies(reply), "$default": replies(reply)}),
			Unsettled: gateway.Unsettled{EmptyResults: true},
		}
		withWebSocket(t, cfg, func(t *testing.T, s *site) {
			c := s.connect(t)
			c.send("x")
			c.silent()
		})
	}
}

func TestUnsettledBinaryPosts(t *testing.T) {
	cfg := gateway.WebSocketConfig{Unsettled: gateway.Unsettled{BinaryPosts: true}}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		for text, op := range map[string]ws.OpCode{"\xff": ws.OpBinary, "ü": ws.OpText} {
			if res := s.manage(t, "POST", connectionPath(id), text); res.StatusCode != 200 {
				t.Errorf("%q: %d", text, res.StatusCode)
			}
			if f := c.frame(); f.Header.OpCode != op || string(f.Payload) != text {
				t.Errorf("got %v %q", f.Header.OpCode, f.Payload)
			}
		}
	})
}

func TestUnsettledBodiesOfManagementErrors(t *testing.T) {
	cfg := gateway.WebSocketConfig{QueueMessages: 1, Unsettled: gateway.Unsettled{BareTooLarge: true, ThrottledPost: "Too fast"}}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		tests := []struct {
			text, errorType, body string
			status                int
		}{
			{strings.Repeat("x", 128<<10+1), "PayloadTooLargeException", "", 413},
			{"x", "", "", 200},
			{"y", "LimitExceededException", `{"message":"Too fast"}`, 429},
		}
		for _, test := range tests {
			res := s.manage(t, "POST", connectionPath(id), test.text)
			if body, _ := io.ReadAll(res.Body); res.StatusCode != test.status || string(body) != test.body {
				t.Errorf("%d %s, want %d %s", res.StatusCode, body, test.status, test.body)
			}
			wantErrorType(t, res, test.errorType)
		}
		c.want("x")
	})
}

func TestUnsettledReasonsOfTheEnd(t *testing.T) {
	tests := []struct {
		name string
		end  func(*socket)
		want string
	}{
		{"cut", func(c *socket) { c.conn.Close() }, "lost"},
		{"too old", func(c *socket) { c.wantClose(1001, "Too old") }, "Too old"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLifecycle()
			cfg := l.config()
			cfg.MaxLifetime = 5 * time.Minute
			cfg.Unsettled = gateway.Unsettled{CutReason: "lost", LifetimeReason: "Too old"}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				test.end(s.connect(t))
				if got := decode(t, l.disconnect.only(t)).RequestContext.DisconnectReason; *got != test.want {
					t.Errorf("reason %q, want %q", *got, test.want)
				}
			})
		})
	}
}
