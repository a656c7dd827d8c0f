package apigw_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/chat"
	"projectchat/internal/wire"
)

// shape replaces the values of a JSON document by their kinds. The first
// element stands for a list.
func shape(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for name, member := range v {
			out[name] = shape(member)
		}
		return out
	case []any:
		if len(v) == 0 {
			return []any{}
		}
		return []any{shape(v[0])}
	}
	return fmt.Sprintf("%T", v)
}

func shapeOf(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return shape(v)
}

// checkShape compares a reply with a golden frame of the protocol.
func checkShape(t *testing.T, body, golden string) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("..", "wire", "testdata", golden+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shapeOf(t, want), shapeOf(t, []byte(body))); diff != "" {
		t.Errorf("not as %s (-golden +reply):\n%s\n%s", golden, diff, body)
	}
}

// TestSocketRoutes compares the answers of each route's happy path with the
// golden frames.
func TestSocketRoutes(t *testing.T) {
	const other = "ünïcode/room"
	tests := []struct {
		name, action string
		members      object
		golden       string
	}{
		{"join", "join", object{"room": "General"}, "server/joined"},
		{"join a new room", "join", object{"room": "new", "id": nil}, "server/joined-empty"},
		{"join since another epoch", "join", object{"room": "General", "since": object{"epoch": "zz19x2m7q1", "seq": 1}}, "server/joined-reset"},
		{"send", "send", object{"room": "general", "cid": "c2", "text": "hi"}, "server/sent"},
		{"send again", "send", object{"room": "general", "cid": "c1", "text": "hi", "id": nil}, "server/sent-duplicate"},
		{"history", "history", object{"room": "GENERAL"}, "server/history"},
		{"history before", "history", object{"room": "general", "before": 2, "limit": 50}, "server/history"},
		{"history after", "history", object{"room": "general", "after": 0}, "server/history"},
		{"ping", "ping", object{"rooms": []string{"general", other}}, "server/pong"},
		{"leave", "leave", object{"room": "general"}, "server/left"},
		{"leave a room never joined", "leave", object{"room": "elsewhere"}, "server/left"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			conn, _ := s.guest("Ann", "general")
			s.ask(conn, "send", object{"room": "general", "cid": "c1", "text": "hi"})
			r := s.ask(conn, test.action, test.members)
			if r.StatusCode != http.StatusOK {
				t.Errorf("status %d", r.StatusCode)
			}
			checkShape(t, r.Body, test.golden)
		})
	}
}

func TestJoinedTellsWhoAndWhere(t *testing.T) {
	s := newStage(t)
	ann, _ := s.guest("Ann", "General Store")
	s.clock.Advance(1500*time.Millisecond + 1)
	s.ask(ann, "send", object{"room": "general store", "cid": "c1", "text": "two\nlines <b>&amp;</b> \u2028 😀"})
	cookie, me := s.signIn("Bo")
	var joined wire.Joined
	s.ask(s.connect(cookie), "join", object{"room": " GENERAL STORE "}).decode(t, &joined)
	if joined.ID == nil || *joined.ID != "7" || joined.V != wire.Revision || joined.Room != "general store" ||
		joined.Title != "General Store" || joined.UID != me.UID || joined.Seq != 1 || joined.OnlineCount != 2 {
		t.Errorf("joined %+v", joined)
	}
	if left := (chat.PresenceLife - 1500*time.Millisecond).Milliseconds(); joined.OnlineFor != left {
		t.Errorf("the count holds for %d ms, want %d: rounded up", joined.OnlineFor, left)
	}
	if len(joined.Messages) != 1 || joined.Messages[0].Text != "two\nlines <b>&amp;</b> \u2028 😀" || joined.Messages[0].Name != "Ann" {
		t.Errorf("messages %+v", joined.Messages)
	}
}

func TestReplyIsUnescapedUTF8(t *testing.T) {
	s := newStage(t)
	conn, _ := s.guest("Ann", "general")
	const text = "<b>&\u2028é😀"
	s.ask(conn, "send", object{"room": "general", "cid": "c1", "text": text})
	if r := s.ask(conn, "history", object{"room": "general"}); !strings.Contains(r.Body, text) {
		t.Errorf("escaped: %s", r.Body)
	}
}

