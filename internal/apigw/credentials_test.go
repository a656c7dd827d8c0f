package apigw_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"projectchat/internal/wire"
)

// shown has the credentials and headers by which a request is judged.
type shown struct {
	name    string
	cookies func(k keys) []string
	bearer  func(k keys) string
}

// keys are the tokens of two sessions: Ann's, made by a page of the site, and a
// program's.
type keys struct {
	cookie, other string // the session cookie's name, and that of the other protocol
	page, program string

	pageUID, programUID string
}

func (k keys) bad() string { return k.page[:len(k.page)-1] + "!" }

var credentials = []shown{
	{name: "none"},
	{name: "cookie", cookies: func(k keys) []string { return []string{"a=b", k.cookie + "=" + k.page} }},
	{name: "cookie with one of the other name", cookies: func(k keys) []string { return []string{k.other + "=x", k.cookie + "=" + k.page} }},
	{name: "cookie of the other name", cookies: func(k keys) []string { return []string{k.other + "=" + k.page} }},
	{name: "two cookies of the other name", cookies: func(k keys) []string { return []string{k.other + "=" + k.page, k.other + "=x"} }},
	{name: "bad cookie", cookies: func(k keys) []string { return []string{k.cookie + "=" + k.bad()} }},
	{name: "program's token as a cookie", cookies: func(k keys) []string { return []string{k.cookie + "=" + k.program} }},
	{name: "two cookies", cookies: func(k keys) []string { return []string{k.cookie + "=" + k.page, k.cookie + "=" + k.page} }},
	{name: "bearer", bearer: func(k keys) string { return "Bearer " + k.program }},
	{name: "bearer in lower case", bearer: func(k keys) string { return "bearer " + k.program }},
	{name: "bad bearer", bearer: func(k keys) string { return "Bearer " + k.bad() }},
	{name: "page's token as bearer", bearer: func(k keys) string { return "Bearer " + k.page }},
	{name: "basic", bearer: func(k keys) string { return "Basic " + k.program }},
	{name: "empty bearer", bearer: func(keys) string { return "Bearer" }},
	{name: "both", cookies: func(k keys) []string { return []string{k.cookie + "=" + k.page} }, bearer: func(k keys) string { return "Bearer " + k.program }},
}

// want returns the expected result of a request by the rules of the design: the
// status, and the uid that it acts for ("": a new one, or none).
func want(target, credential, origin string) (status int, who string) {
	hasOrigin := origin == "right" || origin == "wrong"
	kind := map[string]string{
		"cookie with one of the other name": "cookie", "cookie of the other name": "none", "two cookies of the other name": "none",
		"bearer in lower case": "bearer", "page's token as bearer": "bad bearer", "basic": "bad bearer", "empty bearer": "bad bearer",
		"two cookies": "contradiction", "both": "contradiction",
	}[credential]
	if kind == "" {
		kind = credential
	}
	switch {
	case target == "DELETE session":
		return 204, ""
	case kind == "contradiction":
		return 400, ""
	case target == "GET session":
		return wantRead(kind, origin, 200)
	case target == "GET messages":
		return wantRead(kind, origin, 401)
	case target == "POST session":
		return wantSession(kind, origin, hasOrigin)
	}
	status = map[string]int{"$connect": 200, "POST messages": 201}[target]
	switch {
	case kind == "none", kind == "bad bearer":
		return 401, ""
	case kind == "bearer":
		return status, "program"
	case !hasOrigin:
		return 403, ""
	case kind == "bad cookie":
		return 401, ""
	case kind == "cookie" && origin == "right":
		return status, "page"
	}
	return 403, ""
}

func wantRead(kind, origin string, noSession int) (status int, who string) {
	switch kind {
	case "bearer":
		return 200, "program"
	case "bad bearer":
		return 401, ""
	case "cookie":
		if origin == "wrong" || origin == "null" {
			return 403, ""
		}
		return 200, "page"
	}
	return noSession, ""
}

func wantSession(kind, origin string, hasOrigin bool) (status int, who string) {
	switch {
	case kind == "bearer" && origin == "absent":
		return 201, "program"
	case kind == "bad bearer" && origin == "absent":
		return 401, ""
	case kind == "bearer", kind == "bad bearer", !hasOrigin:
		return 403, ""
	case kind == "cookie" && origin == "right":
		return 201, "page"
	}
	return 201, ""
}

