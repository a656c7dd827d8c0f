package gateway_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"projectchat/local/gateway"
)

// The tests run in a synctest bubble, on pipes instead of sockets. Their clock
// advances only while all goroutines wait, and a goroutine that remains at the
// end fails the test.

// function makes a func an Invoker.
type function func(ctx context.Context, event []byte) ([]byte, error)

func (f function) Invoke(ctx context.Context, event []byte) ([]byte, error) { return f(ctx, event) }

// replies returns a function that always gives this reply.
func replies(reply string) function {
	return func(context.Context, []byte) ([]byte, error) { return []byte(reply), nil }
}

// fails returns a function that always fails with this message.
func fails() function {
	return func(context.Context, []byte) ([]byte, error) { return nil, errors.New("out of order") }
}

// ok is the reply of a function without a result.
const ok = `{"statusCode":200}`

// recorder is a function that keeps its events and replies with ok.
type recorder struct {
	events chan []byte
}

func newRecorder() *recorder { return &recorder{events: make(chan []byte, 100)} }

func (r *recorder) Invoke(_ context.Context, event []byte) ([]byte, error) {
	r.events <- event
	return []byte(ok), nil
}

// only returns the one event that came. It fails the test if there is none or
// more than one.
func (r *recorder) only(t *testing.T) []byte {
	t.Helper()
	synctest.Wait()
	if n := len(r.events); n != 1 {
		t.Fatalf("%d events, want 1", n)
	}
	return <-r.events
}

func (r *recorder) none(t *testing.T) {
	t.Helper()
	synctest.Wait()
	select {
	case e := <-r.events:
		t.Fatalf("unexpected event %s", e)
	default:
	}
}

// site is a handler behind a network of pipes.
type site struct {
	gateway *gateway.WebSocket
	pipes   pipes
	client  *http.Client
}

// inBubble serves handler in a bubble, runs the test and shuts everything down.
func inBubble(t *testing.T, handler func(t *testing.T) http.Handler, test func(t *testing.T, s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &site{pipes: pipes{conns: make(chan net.Conn), closed: make(chan struct{})}}
		h := handler(t)
		s.gateway, _ = h.(*gateway.WebSocket)
		server := &http.Server{Handler: h}
		go server.Serve(&s.pipes)
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return s.pipes.dial() }}
		s.client = &http.Client{Transport: transport}
		defer func() {
			transport.CloseIdleConnections()
			s.shutdown(t)
			server.Close()
			time.Sleep(time.Second) // net/http lingers over a refused body
		}()
		test(t, s)
	})
}

