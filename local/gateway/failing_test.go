package gateway_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"projectchat/local/gateway"
)

func TestFaultsThatEndAConnection(t *testing.T) {
	tests := []struct {
		fault gateway.Fault
		code  int64
	}{
		{gateway.Cut, 1006},
		{gateway.CloseEarly, 1001},
	}
	for _, test := range tests {
		for _, at := range []string{"at a message", "at once"} {
			t.Run(string(test.fault)+" "+at, func(t *testing.T) {
				l := newLifecycle()
				cfg := l.config()
				cfg.Faults = gateway.NewFaults(1)
				withWebSocket(t, cfg, func(t *testing.T, s *site) {
					c := s.connect(t)
					if at == "at a message" {
						cfg.Faults.Set(test.fault, gateway.Rule{P: 1})
						c.send(`{"action":"send"}`)
					} else if n := s.gateway.Disrupt(test.fault, nil); n != 1 {
						t.Errorf("%d connections were disrupted", n)
					}
					if test.code == 1006 {
						if _, err := c.r.ReadByte(); err == nil {
							t.Error("something came from a socket that is cut")
						}
					} else {
						c.wantClose(1001, "Going away")
					}
					l.message.none(t)
					if got := decode(t, l.disconnect.only(t)).RequestContext.DisconnectStatusCode; got != test.code {
						t.Errorf("$disconnect has %d, want %d", got, test.code)
					}
				})
			})
		}
	}
}

func TestConnectionThatVanishesIsNoticedOnlyWhenItIsIdleTooLong(t *testing.T) {
	for _, at := range []string{"at a message", "at once"} {
		t.Run(at, func(t *testing.T) {
			l := newLifecycle()
			cfg := l.config()
			cfg.Faults = gateway.NewFaults(1)
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				c := s.connect(t)
				id := idOf(t, l.connect.only(t))
				start := time.Now()
				if at == "at a message" {
					cfg.Faults.Set(gateway.CutSilent, gateway.Rule{P: 1})
					c.send(`{"action":"send"}`)
				} else if n := s.gateway.Disrupt(gateway.CutSilent, func(other string) bool { return other == id }); n != 1 {
					t.Errorf("%d connections have vanished", n)
				}
				synctest.Wait()
				if res := s.manage(t, "POST", connectionPath(id), "into the void"); res.StatusCode != 200 {
					t.Errorf("post: %d", res.StatusCode)
				}
				if _, err := c.r.ReadByte(); err == nil { // until the gateway gives up
					t.Error("something came")
				}
				if took := time.Since(start); took != 10*time.Minute {
					t.Errorf("it was noticed after %v", took)
				}
				l.message.none(t)
				if got := decode(t, l.disconnect.only(t)).RequestContext.DisconnectStatusCode; got != 1001 {
					t.Errorf("$disconnect has %d", got)
				}
			})
		})
	}
}

func TestDisruptOnlyCutsAndCloses(t *testing.T) {
	withWebSocket(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site) {
		c := s.connect(t)
		if n := s.gateway.Disrupt(gateway.PostDrop, nil); n != 0 {
			t.Errorf("%d connections were disrupted", n)
		}
		if n := s.gateway.Disrupt(gateway.Cut, func(string) bool { return false }); n != 0 {
			t.Errorf("%d connections were disrupted", n)
		}
		c.silent()
	})
}

func TestSlowReaderFillsItsQueue(t *testing.T) {
	cfg := gateway.WebSocketConfig{QueueMessages: 2, Faults: always(t, gateway.SlowReader, gateway.Rule{For: 5 * time.Second})}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		for _, want := range []int{200, 200, 429} {
			if res := s.manage(t, "POST", connectionPath(id), "x"); res.StatusCode != want {
				t.Errorf("status %d, want %d", res.StatusCode, want)
			}
		}
		start := time.Now()
		c.want("x")
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("it came after %v", took)
		}
		c.want("x")
	})
}

func TestCutIsAResetOnTCP(t *testing.T) {
	l := newLifecycle()
	cfg := l.config()
	cfg.Faults = always(t, gateway.Cut, gateway.Rule{})
	c := dialTCP(t, onTCP(t, cfg, false))
	c.send("x")
	if _, err := c.r.ReadByte(); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error is %v, want a reset", err)
	}
}

func TestCutIsAResetBelowTLS(t *testing.T) {
	cfg := gateway.WebSocketConfig{Faults: always(t, gateway.Cut, gateway.Rule{})}
	conn, err := net.Dial("tcp", onTCP(t, cfg, true))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	secure := tls.Client(conn, insecure())
	if err := handshakeRequest("/ws").Write(secure); err != nil {
		t.Fatal(err)
	}
	c := &socket{t: t, conn: secure, r: bufio.NewReader(secure)}
	if res, err := http.ReadResponse(c.r, nil); err != nil || res.StatusCode != 101 {
		t.Fatal(res, err)
	}
	c.send("x")
	if _, err := c.r.ReadByte(); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error is %v, want a reset", err)
	}
}