// TestCredentials tries every combination of credentials, origin and protocol
// on every target.
func TestCredentials(t *testing.T) {
	for _, plain := range []bool{false, true} {
		for _, target := range []string{"$connect", "POST session", "GET session", "DELETE session", "GET messages", "POST messages"} {
			for _, origin := range []string{"right", "wrong", "absent", "null"} {
				for _, credential := range credentials {
					t.Run(fmt.Sprintf("plain %t/%s/origin %s/%s", plain, target, origin, credential.name), func(t *testing.T) {
						checkCredentials(t, plain, target, origin, credential)
					})
				}
			}
		}
	}
}

func checkCredentials(t *testing.T, plain bool, target, origin string, credential shown) {
	s, k := newStageWithKeys(t, plain)
	c := call{plain: plain}
	if address := map[string]string{"right": site, "wrong": "https://chat.example.evil", "null": "null"}[origin]; address != "" {
		c = c.with("Origin", address)
	}
	if credential.cookies != nil {
		c.cookies = credential.cookies(k)
	}
	if credential.bearer != nil {
		c = c.with("Authorization", credential.bearer(k))
	}
	status, who := want(target, credential.name, origin)
	r := s.reach(target, c)
	if r.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", r.StatusCode, status, r.Body)
	}
	if target == "GET messages" { // which acts for nobody
		who = ""
	}
	if got := s.whoActed(target, r, k); got != who {
		t.Errorf("acted for %q, want %q", got, who)
	}
	s.checkSetCookie(target, r, plain, k)
}

// newStageWithKeys makes a stage with a room, Ann's session and a program's
// session.
func newStageWithKeys(t *testing.T, plain bool) (*stage, keys) {
	s := newStage(t)
	conn, _ := s.guest("Owner", "general")
	s.ask(conn, "send", object{"room": "general", "cid": "c0", "text": "hi"})
	c := page("POST", "/api/session", nameBody("page"))
	c.plain = plain
	r := s.http(c)
	cookie, _, _ := strings.Cut(r.Cookies[0], ";")
	var mine wire.Session
	r.decode(t, &mine)
	program := s.program("program")
	k := keys{cookie: "__Host-pc", other: "pc", program: program.Token, pageUID: mine.UID, programUID: program.UID}
	if plain {
		k.cookie, k.other = k.other, k.cookie
	}
	var ok bool
	if k.page, ok = strings.CutPrefix(cookie, k.cookie+"="); !ok {
		t.Fatalf("the cookie is %s", cookie)
	}
	return s, k
}

func (s *stage) reach(target string, c call) reply {
	s.Helper()
	method, what, _ := strings.Cut(target, " ")
	c.method, c.path = method, "/api/"+what
	switch target {
	case "$connect":
		return s.handshake("probe", c)
	case "POST session":
		c.body = nameBody("Renamed")
		return s.http(c.with("Content-Type", "application/json"))
	case "POST messages":
		c.body = `{"room":"general","cid":"c1","text":"hi"}`
		return s.http(c.with("Content-Type", "application/json"))
	case "GET messages":
		c.query = map[string]string{"room": "general"}
	}
	return s.http(c)
}

// whoActed returns the session for which a request was done: "page" or
// "program".
func (s *stage) whoActed(target string, r reply, k keys) string {
	s.Helper()
	switch target {
	case "$connect":
		c, _ := s.store.Connection(s.Context(), "probe")
		return c.Name
	case "POST messages":
		return s.lastAuthor()
	}
	var body struct{ UID *string }
	if r.StatusCode < 300 && r.Body != "" {
		mustUnmarshal(s, r.Body, &body)
	}
	switch {
	case body.UID == nil:
		return ""
	case *body.UID == k.pageUID:
		return "page"
	case *body.UID == k.programUID:
		return "program"
	}
	return ""
}

func (s *stage) lastAuthor() string {
	s.Helper()
	for _, m := range slices.Backward(s.rows("general")) {
		if m.CID == "c1" {
			return m.Name
		}
	}
	return ""
}

