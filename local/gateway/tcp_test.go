package gateway_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"projectchat/local/gateway"
)

// TestMain fails if a goroutine remains. A bubble detects its own; the tests on
// TCP have no bubble.
func TestMain(m *testing.M) {
	code := m.Run()
	if flag.Lookup("test.fuzz").Value.String() != "" {
		os.Exit(code) // the fuzzer has goroutines of its own
	}
	http.DefaultClient.CloseIdleConnections()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > 1 && time.Now().Before(end); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); code == 0 && n > 1 {
		fmt.Fprintf(os.Stderr, "%d goroutines are left over\n", n-1)
		pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
		code = 1
	}
	os.Exit(code)
}

// onTCP serves a gateway on a port of this machine.
func onTCP(t *testing.T, cfg gateway.WebSocketConfig, secure bool) (address string) {
	t.Helper()
	g := newGateway(t, cfg)
	server := httptest.NewUnstartedServer(g)
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(func() {
		if err := g.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		server.Close()
	})
	return server.Listener.Addr().String()
}

func dialTCP(t *testing.T, address string) *socket {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	r := handshakeRequest("/ws")
	if err := r.Write(conn); err != nil {
		t.Fatal(err)
	}
	c := &socket{t: t, conn: conn, r: bufio.NewReader(conn)}
	res, err := http.ReadResponse(c.r, r)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %d", res.StatusCode)
	}
	return c
}

// The kernel resets a socket that is closed with unread input, and the client
// can lose the close frame. Here the client must still get it.
func TestCloseFrameSurvivesWhatTheClientSendsOnTCP(t *testing.T) {
	l := newLifecycle()
	c := dialTCP(t, onTCP(t, l.config(), false))
	tooLong := make([]byte, 200<<10)
	c.sendFrame(ws.NewTextFrame(tooLong))
	c.wantClose(1009, "")
	if got := decode(t, <-l.disconnect.events).RequestContext.DisconnectStatusCode; got != 1009 {
		t.Errorf("$disconnect has %d", got)
	}
}

func TestResetIsACutOnTCP(t *testing.T) {
	l := newLifecycle()
	c := dialTCP(t, onTCP(t, l.config(), false))
	c.conn.(*net.TCPConn).SetLinger(0)
	c.conn.Close()
	if got := decode(t, <-l.disconnect.events).RequestContext.DisconnectStatusCode; got != 1006 {
		t.Errorf("$disconnect has %d", got)
	}
}

func TestManyConnectionsOnTCP(t *testing.T) {
	l := newLifecycle()
	cfg := l.config()
	cfg.Routes["send"] = twoWay(echoBody{})
	address := onTCP(t, cfg, false)
	done := make(chan bool)
	for i := range 20 {
		c := dialTCP(t, address)
		go func() {
			defer func() { done <- true }()
			for n := range 50 {
				text := fmt.Sprintf(`{"action":"send","from":%d,"n":%d}`, i, n)
				if _, err := c.conn.Write(ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(text))))); err != nil {
					t.Error(err)
					return
				}
				if f, err := readFrame(c.r); err != nil || string(f.Payload) != text {
					t.Errorf("got %q, %v, want %s", f.Payload, err, text)
					return
				}
			}
		}()
	}
	for range 20 {
		<-done
	}
}

func TestTLSIsToldToConnect(t *testing.T) {
	connect := make(chan []byte, 1)
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": refusing(connect)})}
	address := onTCP(t, cfg, true)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: insecure()}}
	defer client.CloseIdleConnections()
	r := handshakeRequest("/ws")
	r.URL.Scheme, r.URL.Host = "https", address
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	e := decode(t, <-connect)
	if _, port, _ := net.SplitHostPort(address); e.Headers["X-Forwarded-Proto"] != "https" || e.Headers["X-Forwarded-Port"] != port {
		t.Errorf("headers %v", e.Headers)
	}
}

// refusing keeps its event and answers 403.
func refusing(events chan<- []byte) function {
	return func(_ context.Context, event []byte) ([]byte, error) {
		events <- event
		return []byte(`{"statusCode":403}`), nil
	}
}

// insecure trusts the test server's self-signed certificate.
func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }
