package gateway_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"projectchat/local/gateway"
)

// journal keeps trace lines.
type journal struct {
	mu    sync.Mutex
	lines []gateway.Trace
}

func (j *journal) add(line gateway.Trace) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

// all waits until all goroutines are blocked and returns the lines so far:
// route, mark and outcome.
func (j *journal) all() []string {
	synctest.Wait()
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for _, line := range j.lines {
		mark := ""
		if line.Refused {
			mark = "! "
		}
		out = append(out, mark+line.Route+": "+line.Outcome)
	}
	return out
}

func (j *journal) want(t *testing.T, line string) {
	t.Helper()
	for _, got := range j.all() {
		if got == line {
			return
		}
	}
	t.Errorf("no line %q in:\n%s", line, strings.Join(j.all(), "\n"))
}

func TestTraceTellsWhatBecameOfEachMessage(t *testing.T) {
	slow := function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(time.Minute)
		return []byte(ok), nil
	})
	tests := []struct{ message, want string }{
		{`{"action":"twoway"}`, "twoway: answered"},
		{`{"action":"oneway"}`, "oneway: no route response: the reply was dropped"},
		{`{"action":"quiet"}`, "quiet: done"},
		{`{"action":"fails"}`, "! fails: the function failed: Internal server error"},
		{`{"action":"malformed"}`, "! malformed: malformed reply: Internal server error"},
		{`{"action":"slow"}`, "! slow: no answer within the integration timeout: Endpoint request timed out"},
		{`{"action":"limited"}`, "! limited: over the limit of the route or the account: Too Many Requests"},
		{`{"action":"model"}`, "! model: not as the route's model wants it: Bad request body"},
		{`{"action":"nowhere"}`, "! -: no route and no $default: Forbidden"},
	}
	for _, test := range tests {
		t.Run(test.message, func(t *testing.T) {
			j := &journal{}
			cfg := gateway.WebSocketConfig{Trace: j.add, Routes: map[string]gateway.Route{
				"twoway": twoWay(named("twoway")), "oneway": {Function: named("oneway")}, "quiet": {Function: replies(ok)},
				"fails": {Function: fails()}, "malformed": {Function: replies("null")}, "slow": {Function: slow},
				"limited": {Function: replies(ok), Limit: &gateway.Limit{}},
				"model":   {Function: replies(ok), Validate: func([]byte) error { return fmt.Errorf("no") }},
			}}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				c := s.connect(t)
				c.send(test.message)
				go readAway(c)
				time.Sleep(30 * time.Second)
				j.want(t, test.want)
				j.want(t, "$connect: 101")
			})
		})
	}
}

// readAway reads and discards frames.
func readAway(c *socket) {
	for {
		if _, err := readFrame(c.r); err != nil {
			return
		}
	}
}