// TestEmptyIDComesBack: a reply has no id if the request has none, and only
// then.
func TestEmptyIDComesBack(t *testing.T) {
	s := newStage(t)
	conn, _ := s.guest("Ann", "general")
	for action, members := range map[string]object{
		"join": {"room": "general"}, "leave": {"room": "x"}, "history": {"room": "general"}, "ping": {"rooms": []string{}},
		"send": {"room": "general", "cid": "c1", "text": "hi"}, "nonsense": {},
	} {
		route := action
		if action == "nonsense" {
			route = "$default"
		}
		for _, id := range []string{"", "0", strings.Repeat("é", 40)} {
			members["action"], members["id"] = action, id
			b, _ := json.Marshal(members)
			var got struct{ ID *string }
			if err := json.Unmarshal([]byte(s.frame(conn, route, string(b)).Body), &got); err != nil {
				t.Fatal(err)
			}
			if got.ID == nil || *got.ID != id {
				t.Errorf("%s: id %q came back as %v", action, id, got.ID)
			}
		}
	}
}

func TestHTTPRoutes(t *testing.T) {
	s := newStage(t)
	conn, cookie := s.guest("Ann", "General")
	s.ask(conn, "send", object{"room": "general", "cid": "c1", "text": "hi"})
	signed := func(c call) call { c.cookies = []string{cookie}; return c }
	tests := []struct {
		name   string
		call   call
		status int
		golden string
	}{
		{"a new session", page("POST", "/api/session", nameBody("Bo")), 201, "http/session"},
		{"a program's session", call{method: "POST", path: "/api/session", body: `{"name":"Robot","bearer":true}`,
			headers: map[string]string{"Content-Type": "application/json"}}, 201, "http/session-bearer"},
		{"my session", signed(page("GET", "/api/session", "")), 200, "http/session"},
		{"no session", page("GET", "/api/session", ""), 200, "http/session-none"},
		{"rooms, with no session", call{method: "GET", path: "/api/rooms", query: map[string]string{"q": "gen"}}, 200, "http/rooms"},
		{"send", signed(page("POST", "/api/messages", `{"room":"General","cid":"c2","text":"hi"}`)), 201, "server/sent-duplicate"},
		{"send again", signed(page("POST", "/api/messages", `{"room":"General","cid":"c2","text":"hi"}`)), 200, "server/sent-duplicate"},
		{"end of the session", signed(page("DELETE", "/api/session", "")), 204, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.http(test.call)
			if r.StatusCode != test.status {
				t.Fatalf("status %d, want %d: %s", r.StatusCode, test.status, r.Body)
			}
			if r.Headers["cache-control"] != "no-store" {
				t.Errorf("headers %v", r.Headers)
			}
			if test.golden == "" {
				if r.Body != "" || r.Headers["content-type"] != "" {
					t.Errorf("a body: %+v", r)
				}
				return
			}
			if r.Headers["content-type"] != "application/json" {
				t.Errorf("headers %v", r.Headers)
			}
			checkShape(t, r.Body, test.golden)
		})
	}
}

// TestHistoryOverHTTPAndSocket: both ways return the same page.
func TestHistoryOverHTTPAndSocket(t *testing.T) {
	s := newStage(t)
	conn, cookie := s.guest("Ann", "General")
	for i := range 9 {
		s.ask(conn, "send", object{"room": "general", "cid": fmt.Sprint("c", i), "text": "hi"})
	}
	for _, query := range []map[string]string{
		{}, {"limit": "3"}, {"before": "5", "limit": "2"}, {"after": "5", "limit": "2"}, {"after": "0"}, {"before": "1"}, {"after": "9"},
	} {
		request := object{"room": "general"}
		for name, value := range query {
			request[name] = json.Number(value)
		}
		query["room"] = "General"
		c := page("GET", "/api/messages", "")
		c.cookies, c.query = []string{cookie}, query
		var http, socket wire.HistoryPage
		s.http(c).decode(t, &http)
		s.ask(conn, "history", request).decode(t, &socket)
		if socket.ID == nil {
			t.Error("the reply on the socket has no id")
		}
		socket.ID = nil
		if diff := cmp.Diff(socket, http); diff != "" {
			t.Errorf("%v (-socket +http):\n%s", query, diff)
		}
	}
}

func TestSentOverHTTPReachesTheAuthorsSocketsToo(t *testing.T) {
	s := newStage(t)
	conn, cookie := s.guest("Ann", "general")
	c := page("POST", "/api/messages", `{"room":"general","cid":"c1","text":"hi"}`)
	c.cookies = []string{cookie}
	s.http(c)
	if got := s.broadcaster.Messages(conn, "general"); len(got) != 1 || got[0].Text != "hi" {
		t.Errorf("the author's socket got %v", got)
	}
}

