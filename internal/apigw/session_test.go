package apigw_test

import (
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat/chattest"
	"projectchat/internal/people"
	"projectchat/internal/wire"
)

// sessionOf asks for the session of a cookie.
func (s *stage) sessionOf(cookie string) reply {
	s.Helper()
	c := page("GET", "/api/session", "")
	c.cookies = []string{cookie}
	return s.http(c)
}

func (s *stage) rename(cookie, name string) reply {
	s.Helper()
	c := page("POST", "/api/session", nameBody(name))
	c.cookies = []string{cookie}
	return s.http(c)
}

func TestReadSessionExtendsOnceADay(t *testing.T) {
	s := newStage(t)
	cookie, me := s.signIn("Ann")
	var first wire.Session
	r := s.sessionOf(cookie)
	r.decode(t, &first)
	if len(r.Cookies) != 1 || !strings.HasPrefix(r.Cookies[0], cookie+"; ") || first.UID != me.UID || first.Name != "Ann" || first.Token != "" {
		t.Fatalf("first use: %+v", r)
	}
	if r := s.sessionOf(cookie); len(r.Cookies) != 0 {
		t.Errorf("second use: %+v", r)
	}
	s.clock.Advance(25 * time.Hour)
	var later wire.Session
	r = s.sessionOf(cookie)
	r.decode(t, &later)
	if len(r.Cookies) != 1 || later.Expires <= first.Expires {
		t.Errorf("a day later: %+v, before %+v", r, first)
	}
	s.clock.Advance(people.SessionLife + time.Second)
	if r := s.sessionOf(cookie); r.StatusCode != 200 || r.Body != `{"uid":null}` || len(r.Cookies) != 0 {
		t.Errorf("when it is over: %+v", r)
	}
}

// TestLostName: the answer is 401 once, and then the session without a name,
// which can take another.
func TestLostName(t *testing.T) {
	s := newStage(t)
	cookie, me := s.signIn("Ann")
	s.clock.Advance(people.FirstClaimLife + time.Second)
	s.signIn("ann")
	if r := s.sessionOf(cookie); r.StatusCode != 401 || r.code() != "unauthorized" || len(r.Cookies) != 0 {
		t.Errorf("first: %+v", r)
	}
	for range 2 {
		var session wire.Session
		r := s.sessionOf(cookie)
		if r.decode(t, &session); session.UID != me.UID || session.Name != "" || session.Expires == "" || !strings.Contains(r.Body, `"name":""`) {
			t.Errorf("then: %+v", r)
		}
	}
	if r := s.handshake("c1", call{headers: map[string]string{"Origin": site}, cookies: []string{cookie}}); r.StatusCode != 401 {
		t.Errorf("connect without a name: %+v", r)
	}
	if r := s.rename(cookie, "ann"); r.code() != "name_taken" {
		t.Errorf("the taken name: %+v", r)
	}
	var session wire.Session
	if s.rename(cookie, "Anna").decode(t, &session); session.UID != me.UID || session.Name != "Anna" {
		t.Errorf("another name: %+v", session)
	}
}

func TestRename(t *testing.T) {
	s := newStage(t)
	conn, cookie := s.guest("Ann", "general")
	bo, _ := s.guest("Bo", "general")
	s.broadcaster.Reset()
	var session wire.Session
	r := s.rename(cookie, "Anna")
	if r.decode(t, &session); r.StatusCode != 201 || session.Name != "Anna" {
		t.Fatalf("rename: %+v", r)
	}
	if len(r.Cookies) != 1 || !strings.HasPrefix(r.Cookies[0], cookie+"; ") {
		t.Errorf("cookies %q, want the same token", r.Cookies)
	}
	if bye, closed := s.broadcaster.Bye(conn); !closed || !bye.Retry {
		t.Errorf("bye %+v %t", bye, closed)
	}
	if got := s.broadcaster.Pushes(bo); len(got) != 1 {
		t.Errorf("bo was told %v", got)
	}
	s.signIn("Ann") // the old name is free again
	for name, code := range map[string]string{"Bo": "name_taken", "B": "bad_request", strings.Repeat("x", 25): "bad_request", "a\u202eb": "bad_request", "": "bad_request"} {
		if r := s.rename(cookie, name); r.code() != code || len(r.Cookies) != 0 {
			t.Errorf("rename to %q: %+v", name, r)
		}
	}
}

// TestSignOut: the right credentials end the session, and no others do.
func TestSignOut(t *testing.T) {
	tests := []struct {
		name     string
		call     call
		bearer   bool
		ends     bool
		loosened bool // the browser must delete the cookie
	}{
		{"page", page("DELETE", "/api/session", ""), false, true, true},
		{"another site", page("DELETE", "/api/session", "").with("Origin", "https://evil.example"), false, false, true},
		{"no origin", page("DELETE", "/api/session", "").with("Origin", ""), false, false, true},
		{"program", call{method: "DELETE", path: "/api/session"}, true, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			cookie, _ := s.signIn("Ann")
			read := call{method: "GET", path: "/api/session", cookies: []string{cookie}}
			if test.bearer {
				read = call{method: "GET", path: "/api/session"}.with("Authorization", "Bearer "+s.program("Robot").Token)
				test.call = test.call.with("Authorization", read.headers["Authorization"])
			}
			test.call.cookies = read.cookies
			for range 2 { // always 204
				if r := s.http(test.call); r.StatusCode != 204 || r.Body != "" || (len(r.Cookies) == 1) != test.loosened {
					t.Errorf("sign out: %+v", r)
				}
			}
			if r := s.http(read); (r.StatusCode == 401 || r.Body == `{"uid":null}`) != test.ends {
				t.Errorf("afterwards: %+v", r)
			}
		})
	}
}

// TestSignOutThatFails must not say that the session has ended.
func TestSignOutThatFails(t *testing.T) {
	s := newStage(t, func(c chattest.Call) chattest.Fault {
		if c.Op == "DeleteSession" {
			return chattest.Fault{When: chattest.Before}
		}
		return chattest.Fault{}
	})
	cookie, _ := s.signIn("Ann")
	c := page("DELETE", "/api/session", "")
	c.cookies = []string{cookie}
	if r := s.http(c); r.StatusCode != 500 || r.code() != "internal" || len(r.Cookies) != 0 {
		t.Errorf("sign out: %+v", r)
	}
}

func TestBearerIsNotForPages(t *testing.T) {
	s := newStage(t)
	cookie, _ := s.signIn("Ann")
	ask := page("POST", "/api/session", `{"name":"Robot","bearer":true}`)
	if r := s.http(ask); r.StatusCode != 403 || strings.Contains(r.Body, "pcs_") {
		t.Errorf("with an origin: %+v", r)
	}
	if r := s.http(ask.with("Origin", "null")); r.StatusCode != 403 {
		t.Errorf("with the origin null: %+v", r)
	}
	ask = ask.with("Origin", "")
	ask.cookies = []string{cookie}
	if r := s.http(ask); r.StatusCode != 400 || strings.Contains(r.Body, "pcs_") {
		t.Errorf("with a cookie: %+v", r)
	}
	ask.cookies = nil
	if r := s.http(ask); r.StatusCode != 201 || !strings.Contains(r.Body, "pcs_") || len(r.Cookies) != 0 {
		t.Errorf("from a program: %+v", r)
	}
	if r := s.http(call{method: "POST", path: "/api/session", body: `{"name":"Robot","bearer":true,"uid":"u_x"}`,
		headers: map[string]string{"Content-Type": "application/json"}}); r.StatusCode != 400 {
		t.Errorf("with a uid: %+v", r)
	}
}