func TestTraceTellsWhyAConnectionEnded(t *testing.T) {
	frame := func(h ws.Header) func(*testing.T, *site, *socket, string) {
		h.Masked, h.Fin = true, true
		return func(t *testing.T, s *site, c *socket, id string) { c.sendRaw(header(h)) }
	}
	tests := []struct {
		name string
		end  func(*testing.T, *site, *socket, string)
		want string
	}{
		{"too big", frame(ws.Header{OpCode: ws.OpText, Length: 40_000}), `! $disconnect: a frame of 40,000 bytes: closed 1009 "Message too big"`},
		{"binary", frame(ws.Header{OpCode: ws.OpBinary, Length: 5}), `! $disconnect: a binary frame: closed 1003 "Binary is not supported"`},
		{"forbidden", frame(ws.Header{OpCode: 3}), `! $disconnect: a frame that RFC 6455 forbids: closed 1002 "Protocol error"`},
		{"idle", func(t *testing.T, s *site, c *socket, id string) { time.Sleep(11 * time.Minute) }, `! $disconnect: idle for 10m0s: closed 1001 "Going away"`},
		{"cut", func(t *testing.T, s *site, c *socket, id string) { c.conn.Close() }, `! $disconnect: no close frame came: closed 1006 "Connection closed abnormally"`},
		{"left", func(t *testing.T, s *site, c *socket, id string) { c.sendFrame(ws.NewCloseFrame(nil)) }, `$disconnect: closed 1005 "Client-side close frame status not set"`},
		{"deleted", func(t *testing.T, s *site, c *socket, id string) {
			s.manage(t, "DELETE", connectionPath(id), "")
		}, `$disconnect: closed 1000 "Connection Closed Normally"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := &journal{}
			l := newLifecycle()
			cfg := l.config()
			cfg.Trace = j.add
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				c := s.connect(t)
				go readAway(c)
				test.end(t, s, c, idOf(t, l.connect.only(t)))
				j.want(t, test.want)
			})
		})
	}
}

func TestTraceTellsOfHandshakesAndTheManagementAPI(t *testing.T) {
	j := &journal{}
	cfg := gateway.WebSocketConfig{Trace: j.add, Routes: map[string]gateway.Route{}}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		s.handshake(t, handshakeRequest("/prod"))
		plain := handshakeRequest("/ws")
		plain.Header.Del("Upgrade")
		s.handshake(t, plain)
		s.manage(t, "POST", connectionPath(id), "x")
		c.want("x")
		s.manage(t, "GET", connectionPath(id), "")
		s.manage(t, "POST", connectionPath("AAAAAAAAAAAAAAA="), "x")
		s.manage(t, "POST", connectionPath("%1b[2J"), "x")
		s.manage(t, "DELETE", connectionPath(id), "")
		for _, want := range []string{
			"! $connect: 403: the path is not /ws", "! $connect: 426: no WebSocket handshake", "$connect: 101",
			"POST @connections: 200: queued", "GET @connections: 200: described", "! @connections: 410: no such connection",
			"! @connections: 400: malformed connection id", "DELETE @connections: 204: closed",
			`! $disconnect: closed 1000 "Connection Closed Normally"; there is no $disconnect route`,
		} {
			j.want(t, want)
		}
	})
}

func TestTraceTellsOfHTTPRequests(t *testing.T) {
	j := &journal{}
	cfg := gateway.HTTPConfig{Trace: j.add, Routes: routes(map[string]gateway.Invoker{"GET /a": replies(ok), "GET /b": fails()})}
	inBubble(t, func(t *testing.T) http.Handler { return newHTTP(t, cfg) }, func(t *testing.T, s *site) {
		for _, path := range []string{"/a?secret", "/b", "/c?secret", "/" + strings.Repeat("x", 100)} {
			s.call(t, "GET", path, "", nil)
		}
		for _, want := range []string{
			"GET /a: 200", "! GET /b: 500: the function failed", "! -: 404: no route for GET /c",
			"! -: 404: no route for GET /" + strings.Repeat("x", 75) + "…",
		} {
			j.want(t, want)
		}
	})
}

func TestTraceHoldsNoPayload(t *testing.T) {
	j := &journal{}
	f := function(func(context.Context, []byte) ([]byte, error) { return nil, fmt.Errorf("secret") })
	cfg := gateway.WebSocketConfig{Trace: j.add, Routes: map[string]gateway.Route{"a": twoWay(echoBody{}), "f": {Function: f}}}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		go readAway(c)
		r := handshakeRequest("/ws?secret=secret")
		r.Header.Set("Cookie", "secret")
		s.handshake(t, r)
		for _, text := range []string{`{"action":"a","x":"secret"}`, `{"action":"f"}`, `{"action":"secret"}`, "secret"} {
			c.send(text)
		}
		s.manage(t, "POST", connectionPath(id), "secret")
		s.manage(t, "POST", connectionPath("secret"), "secret")
		c.sendFrame(ws.NewCloseFrame(nil))
		for _, line := range j.all() {
			if strings.Contains(line, "secret") {
				t.Errorf("line %q", line)
			}
		}
		for _, line := range j.lines {
			if strings.Contains(line.String()+line.Connection, "secret") {
				t.Errorf("line %q", line)
			}
		}
		if n := len(j.all()); n < 9 {
			t.Errorf("%d lines", n)
		}
	})
}

func TestTraceLineIsReadable(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	tests := []struct {
		trace gateway.Trace
		want  string
	}{
		{gateway.Trace{At: at, Took: 12345 * time.Microsecond, Route: "$connect", Connection: "L0SM9cOFvHcCIhw=", Outcome: "101"},
			"03:04:05.006   $connect             L0SM9cOF    12.3 ms  101"},
		{gateway.Trace{At: at, Route: "GET /", Refused: true, Outcome: "404: no route"},
			"03:04:05.006 ! GET /                             0.0 ms  404: no route"},
	}
	for _, test := range tests {
		if got := test.trace.String(); got != test.want {
			t.Errorf("got\n%s, want\n%s", got, test.want)
		}
	}
}