// TestSAMHeaders: SAM CLI sends header names in Title-Case.
func TestSAMHeaders(t *testing.T) {
	s := newStage(t)
	e := readEvent(t, "http")
	e["routeKey"], e["body"] = "POST /api/session", nameBody("Ann")
	e["requestContext"].(object)["routeKey"] = "POST /api/session"
	e["headers"] = object{"Host": "127.0.0.1:3000", "Origin": "http://127.0.0.1:3000", "Content-Type": "application/json",
		"Sec-Fetch-Site": "same-origin", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "3000"}
	r := s.invoke(e)
	if r.StatusCode != http.StatusCreated || len(r.Cookies) != 1 || !strings.HasPrefix(r.Cookies[0], "pc=pcs_") {
		t.Fatalf("sign in: %+v", r)
	}
	cookie, _, _ := strings.Cut(r.Cookies[0], ";")
	e["routeKey"], e["body"], e["cookies"] = "POST /api/messages", `{"room":"r","cid":"c","text":"t"}`, []string{cookie}
	e["requestContext"].(object)["routeKey"] = "POST /api/messages"
	if r := s.invoke(e); r.StatusCode != http.StatusCreated {
		t.Errorf("send: %+v", r)
	}
}

// TestCookieInAHeader: credentials are found where no cookies field holds them.
func TestCookieInAHeader(t *testing.T) {
	s := newStage(t)
	cookie, me := s.signIn("Ann")
	c := page("GET", "/api/session", "").with("Cookie", "a=b; "+cookie+"; c=d")
	var got wire.Session
	s.http(c).decode(t, &got)
	if got.UID != me.UID {
		t.Errorf("got %+v", got)
	}
}

func TestBase64Bodies(t *testing.T) {
	s := newStage(t)
	e := readEvent(t, "http")
	e["routeKey"] = "POST /api/session"
	e["requestContext"].(object)["routeKey"] = "POST /api/session"
	headers := e["headers"].(object)
	headers["origin"], headers["content-type"] = site, "application/json"
	e["isBase64Encoded"] = true
	for body, status := range map[string]int{"eyJuYW1lIjoiQW5uIn0=": 201, "{}": 400, "": 400, "/w==": 400} {
		e["body"] = body
		if r := s.invoke(e); r.StatusCode != status {
			t.Errorf("%q: %d %s, want %d", body, r.StatusCode, r.Body, status)
		}
	}
}

func TestDisconnect(t *testing.T) {
	s := newStage(t)
	ann, _ := s.guest("Ann", "general")
	bo, _ := s.guest("Bo", "general")
	s.broadcaster.Reset()
	for range 2 { // an unknown connection is no error
		if r := s.disconnect(bo); r.StatusCode != http.StatusOK || r.Body != "" {
			t.Errorf("disconnect: %+v", r)
		}
	}
	if got := s.broadcaster.Pushes(ann); len(got) != 1 {
		t.Errorf("ann was told %v", got)
	}
	if r := s.ask(bo, "history", object{"room": "general"}); r.code() != "unauthorized" {
		t.Errorf("bo may still read: %s", r.Body)
	}
}

func TestConnectVersion(t *testing.T) {
	s := newStage(t)
	cookie, _ := s.signIn("Ann")
	for name, test := range map[string]struct {
		query  map[string]string
		status int
	}{
		"absent": {nil, 200}, "1": {map[string]string{"v": "1"}, 200}, "another query": {map[string]string{"x": "2"}, 200},
		"2": {map[string]string{"v": "2"}, 400}, "empty": {map[string]string{"v": ""}, 400},
		"01": {map[string]string{"v": "01"}, 400}, "words": {map[string]string{"v": "one"}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := call{headers: map[string]string{"Origin": site}, cookies: []string{cookie}, query: test.query}
			if r := s.handshake("conn"+name, c); r.StatusCode != test.status {
				t.Errorf("status %d: %s", r.StatusCode, r.Body)
			}
		})
	}
}

func TestInvokeRefusesForeignEvents(t *testing.T) {
	s := newStage(t)
	for _, payload := range []string{
		``, `null`, `[]`, `{}`, `{"requestContext":{"routeKey":"GET /api/nothing"},"version":"2.0"}`,
		`{"requestContext":{"routeKey":"GET /api/session"},"version":"1.0"}`, `{"requestContext":{"routeKey":"join"},"version":"2.0"}`,
		`{"requestContext":{"routeKey":"join"},"body":{}}`,
	} {
		for _, f := range s.functions {
			if b, err := f.Invoke(t.Context(), []byte(payload)); err == nil {
				t.Errorf("%s was answered: %s", payload, b)
			}
		}
	}
}
