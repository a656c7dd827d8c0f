package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"projectchat/internal/wire"
)

// raw sends a request exactly as given, path and all, which net/http's client
// does not.
func (s *stack) raw(t *testing.T, method, path string, header map[string]string) response {
	t.Helper()
	host := strings.TrimPrefix(s.URL, "http://")
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if header["Host"] == "" {
		header = with(header, "Host", host)
	}
	fmt.Fprintf(c, "%s %s HTTP/1.1\r\nConnection: close\r\n", method, path)
	for name, value := range header {
		fmt.Fprintf(c, "%s: %s\r\n", name, value)
	}
	fmt.Fprint(c, "\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{res.StatusCode, res.Header, body}
}

// with returns a copy of a header with one more line.
func with(header map[string]string, name, value string) map[string]string {
	out := map[string]string{name: value}
	for name, value := range header {
		out[name] = value
	}
	return out
}

func TestHandshakeRefusals(t *testing.T) {
	s, _ := mustStart(t)
	ann := s.mustSignIn(t, unique("Ann"))
	tests := map[string]struct {
		query, origin, cookie string
		status                int
	}{
		"no cookie":       {"?v=1", s.URL, "", 401},
		"a bad cookie":    {"?v=1", s.URL, "pc=pcs_nonsense", 401},
		"the other name":  {"?v=1", s.URL, "__Host-" + ann.cookie, 401},
		"foreign origin":  {"?v=1", "https://evil.example", ann.cookie, 403},
		"another port":    {"?v=1", "http://localhost:1", ann.cookie, 403},
		"null origin":     {"?v=1", "null", ann.cookie, 403},
		"no origin":       {"?v=1", "", ann.cookie, 403},
		"another version": {"?v=2", s.URL, ann.cookie, 400},
		"two cookies":     {"?v=1", s.URL, ann.cookie + "; " + ann.cookie, 400},
		"version 1":       {"?v=1", s.URL, ann.cookie, 101},
		"no version":      {"", s.URL, ann.cookie, 101},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			for name, value := range map[string]string{"Origin": test.origin, "Cookie": test.cookie} {
				if value != "" {
					header.Set(name, value)
				}
			}
			c, res, err := ann.dial(test.query, header)
			if err == nil {
				defer c.CloseNow()
			}
			if res == nil || res.StatusCode != test.status {
				t.Errorf("got %v, %v; want %d", res, err, test.status)
			}
		})
	}
}

// TestBearerOverTheSocket: a program has a token and no origin.
func TestBearerOverTheSocket(t *testing.T) {
	s, _ := mustStart(t)
	robot := &person{t: t, s: s}
	req, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/session", strings.NewReader(`{"name":"`+unique("Robot")+`","bearer":true}`))
	req.Header.Set("Content-Type", "application/json")
	var session wire.Session
	robot.do(req).decode(t, &session)
	c, res, err := robot.dial("?v=1", http.Header{"Authorization": {"Bearer " + session.Token}})
	if err != nil {
		t.Fatal(err, res)
	}
	defer c.CloseNow()
	k := &socket{t: t, conn: c}
	if joined := k.join(unique("Room")); joined.UID != session.UID {
		t.Errorf("joined as %s, signed in as %s", joined.UID, session.UID)
	}
}

func TestHosts(t *testing.T) {
	s, _ := mustStart(t)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	name, _ := os.Hostname()
	for host, status := range map[string]int{
		"localhost:" + port: 200, "localhost": 200, "LOCALHOST:" + port: 200, "127.0.0.1:" + port: 200, "[::1]:" + port: 200, "[::1]": 200,
		"192.0.2.7:" + port: 200, name + ":" + port: 200,
		"evil.example": 421, "evil.example:" + port: 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "evil.localhost": 421, "x@localhost": 400,
	} {
		for _, path := range []string{"/", "/api/rooms?q=", "/assets/app.js"} {
			if res := s.raw(t, "GET", path, map[string]string{"Host": host}); res.status != status {
				t.Errorf("%s at %s: %d, want %d", path, host, res.status, status)
			}
		}
	}
	upgrade := map[string]string{"Host": "evil.example", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
	if res := s.raw(t, "GET", "/ws?v=1", upgrade); res.status != 421 {
		t.Errorf("a handshake at another host: %d", res.status)
	}
}

// TestManagementNeedsASignature: a page of another site cannot send a signed
// request.
func TestManagementNeedsASignature(t *testing.T) {
	s, _ := mustStart(t)
	const signature = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0"
	const path = "/ws/@connections/L0SM9cOFvHcCIhw%3D"
	for name, test := range map[string]struct {
		header map[string]string
		status int
	}{
		"signed":                   {map[string]string{"Authorization": signature}, 410},
		"signed, of any host":      {map[string]string{"Authorization": signature, "Host": "host.docker.internal"}, 410},
		"unsigned":                 {nil, 403},
		"a bearer token":           {map[string]string{"Authorization": "Bearer x"}, 403},
		"unsigned, of another":     {map[string]string{"Host": "evil.example"}, 421},
		"a token, at another host": {map[string]string{"Host": "evil.example", "Authorization": "Bearer x"}, 421},
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			if res := s.raw(t, method, path, with(test.header, "Content-Length", "0")); res.status != test.status {
				t.Errorf("%s, %s: %d %s, want %d", name, method, res.status, res.body, test.status)
			}
		}
	}
}