func (s *site) shutdown(t *testing.T) {
	if s.gateway == nil {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	if err := s.gateway.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

// withWebSocket serves a gateway on the stage ws that selects routes by action.
func withWebSocket(t *testing.T, cfg gateway.WebSocketConfig, test func(t *testing.T, s *site)) {
	t.Helper()
	inBubble(t, func(t *testing.T) http.Handler { return newGateway(t, cfg) }, test)
}

func newGateway(t *testing.T, cfg gateway.WebSocketConfig) *gateway.WebSocket {
	t.Helper()
	if cfg.Stage == "" {
		cfg.Stage = "ws"
	}
	if cfg.RouteSelectionExpression == "" {
		cfg.RouteSelectionExpression = "$request.body.action"
	}
	g, err := gateway.NewWebSocket(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// routes returns one-way routes.
func routes(functions map[string]gateway.Invoker) map[string]gateway.Route {
	out := map[string]gateway.Route{}
	for key, f := range functions {
		out[key] = gateway.Route{Function: f}
	}
	return out
}

// pipes is a listener whose connections are net.Pipes with addresses.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (p *pipes) dial() (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- addressed{there}:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

type addressed struct{ net.Conn }

func (addressed) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }
func (addressed) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 50123}
}

// socket is a WebSocket client that checks nothing and sends any bytes.
type socket struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

const sampleKey = "dGhlIHNhbXBsZSBub25jZQ=="

// handshakeRequest returns a handshake's GET in a browser's form.
func handshakeRequest(path string) *http.Request {
	r, err := http.NewRequest("GET", "http://chat.example:8080"+path, nil)
	if err != nil {
		panic(err)
	}
	r.Header.Set("User-Agent", "tester/1")
	r.Header.Set("Connection", "keep-alive, Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", sampleKey)
	r.Header.Set("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
	return r
}

// handshake sends r on a connection of its own. Any response is accepted.
func (s *site) handshake(t *testing.T, r *http.Request) (*socket, *http.Response) {
	t.Helper()
	conn, err := s.pipes.dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := r.Write(conn); err != nil {
		t.Fatal(err)
	}
	c := &socket{t: t, conn: conn, r: bufio.NewReader(conn)}
	res, err := http.ReadResponse(c.r, r)
	if err != nil {
		t.Fatal(err)
	}
	return c, res
}

// connect makes a handshake that must succeed.
func (s *site) connect(t *testing.T) *socket {
	t.Helper()
	c, res := s.handshake(t, handshakeRequest("/ws"))
	if res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %d, want 101", res.StatusCode)
	}
	return c
}

func (c *socket) send(text string) {
	c.t.Helper()
	c.sendFrame(ws.NewTextFrame([]byte(text)))
}

// sendFrame masks the frame and sends it.
func (c *socket) sendFrame(f ws.Frame) {
	c.t.Helper()
	c.sendRaw(ws.MustCompileFrame(ws.MaskFrame(f)))
}

func (c *socket) sendRaw(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// frame returns the next frame from the gateway.
func (c *socket) frame() ws.Frame {
	c.t.Helper()
	f, err := readFrame(c.r)
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return f
}

func readFrame(r io.Reader) (f ws.Frame, err error) {
	if f.Header, err = ws.ReadHeader(r); err != nil {
		return f, err
	}
	f.Payload = make([]byte, f.Header.Length)
	_, err = io.ReadFull(r, f.Payload)
	return f, err
}

func (c *socket) want(text string) {
	c.t.Helper()
	if f := c.frame(); f.Header.OpCode != ws.OpText || string(f.Payload) != text {
		c.t.Fatalf("got %v %q, want text %q", f.Header.OpCode, f.Payload, text)
	}
}

// wantClose reads the close frame and hangs up.
func (c *socket) wantClose(code ws.StatusCode, reason string) {
	c.t.Helper()
	f := c.frame()
	if f.Header.OpCode != ws.OpClose {
		c.t.Fatalf("got %v %q, want close %d", f.Header.OpCode, f.Payload, code)
	}
	gotCode, gotReason := ws.ParseCloseFrameData(f.Payload)
	if gotCode != code || reason != "" && gotReason != reason {
		c.t.Fatalf("closed with %d %q, want %d %q", gotCode, gotReason, code, reason)
	}
	c.conn.Close()
}

// silent waits until all goroutines are blocked, and checks that no frame came.
func (c *socket) silent() {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(time.Second))
	defer c.conn.SetReadDeadline(time.Time{})
	if b, err := c.r.Peek(1); err == nil {
		f := c.frame()
		c.t.Fatalf("got %v %q (%x), want nothing", f.Header.OpCode, f.Payload, b)
	}
}

// contextOf returns an event's requestContext.
func contextOf(t *testing.T, event []byte) map[string]any {
	t.Helper()
	var e struct {
		RequestContext map[string]any `json:"requestContext"`
	}
	if err := json.Unmarshal(event, &e); err != nil {
		t.Fatal(err)
	}
	return e.RequestContext
}

func idOf(t *testing.T, event []byte) string {
	t.Helper()
	return contextOf(t, event)["connectionId"].(string)
}

// manage calls the management API with an unverifiable signature.
func (s *site) manage(t *testing.T, method, path, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, "http://chat.example:8080"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20000101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00")
	return s.do(t, r)
}

func (s *site) do(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	res, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func connectionPath(id string) string { return fmt.Sprintf("/ws/@connections/%s", id) }

func newHTTP(t *testing.T, cfg gateway.HTTPConfig) http.Handler {
	t.Helper()
	h, err := gateway.NewHTTP(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// statusOf serves r without a network and returns the status.
func statusOf(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func decodeID(t *testing.T, id string) []byte {
	t.Helper()
	b, err := base64.URLEncoding.DecodeString(id)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readRequest returns a request as the server reads it from the wire.
func readRequest(t *testing.T, text string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
