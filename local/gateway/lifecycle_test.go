package gateway_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"projectchat/local/gateway"
)

func TestDisconnectTellsWhyTheConnectionEnded(t *testing.T) {
	clientCloses := func(body []byte) func(*testing.T, *site, *socket, string) {
		return func(t *testing.T, s *site, c *socket, _ string) {
			c.sendFrame(ws.NewCloseFrame(body))
			code, _ := ws.ParseCloseFrameData(body)
			c.wantClose(code, "")
		}
	}
	tests := []struct {
		name   string
		end    func(*testing.T, *site, *socket, string)
		code   int64
		reason string
	}{
		{"client closes without a code", clientCloses(nil), 1005, "Client-side close frame status not set"},
		{"client leaves the page", clientCloses(ws.NewCloseFrameBody(1001, "")), 1001, ""},
		{"client closes with code and reason", clientCloses(ws.NewCloseFrameBody(4321, "enough")), 4321, "enough"},
		{"idle", func(t *testing.T, s *site, c *socket, _ string) { c.wantClose(1001, "Going away") }, 1001, "Going away"},
		{"deleted", func(t *testing.T, s *site, c *socket, id string) {
			if res := s.manage(t, "DELETE", connectionPath(id), ""); res.StatusCode != 204 {
				t.Errorf("status %d", res.StatusCode)
			}
			c.wantClose(1000, "")
		}, 1000, "Connection Closed Normally"},
		{"cut", func(t *testing.T, s *site, c *socket, _ string) { c.conn.Close() }, 1006, "*"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLifecycle()
			withWebSocket(t, l.config(), func(t *testing.T, s *site) {
				c := s.connect(t)
				connect := decode(t, l.connect.only(t)).RequestContext
				test.end(t, s, c, connect.ConnectionID)
				got := decode(t, l.disconnect.only(t)).RequestContext
				if got.DisconnectStatusCode != test.code || got.DisconnectReason == nil {
					t.Fatalf("code %d, reason %v", got.DisconnectStatusCode, got.DisconnectReason)
				}
				if test.reason != "*" && *got.DisconnectReason != test.reason {
					t.Errorf("reason %q, want %q", *got.DisconnectReason, test.reason)
				}
				if got.ConnectionID != connect.ConnectionID {
					t.Errorf("connection %q, want %q", got.ConnectionID, connect.ConnectionID)
				}
			})
		})
	}
}

func TestClientThatLeftDuringConnectGetsItsDisconnectAfterwards(t *testing.T) {
	order := make(chan string, 2)
	step := func(name string, takes time.Duration) function {
		return func(context.Context, []byte) ([]byte, error) {
			time.Sleep(takes)
			order <- name
			return []byte(ok), nil
		}
	}
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{
		"$connect": step("connect", 5*time.Second), "$disconnect": step("disconnect", 0),
	})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.conn.Close()
		time.Sleep(time.Minute)
		if first, second := <-order, <-order; first != "connect" || second != "disconnect" {
			t.Errorf("order is %s, %s", first, second)
		}
	})
}

func TestHandshakeWhoseClientIsGoneHasNoDisconnect(t *testing.T) {
	l := newLifecycle()
	cfg := l.config()
	cfg.Routes["$connect"] = gateway.Route{Function: function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(5 * time.Second)
		return []byte(ok), nil
	})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		conn, err := s.pipes.dial()
		if err != nil {
			t.Fatal(err)
		}
		if err := handshakeRequest("/ws").Write(conn); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		time.Sleep(time.Minute)
		l.disconnect.none(t)
	})
}

func TestIdleConnectionIsClosedAfterTenMinutes(t *testing.T) {
	connect := newRecorder()
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect, "$default": replies(ok)})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		id := idOf(t, connect.only(t))

		time.Sleep(9 * time.Minute)
		c.send("a message from the client counts")
		time.Sleep(9 * time.Minute)
		s.manage(t, "POST", connectionPath(id), "as does one to it")
		c.want("as does one to it")
		start := time.Now()
		time.Sleep(9 * time.Minute)
		c.sendFrame(ws.NewPingFrame(nil)) // a ping does not
		if f := c.frame(); f.Header.OpCode != ws.OpPong {
			t.Fatalf("got %v", f.Header.OpCode)
		}
		c.wantClose(1001, "Going away")
		if took := time.Since(start); took != 10*time.Minute {
			t.Errorf("closed after %v", took)
		}
	})
}