func TestPlainGetOfTheSocket(t *testing.T) {
	s, _ := mustStart(t)
	if res := s.raw(t, "GET", "/ws", nil); res.status != 426 {
		t.Errorf("%d %s", res.status, res.body)
	}
	c, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+"/ws/", nil)
	if err == nil {
		c.CloseNow()
		t.Error("/ws/ is a socket")
	}
}

func TestPage(t *testing.T) {
	s, _ := mustStart(t)
	page, asset, icon := pageFiles["index.html"], pageFiles["assets/app.js"], pageFiles["icon.svg"]
	tests := []struct {
		path   string
		status int
		body   string
		cache  string
	}{
		{"/", 200, page, "no-cache"},
		{"/General/", 200, page, "no-cache"},
		{"/a%2Fb/?username=Ann", 200, page, "no-cache"},
		{"/%D0%BA%D0%BE%D0%BC%D0%BD%D0%B0%D1%82%D0%B0/", 200, page, "no-cache"},
		{"/?room=api&username=Ann", 200, page, "no-cache"},
		{"/icon.svg/", 200, page, "no-cache"},
		{"/icon.svg", 200, icon, "no-cache"},
		{"/assets/app.js", 200, asset, "public, max-age=31536000, immutable"},
		{"/assets/missing.js", 404, "", ""},
		{"/assets/", 404, "", ""},
		{"/assets/../assets/missing.js", 404, "", ""},
	}
	for _, test := range tests {
		res := s.raw(t, "GET", test.path, nil)
		if res.status != test.status || test.body != "" && string(res.body) != test.body || test.cache != "" && res.header.Get("Cache-Control") != test.cache {
			t.Errorf("%s: %d %q %v", test.path, res.status, res.body, res.header)
		}
		for name, value := range securityHeaders {
			if res.header.Get(name) != value {
				t.Errorf("%s: %s is %q", test.path, name, res.header.Get(name))
			}
		}
		if strings.Contains(res.header.Get("Cache-Control"), "immutable") && res.status != 200 {
			t.Errorf("%s: %d may be kept for ever", test.path, res.status)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		if res := s.raw(t, method, "/", nil); res.status != 405 {
			t.Errorf("%s /: %d", method, res.status)
		}
	}
	if res := s.raw(t, "HEAD", "/General/", nil); res.status != 200 || len(res.body) != 0 {
		t.Errorf("HEAD: %d %q", res.status, res.body)
	}
}

// TestPathsLeadNowhereElse: no file outside the page's folder is served.
func TestPathsLeadNowhereElse(t *testing.T) {
	s, _ := mustStart(t)
	for _, path := range []string{
		"/../secret.txt", "/../../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/assets/../../secret.txt",
		"/assets/..%2f..%2fsecret.txt", "/..%5csecret.txt", "//../secret.txt", "/./../secret.txt", "/%00/../secret.txt", "/..;/secret.txt",
		"/../dist/../secret.txt", "/assets/../index.html", "/assets/..%2findex.html", "/assets/%2e%2e/%2e%2e/secret.txt",
	} {
		res := s.raw(t, "GET", path, nil)
		if strings.Contains(string(res.body), pageFiles["../secret.txt"]) {
			t.Errorf("%s gave the secret", path)
		}
		if strings.Contains(res.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d may be kept for ever", path, res.status)
		}
	}
}

func TestAPIHeaders(t *testing.T) {
	s, _ := mustStart(t)
	for path, status := range map[string]int{"/api/session": 200, "/api/rooms?q=": 200, "/api/messages?room=x": 401, "/api/nothing": 404} {
		res := s.raw(t, "GET", path, nil)
		if res.status != status || res.header.Get("X-Content-Type-Options") != "nosniff" ||
			res.header.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" {
			t.Errorf("%s: %d %v", path, res.status, res.header)
		}
		if status != 404 && (res.header.Get("Content-Type") != "application/json" || res.header.Get("Cache-Control") != "no-store") {
			t.Errorf("%s: %v", path, res.header)
		}
	}
}
