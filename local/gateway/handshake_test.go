package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"projectchat/local/gateway"
)

func TestHandshakeHasTheStatusOfConnect(t *testing.T) {
	slow := function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(time.Minute)
		return []byte(ok), nil
	})
	rejected := function(func(context.Context, []byte) ([]byte, error) {
		return nil, fmt.Errorf("too many: %w", gateway.ErrRejected)
	})
	panics := function(func(context.Context, []byte) ([]byte, error) { panic("at the wheel") })
	tests := []struct {
		name    string
		connect gateway.Invoker
		want    int
		body    string
	}{
		{"200", replies(`{"statusCode":200}`), 101, ""},
		{"201", replies(`{"statusCode":201,"headers":null,"multiValueHeaders":null,"body":""}`), 101, ""},
		{"204", replies(`{"statusCode":204}`), 101, ""},
		{"301", replies(`{"statusCode":301,"headers":{"Location":"/elsewhere"}}`), 301, `{"message":"Moved Permanently"}`},
		{"400", replies(`{"statusCode":400,"body":"secret"}`), 400, `{"message":"Bad Request"}`},
		{"401", replies(`{"statusCode":401}`), 401, `{"message":"Unauthorized"}`},
		{"403", replies(`{"statusCode":403}`), 403, `{"message":"Forbidden"}`},
		{"501", replies(`{"statusCode":501}`), 501, `{"message":"Not Implemented"}`},
		{"throws", fails(), 502, `{"message":"Internal server error"}`},
		{"panics", panics, 502, `{"message":"Internal server error"}`},
		{"no JSON", replies(`ok`), 502, `{"message":"Internal server error"}`},
		{"null", replies(`null`), 502, ""},
		{"empty object", replies(`{}`), 502, ""},
		{"status is text", replies(`{"statusCode":"200"}`), 502, ""},
		{"status is a fraction", replies(`{"statusCode":200.5}`), 502, ""},
		{"status is no status", replies(`{"statusCode":42}`), 502, ""},
		{"unknown key", replies(`{"statusCode":200,"Data":"x"}`), 502, ""},
		{"key in another case", replies(`{"StatusCode":200}`), 502, ""},
		{"rejected by Lambda", rejected, 500, `{"message":"Internal server error"}`},
		{"too slow", slow, 504, `{"message":"Endpoint request timed out"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			disconnect := newRecorder()
			cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": test.connect, "$disconnect": disconnect})}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				c, res := s.handshake(t, handshakeRequest("/ws"))
				if res.StatusCode != test.want {
					t.Fatalf("status %d, want %d", res.StatusCode, test.want)
				}
				if test.want == http.StatusSwitchingProtocols {
					return
				}
				body, _ := io.ReadAll(res.Body)
				if test.body != "" && string(body) != test.body {
					t.Errorf("body %s, want %s", body, test.body)
				}
				c.conn.Close()
				time.Sleep(time.Hour)
				disconnect.none(t)
			})
		})
	}
}

func TestHandshakeWithoutAConnectRouteSucceeds(t *testing.T) {
	withWebSocket(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site) { s.connect(t) })
}

func TestHandshakeRefusesWhatIsNoHandshakeOfThisStage(t *testing.T) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set(name, value)
		}
	}
	tests := []struct {
		name, path string
		change     func(*http.Request)
		want       int
	}{
		{"no upgrade", "/ws", func(r *http.Request) { r.Header.Del("Upgrade") }, 426},
		{"another upgrade", "/ws", set("Upgrade", "h2c"), 426},
		{"no connection header", "/ws", func(r *http.Request) { r.Header.Del("Connection") }, 426},
		{"old version", "/ws", set("Sec-WebSocket-Version", "8"), 426},
		{"POST", "/ws", func(r *http.Request) { r.Method = "POST" }, 426},
		{"no key", "/ws", func(r *http.Request) { r.Header.Del("Sec-WebSocket-Key") }, 400},
		{"short key", "/ws", set("Sec-WebSocket-Key", "AAAA"), 400},
		{"another stage", "/prod", nil, 403},
		{"no stage", "/", nil, 403},
		{"below the stage", "/ws/room", nil, 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			connect := newRecorder()
			cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect})}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				r := handshakeRequest(test.path)
				if test.change != nil {
					test.change(r)
				}
				_, res := s.handshake(t, r)
				if res.StatusCode != test.want {
					t.Errorf("status %d, want %d", res.StatusCode, test.want)
				}
				if test.want == 403 {
					if body, _ := io.ReadAll(res.Body); string(body) != `{"message":"Forbidden"}` {
						t.Errorf("body %s", body)
					}
				}
				connect.none(t)
			})
		})
	}
}

func TestHandshakeAnswersAsRFC6455Says(t *testing.T) {
	withWebSocket(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site) {
		_, res := s.handshake(t, handshakeRequest("/ws"))
		if got := res.Header.Get("Sec-WebSocket-Accept"); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
			t.Errorf("accept %q", got)
		}
		if got := res.Header.Get("Sec-WebSocket-Extensions"); got != "" {
			t.Errorf("extensions %q were agreed to", got)
		}
	})
}

func TestSubprotocolIsEchoedOnlyIfConnectChoseIt(t *testing.T) {
	tests := []struct{ name, reply, want string }{
		{"chosen", `{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"chat.v1"}}`, "chat.v1"},
		{"in another case", `{"statusCode":200,"headers":{"sec-websocket-PROTOCOL":"chat.v1"}}`, "chat.v1"},
		{"in multiValueHeaders", `{"statusCode":200,"multiValueHeaders":{"Sec-WebSocket-Protocol":["chat.v1"]}}`, "chat.v1"},
		{"not chosen", ok, ""},
		{"an injected header", `{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"a\r\nSet-Cookie: b"}}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": replies(test.reply)})}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				r := handshakeRequest("/ws")
				r.Header.Set("Sec-WebSocket-Protocol", "chat.v1, chat.v2")
				_, res := s.handshake(t, r)
				if res.StatusCode != 101 {
					t.Fatalf("status %d", res.StatusCode)
				}
				if got := res.Header.Get("Sec-WebSocket-Protocol"); got != test.want {
					t.Errorf("subprotocol %q, want %q", got, test.want)
				}
				if res.Header.Get("Set-Cookie") != "" {
					t.Error("a header came in through the subprotocol")
				}
			})
		})
	}
}