func TestBusyConnectionIsClosedAfterTwoHours(t *testing.T) {
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$default": replies(ok)})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		start := time.Now()
		c := s.connect(t)
		for range 23 {
			time.Sleep(5 * time.Minute)
			c.send("x")
		}
		c.wantClose(1001, "Going away")
		if took := time.Since(start); took != 2*time.Hour {
			t.Errorf("closed after %v", took)
		}
	})
}

func TestTimesCanBeSet(t *testing.T) {
	tests := []struct {
		name string
		cfg  gateway.WebSocketConfig
		want time.Duration
	}{
		{"idle", gateway.WebSocketConfig{IdleTimeout: 3 * time.Second}, 3 * time.Second},
		{"lifetime", gateway.WebSocketConfig{MaxLifetime: 4 * time.Second}, 4 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			withWebSocket(t, test.cfg, func(t *testing.T, s *site) {
				start := time.Now()
				s.connect(t).wantClose(1001, "Going away")
				if took := time.Since(start); took != test.want {
					t.Errorf("closed after %v", took)
				}
			})
		})
	}
}

func TestClientThatSendsAndNeverReadsIsCutOff(t *testing.T) {
	l := newLifecycle()
	cfg := l.config()
	var calls atomic.Int32
	cfg.Routes["send"] = twoWay(function(func(context.Context, []byte) ([]byte, error) {
		calls.Add(1)
		return []byte(`{"statusCode":200,"body":"read me"}`), nil
	}))
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		start := time.Now()
		message := ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(`{"action":"send"}`))))
		for {
			if _, err := c.conn.Write(message); err != nil {
				break
			}
		}
		if n := calls.Load(); n != 16 {
			t.Errorf("%d messages were taken from a client that reads nothing, want 16", n)
		}
		if took := time.Since(start); took < 10*time.Minute || took > 11*time.Minute {
			t.Errorf("it was cut off after %v", took)
		}
		if got := decode(t, l.disconnect.only(t)).RequestContext.DisconnectStatusCode; got != 1001 {
			t.Errorf("ended with %d, want 1001", got)
		}
	})
}

func TestUnansweredCloseDoesNotKeepTheSocket(t *testing.T) {
	l := newLifecycle()
	withWebSocket(t, l.config(), func(t *testing.T, s *site) {
		c := s.connect(t)
		id := idOf(t, l.connect.only(t))
		start := time.Now()
		s.manage(t, "DELETE", connectionPath(id), "")
		l.disconnect.only(t) // which does not wait for the client
		if f := c.frame(); f.Header.OpCode != ws.OpClose {
			t.Fatalf("got %v", f.Header.OpCode)
		}
		if _, err := c.r.ReadByte(); err == nil {
			t.Error("something after the close")
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("the socket stayed for %v", took)
		}
	})
}

func TestShutdownClosesAllAndRunsTheirDisconnect(t *testing.T) {
	l := newLifecycle()
	withWebSocket(t, l.config(), func(t *testing.T, s *site) {
		sockets := []*socket{s.connect(t), s.connect(t), s.connect(t)}
		done := make(chan error)
		go func() { done <- s.gateway.Shutdown(t.Context()) }()
		for _, c := range sockets {
			c.wantClose(1001, "Going away")
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := len(l.disconnect.events); n != 3 {
			t.Errorf("%d $disconnect, want 3", n)
		}
		if _, res := s.handshake(t, handshakeRequest("/ws")); res.StatusCode != 503 {
			t.Errorf("handshake after the shutdown: %d, want 503", res.StatusCode)
		}
	})
}

func TestShutdownLetsAHandshakeEndProperly(t *testing.T) {
	l := newLifecycle()
	cfg := l.config()
	cfg.Routes["$connect"] = gateway.Route{Function: function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(5 * time.Second)
		return []byte(ok), nil
	})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		go func() {
			time.Sleep(time.Second)
			if err := s.gateway.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		}()
		s.connect(t).wantClose(1001, "Going away")
		l.disconnect.only(t)
	})
}

func TestShutdownThatRunsOutOfTimeCancelsTheFunctions(t *testing.T) {
	stuck := function(func(ctx context.Context, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$default": stuck})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.send("x")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		done := make(chan error, 1)
		go func() { done <- s.gateway.Shutdown(ctx) }()
		c.wantClose(1001, "Going away")
		if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
	})
}
