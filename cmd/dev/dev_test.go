package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"projectchat/internal/laptop"
	"projectchat/internal/wire"
	localdb "projectchat/local/dynamodb"
)

// The tests of this package are the end-to-end tests of the server: real
// sockets, the real gateway, functions and AWS SDK, and a database.

// testLog collects the stack's log until the test ends.
type testLog struct {
	mu      sync.Mutex
	lines   bytes.Buffer
	changed chan struct{} // closed and replaced at every line
}

func newTestLog() *testLog { return &testLog{changed: make(chan struct{})} }

func (l *testLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
	return l.lines.Write(b)
}

// await waits until n requests of a route are done.
func (l *testLog) await(t *testing.T, route string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	for {
		l.mu.Lock()
		changed, got := l.changed, strings.Count(l.lines.String(), `"msg":"request","route":"`+route+`"`)
		l.mu.Unlock()
		if got >= n {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d requests of %s, want %d", got, route, n)
		}
	}
}

func (l *testLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// mustStart starts a stack on the tests' database, with rooms of its own.
func mustStart(t *testing.T) (*stack, *testLog) {
	t.Helper()
	t.Setenv(localdb.EndpointVariable, localdb.ForTest(t))
	for name, value := range map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CA_BUNDLE": "",
		"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "",
	} {
		t.Setenv(name, value)
	}
	page := filepath.Join(t.TempDir(), "dist")
	for name, text := range pageFiles {
		writeFile(t, filepath.Join(page, name), text)
	}
	root, err := laptop.Root()
	if err != nil {
		t.Fatal(err)
	}
	log := newTestLog()
	s, err := start(t.Context(), options{
		Project: laptop.Project{Root: root, Say: func(what, format string, args ...any) { t.Logf("%s %s", what, fmt.Sprintf(format, args...)) }},
		Addr:    "localhost:0", Page: page, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return s, log
}

// pageFiles stand for the built page, and for files next to its folder.
var pageFiles = map[string]string{
	"index.html": "<!doctype html><title>ProjectChat</title>", "assets/app.js": "import('./x')", "icon.svg": "<svg/>",
	"../secret.txt": "nobody's business",
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// unique returns a name that is new in the tests' database.
func unique(name string) string { return name + " " + strings.ToLower(rand.Text()[:10]) }

// person is a person with a browser.
type person struct {
	t      *testing.T
	s      *stack
	cookie string
	wire.Session
}

// waitLimit is how long a test waits for something that must come.
const waitLimit = 20 * time.Second

func (s *stack) mustSignIn(t *testing.T, name string) *person {
	t.Helper()
	p := &person{t: t, s: s}
	res := p.request("POST", "/api/session", wire.SessionRequest{Name: name})
	if res.status != http.StatusCreated {
		t.Fatalf("sign in as %s: %d %s", name, res.status, res.body)
	}
	res.decode(t, &p.Session)
	return p
}

type response struct {
	status int
	header http.Header
	body   []byte
}

func (r response) decode(t *testing.T, v any) {
	t.Helper()
	if err := wire.Decode(r.body, v); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
}

// request sends a request as the person's browser would, with the cookie.
func (p *person) request(method, path string, body any) response {
	p.t.Helper()
	var reader *bytes.Reader = bytes.NewReader(nil)
	if body != nil {
		reader = bytes.NewReader(wire.Encode(body))
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.s.URL+path, reader)
	if err != nil {
		p.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method != "GET" {
		req.Header.Set("Origin", p.s.URL)
	}
	if p.cookie != "" {
		req.Header.Set("Cookie", p.cookie)
	}
	return p.do(req)
}

func (p *person) do(req *http.Request) response {
	p.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		p.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		p.cookie = c.Name + "=" + c.Value
	}
	return response{res.StatusCode, res.Header, b.Bytes()}
}

// socket is one open tab.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
	held []json.RawMessage // pushes that came while a reply was awaited
	next int
}

func (p *person) mustConnect() *socket {
	p.t.Helper()
	c, res, err := p.dial("?v=1", http.Header{"Origin": {p.s.URL}, "Cookie": {p.cookie}})
	if err != nil {
		p.t.Fatalf("connect: %v (%v)", err, res)
	}
	p.t.Cleanup(func() { c.CloseNow() })
	return &socket{t: p.t, conn: c}
}

func (p *person) dial(query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	url := "ws" + strings.TrimPrefix(p.s.URL, "http") + "/ws" + query
	return websocket.Dial(p.t.Context(), url, &websocket.DialOptions{HTTPHeader: header})
}

// ask sends a request and waits for the reply with its id.
func (k *socket) ask(request map[string]any) json.RawMessage {
	k.t.Helper()
	frame, err := k.tryAsk(request)
	if err != nil {
		k.t.Fatal(err)
	}
	return frame
}

// tryAsk is ask for a goroutine other than the test's.
func (k *socket) tryAsk(request map[string]any) (json.RawMessage, error) {
	k.next++
	id := fmt.Sprint(k.next)
	request["id"] = id
	b, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	if err := k.conn.Write(k.t.Context(), websocket.MessageText, b); err != nil {
		return nil, fmt.Errorf("send %s: %w", b, err)
	}
	for {
		frame, err := k.tryRead()
		if err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		var head struct{ ID, RequestID string }
		if json.Unmarshal(frame, &head) == nil && (head.ID == id || head.RequestID != "") {
			return frame, nil // the reply, or the gateway's own frame instead of it
		}
		k.held = append(k.held, frame)
	}
}

// push returns the next push of a type.
func (k *socket) push(kind string) json.RawMessage {
	k.t.Helper()
	for i := 0; ; i++ {
		if i == len(k.held) {
			k.held = append(k.held, k.read())
		}
		var head struct{ Type string }
		if json.Unmarshal(k.held[i], &head) == nil && head.Type == kind {
			frame := k.held[i]
			k.held = append(k.held[:i], k.held[i+1:]...)
			return frame
		}
	}
}

func (k *socket) read() json.RawMessage {
	k.t.Helper()
	frame, err := k.tryRead()
	if err != nil {
		k.t.Fatalf("read: %v", err)
	}
	return frame
}

func (k *socket) tryRead() (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(k.t.Context(), waitLimit)
	defer cancel()
	_, frame, err := k.conn.Read(ctx)
	return frame, err
}

func (k *socket) join(room string) (joined wire.Joined) {
	k.t.Helper()
	mustDecode(k.t, k.ask(map[string]any{"action": "join", "room": room}), &joined)
	return joined
}

func (k *socket) send(room, cid, text string) (sent wire.Sent) {
	k.t.Helper()
	mustDecode(k.t, k.ask(map[string]any{"action": "send", "room": room, "cid": cid, "text": text}), &sent)
	return sent
}

func mustDecode(t *testing.T, frame json.RawMessage, v any) {
	t.Helper()
	if err := wire.Decode(frame, v); err != nil {
		t.Fatalf("%s: %v", frame, err)
	}
}

func TestTwoPeopleTalk(t *testing.T) {
	s, log := mustStart(t)
	ann, bo := s.mustSignIn(t, unique("Ann")), s.mustSignIn(t, unique("Bo"))
	a, b := ann.mustConnect(), bo.mustConnect()
	room := unique("Room")

	if joined := a.join(room); joined.Seq != 0 || joined.OnlineCount != 1 || joined.UID != ann.UID {
		t.Fatalf("ann joined %+v", joined)
	}
	joined := b.join(strings.ToUpper(room))
	if joined.Title != room || joined.OnlineCount != 2 {
		t.Fatalf("bo joined %+v", joined)
	}
	var presence wire.Presence
	mustDecode(t, a.push(wire.TypePresence), &presence)
	if presence.OnlineCount != 2 || len(presence.Joined) != 1 || presence.Joined[0].UID != bo.UID {
		t.Errorf("ann was told %+v", presence)
	}

	const text = "a secret <b>&amp;</b> \u2028 😀"
	sent := a.send(room, "c1", text)
	if sent.Seq != 1 || sent.Duplicate {
		t.Fatalf("ann sent %+v", sent)
	}
	var push wire.Messages
	mustDecode(t, b.push(wire.TypeMessages), &push)
	if len(push.Messages) != 1 || push.Messages[0].Text != text || push.Messages[0].UID != ann.UID {
		t.Fatalf("bo got %+v", push)
	}
	if again := a.send(room, "c1", text); again.Seq != 1 || !again.Duplicate {
		t.Errorf("ann sent again: %+v", again)
	}
	if logged := log.String(); strings.Contains(logged, "secret") || strings.Contains(logged, "pcs_") || !strings.Contains(logged, `"route":"send"`) {
		t.Errorf("the log has a text or a token, or lacks the request:\n%s", logged)
	}
}