// checkSetCookie checks that the cookie is set where it must be, and nowhere
// else.
func (s *stage) checkSetCookie(target string, r reply, plain bool, k keys) {
	s.Helper()
	secure := "; Secure"
	if plain {
		secure = ""
	}
	const life = "; Path=/; Max-Age=1209600; HttpOnly; SameSite=Strict"
	switch {
	case target == "DELETE session" && len(r.Cookies) > 0:
		if r.Cookies[0] != k.cookie+"=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"+secure {
			s.Errorf("cookie %q", r.Cookies[0])
		}
	case (target == "POST session" || target == "GET session") && len(r.Cookies) == 1:
		value, rest, _ := strings.Cut(r.Cookies[0], ";")
		token, ok := strings.CutPrefix(value, k.cookie+"=pcs_")
		if !ok || len(token) != 49 || ";"+rest != life+secure {
			s.Errorf("cookie %q", r.Cookies[0])
		}
		if r.StatusCode >= 300 || strings.Contains(r.Body, token) {
			s.Errorf("a cookie with %d %s", r.StatusCode, r.Body)
		}
	case len(r.Cookies) != 0:
		s.Errorf("cookies %q", r.Cookies)
	case target == "POST session" && r.StatusCode == 201 && !strings.Contains(s.Name(), "bearer"):
		s.Error("no cookie")
	}
}

// TestFetchMetadata: a browser says whether a page of the same site asks.
func TestFetchMetadata(t *testing.T) {
	tests := []struct {
		target, site string
		credential   int // an index of credentials
		status       int
	}{
		{"GET session", "same-origin", 1, 200}, {"GET session", "none", 1, 200}, {"GET session", "same-site", 1, 403}, {"GET session", "cross-site", 1, 403},
		{"GET session", "cross-site", 0, 200}, {"GET session", "cross-site", 3, 200}, {"GET session", "cross-site", 8, 200},
		{"GET messages", "same-origin", 1, 200}, {"GET messages", "none", 1, 200}, {"GET messages", "same-site", 1, 403}, {"GET messages", "cross-site", 1, 403},
		{"GET messages", "nonsense", 1, 403}, {"GET messages", "cross-site", 8, 200},
		{"POST session", "same-origin", 0, 201}, {"POST session", "none", 0, 403}, {"POST session", "same-site", 0, 403}, {"POST session", "cross-site", 0, 403},
		{"POST session", "cross-site", 1, 403},
	}
	for _, test := range tests {
		credential := credentials[test.credential]
		t.Run(test.target+"/"+test.site+"/"+credential.name, func(t *testing.T) {
			s, k := newStageWithKeys(t, false)
			c := call{}.with("Sec-Fetch-Site", test.site)
			if strings.HasPrefix(test.target, "POST") {
				c = c.with("Origin", site)
			}
			if credential.cookies != nil {
				c.cookies = credential.cookies(k)
			}
			if credential.bearer != nil {
				c = c.with("Authorization", credential.bearer(k))
			}
			if r := s.reach(test.target, c); r.StatusCode != test.status {
				t.Errorf("status %d, want %d: %s", r.StatusCode, test.status, r.Body)
			}
		})
	}
}

// TestContentType: another site's page can send any other content type without
// a preflight request.
func TestContentType(t *testing.T) {
	for kind, good := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "Application/JSON": true,
		"": false, "text/plain": false, "text/plain; application/json": false, "application/x-www-form-urlencoded": false,
		"multipart/form-data; boundary=x": false, "application/jsonp": false, "application/json, text/plain": false, "json": false,
	} {
		s, k := newStageWithKeys(t, false)
		for path, body := range map[string]string{"/api/session": nameBody("Renamed"), "/api/messages": `{"room":"general","cid":"c1","text":"hi"}`} {
			c := page("POST", path, body).with("Content-Type", kind)
			c.cookies = []string{k.cookie + "=" + k.page}
			r := s.http(c)
			if good != (r.StatusCode == http.StatusCreated) || !good && r.code() != "bad_request" {
				t.Errorf("%s with content type %q: %d %s", path, kind, r.StatusCode, r.Body)
			}
		}
	}
}