func TestConnectionIsNotThereUntilConnectHasAnswered(t *testing.T) {
	var events chan []byte
	var answer chan struct{}
	connect := function(func(_ context.Context, event []byte) ([]byte, error) {
		events <- event
		<-answer
		return []byte(ok), nil
	})
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		events, answer = make(chan []byte, 1), make(chan struct{}) // of this bubble
		go func() {
			id := idOf(t, <-events)
			if res := s.manage(t, "POST", connectionPath(id), "too early"); res.StatusCode != 410 {
				t.Errorf("status %d during $connect, want 410", res.StatusCode)
			}
			events <- []byte(id)
			close(answer)
		}()
		c := s.connect(t)
		if res := s.manage(t, "POST", connectionPath(string(<-events)), "in time"); res.StatusCode != 200 {
			t.Errorf("status %d after the handshake, want 200", res.StatusCode)
		}
		c.want("in time")
	})
}

func TestFramesSentBeforeThe101AreNotLost(t *testing.T) {
	message := newRecorder()
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$default": message})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		conn, err := s.pipes.dial()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		var b strings.Builder
		handshakeRequest("/ws").Write(&b)
		b.WriteString("\x81\x82\x00\x00\x00\x00hi")
		go io.Copy(io.Discard, conn)
		if _, err := io.WriteString(conn, b.String()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if event := message.only(t); !strings.Contains(string(event), `"body":"hi"`) {
			t.Errorf("event %s", event)
		}
	})
}
