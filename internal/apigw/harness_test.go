package apigw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/compose"
	"projectchat/internal/wire"
)

// site is the page's origin in these tests.
const site = "https://chat.example"

// stage is the functions on fakes.
type stage struct {
	*testing.T
	clock       *chattest.Clock
	store       *chattest.Store
	broadcaster *chattest.Broadcaster
	log         *lockedBuffer
	functions   []*apigw.Function
	conns       int
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newStage makes a stage. If there is a plan, the store fails where the plan
// says.
func newStage(t *testing.T, plan ...func(chattest.Call) chattest.Fault) *stage {
	s := &stage{T: t, clock: chattest.NewClock(), broadcaster: chattest.NewBroadcaster(), log: &lockedBuffer{}}
	s.store = chattest.NewStore(s.clock.Now)
	var store compose.Store = s.store
	if len(plan) > 0 {
		store = chattest.NewFaulty(store, plan[0])
	}
	log := apigw.NewLogger(s.log)
	rules := compose.Rules(store, s.broadcaster, chat.Options{Now: s.clock.Now, Log: log})
	s.functions = []*apigw.Function{
		apigw.Connect(rules, log), apigw.Send(rules, log), apigw.History(rules, log), apigw.Disconnect(rules, log),
	}
	return s
}

// object is a JSON object.
type object = map[string]any

func readEvent(t testing.TB, name string) object {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "events", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var e object
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// reply is the answer of a function, of either API.
type reply struct {
	StatusCode int
	Headers    map[string]string
	Cookies    []string
	Body       string
}

// errorObject reads the body as an error.
func (r reply) errorObject(t testing.TB) wire.Error {
	t.Helper()
	var e wire.Error
	if err := wire.Decode([]byte(r.Body), &e); err != nil || e.Type != wire.TypeError {
		t.Fatalf("no error: %s (%v)", r.Body, err)
	}
	return e
}

// code returns the code of the error in a reply, "" if there is none.
func (r reply) code() string {
	var e wire.Error
	if json.Unmarshal([]byte(r.Body), &e) != nil || e.Type != wire.TypeError {
		return ""
	}
	return e.Code
}

func (r reply) decode(t testing.TB, v any) {
	t.Helper()
	if err := wire.Decode([]byte(r.Body), v); err != nil {
		t.Fatalf("%s: %v", r.Body, err)
	}
}

// invoke passes an event to the one function that has its route.
func (s *stage) invoke(event object) reply {
	s.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		s.Fatal(err)
	}
	for _, f := range s.functions {
		b, err := f.Invoke(context.Background(), payload)
		if err != nil && strings.Contains(err.Error(), "no route") {
			continue
		}
		if err != nil {
			s.Fatalf("invoke: %v", err)
		}
		return s.checked(b)
	}
	s.Fatalf("no function has the route of %s", payload)
	return reply{}
}

// checked reads a reply, and reports secrets that no client may see.
func (s *stage) checked(b []byte) (r reply) {
	s.Helper()
	for _, secret := range []string{".go:", "panic", "goroutine", "arn:", "projectchat", chattest.ErrInjected.Error()} {
		if bytes.Contains(b, []byte(secret)) {
			s.Errorf("a reply holds %q: %s", secret, b)
		}
	}
	if err := json.Unmarshal(b, &r); err != nil {
		s.Fatal(err)
	}
	return r
}

// frame passes a frame of a connection to the function behind a route.
func (s *stage) frame(connectionID, route, body string) reply {
	s.Helper()
	e := readEvent(s, "message")
	rc := e["requestContext"].(object)
	rc["routeKey"], rc["connectionId"] = route, connectionID
	e["body"] = body
	return s.invoke(e)
}

// ask is frame for a request that is made of JSON values.
func (s *stage) ask(connectionID, action string, members object) reply {
	s.Helper()
	request := object{"action": action, "id": "7"}
	maps.Copy(request, members)
	b, err := json.Marshal(request)
	if err != nil {
		s.Fatal(err)
	}
	return s.frame(connectionID, action, string(b))
}

func (s *stage) disconnect(connectionID string) reply {
	s.Helper()
	e := readEvent(s, "disconnect")
	e["requestContext"].(object)["connectionId"] = connectionID
	return s.invoke(e)
}

// call is one request to the HTTP API, or one handshake.
type call struct {
	method, path string
	query        map[string]string
	body         string
	headers      map[string]string // names in any case
	cookies      []string
	plain        bool // over plain http
}

// with returns a copy of c with another header; "" takes it away.
func (c call) with(name, value string) call {
	c.headers = maps.Clone(c.headers)
	if c.headers == nil {
		c.headers = map[string]string{}
	}
	if c.headers[name] = value; value == "" {
		delete(c.headers, name)
	}
	return c
}

func (s *stage) http(c call) reply {
	s.Helper()
	e := readEvent(s, "http")
	key := c.method + " " + c.path
	e["routeKey"], e["rawPath"] = key, c.path
	rc := e["requestContext"].(object)
	rc["routeKey"] = key
	rc["http"].(object)["method"], rc["http"].(object)["path"] = c.method, c.path
	headers := e["headers"].(object)
	for name, value := range c.headers {
		headers[strings.ToLower(name)] = value
	}
	if c.plain {
		headers["x-forwarded-proto"] = "http"
	}
	if c.query != nil {
		e["queryStringParameters"] = c.query
	}
	if c.body != "" {
		e["body"] = c.body
	}
	if c.cookies != nil {
		e["cookies"] = c.cookies
	}
	return s.invoke(e)
}

// handshake makes a $connect event of a call.
func (s *stage) handshake(connectionID string, c call) reply {
	s.Helper()
	e := readEvent(s, "connect")
	e["requestContext"].(object)["connectionId"] = connectionID
	headers, multi := e["headers"].(object), e["multiValueHeaders"].(object)
	set := func(name, value string) { headers[name], multi[name] = value, []string{value} }
	for name, value := range c.headers {
		set(http.CanonicalHeaderKey(name), value)
	}
	if c.plain {
		set("X-Forwarded-Proto", "http")
	}
	if len(c.cookies) > 0 {
		set("Cookie", strings.Join(c.cookies, "; "))
	}
	if c.query != nil {
		e["queryStringParameters"] = c.query
	}
	return s.invoke(e)
}

// page makes a call like one of the site's page.
func page(method, path, body string) call {
	c := call{method: method, path: path, body: body, headers: map[string]string{"Sec-Fetch-Site": "same-origin"}}
	if method != http.MethodGet {
		c.headers["Origin"] = site
	}
	if body != "" {
		c.headers["Content-Type"] = "application/json"
	}
	return c
}

func nameBody(name string) string { return fmt.Sprintf(`{"name":%q}`, name) }

// signIn claims a name and returns the cookie, as name=value.
func (s *stage) signIn(name string) (cookie string, session wire.Session) {
	s.Helper()
	r := s.http(page("POST", "/api/session", nameBody(name)))
	if r.StatusCode != http.StatusCreated || len(r.Cookies) != 1 {
		s.Fatalf("sign in as %s: %+v", name, r)
	}
	r.decode(s, &session)
	cookie, _, _ = strings.Cut(r.Cookies[0], ";")
	return cookie, session
}

// program makes a session for a program.
func (s *stage) program(name string) (session wire.Session) {
	s.Helper()
	r := s.http(call{method: "POST", path: "/api/session", body: `{"name":"` + name + `","bearer":true}`,
		headers: map[string]string{"Content-Type": "application/json"}})
	if r.StatusCode != http.StatusCreated {
		s.Fatalf("sign in a program: %+v", r)
	}
	r.decode(s, &session)
	return session
}

// connect opens a connection for a cookie.
func (s *stage) connect(cookie string) (connectionID string) {
	s.Helper()
	s.conns++
	id := fmt.Sprintf("conn%08d", s.conns)
	c := call{headers: map[string]string{"Origin": site}, cookies: []string{cookie}, query: map[string]string{"v": "1"}}
	if r := s.handshake(id, c); r.StatusCode != http.StatusOK {
		s.Fatalf("connect: %+v", r)
	}
	return id
}

// guest signs in, connects and joins rooms.
func (s *stage) guest(name string, rooms ...string) (connectionID, cookie string) {
	s.Helper()
	cookie, _ = s.signIn(name)
	connectionID = s.connect(cookie)
	for _, room := range rooms {
		if r := s.ask(connectionID, "join", object{"room": room}); r.code() != "" {
			s.Fatalf("join: %s", r.Body)
		}
	}
	return connectionID, cookie
}

// rows reads a room's whole log.
func (s *stage) rows(room string) []chat.Message {
	s.Helper()
	page, err := s.store.ReadLog(s.Context(), room, chat.LogRange{Epoch: s.epoch(room), Limit: 1000})
	if err != nil {
		s.Fatal(err)
	}
	return page.Rows
}

func mustUnmarshal(t testing.TB, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// logLines reads the log, one object a line.
func (s *stage) logLines() (lines []object) {
	s.Helper()
	d := json.NewDecoder(strings.NewReader(s.log.String()))
	for {
		var line object
		err := d.Decode(&line)
		if err == io.EOF {
			return lines
		}
		if err != nil {
			s.Fatalf("the log is not JSON lines: %v", err)
		}
		lines = append(lines, line)
	}
}
