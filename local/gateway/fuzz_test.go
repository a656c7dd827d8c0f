package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/gobwas/ws"
	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
)

// verdict derives from RFC 6455 and API Gateway's limits what a client's bytes
// must lead to: the messages, and the code with which the connection ends. It
// shares no code with the gateway.
func verdict(b []byte) (messages []string, code int64) {
	var message []byte
	fragmented := false
	for {
		f, rest, code := cutFrame(b)
		if code != 0 {
			return messages, code
		}
		if code := forbidden(f, fragmented, len(message)); code != 0 {
			return messages, code
		}
		if uint64(len(rest)) < f.length {
			return messages, 1006
		}
		payload := bytes.Clone(rest[:f.length])
		for i := range payload {
			payload[i] ^= f.mask[i%4]
		}
		b = rest[f.length:]
		switch {
		case f.op == 8:
			return messages, closeCode(payload)
		case f.op > 8:
			continue
		}
		message, fragmented = append(message, payload...), !f.fin
		if fragmented {
			continue
		}
		if !utf8.Valid(message) {
			return messages, 1007
		}
		messages, message = append(messages, string(message)), nil
	}
}

type frameHead struct {
	fin, masked bool
	reserved    byte
	op          byte
	length      uint64
	mask        []byte
}

func cutFrame(b []byte) (f frameHead, rest []byte, code int64) {
	if len(b) < 2 {
		return f, nil, 1006
	}
	f = frameHead{fin: b[0]>>7 == 1, reserved: b[0] >> 4 & 7, op: b[0] & 15, masked: b[1]>>7 == 1, length: uint64(b[1] & 127)}
	size := map[uint64]int{126: 2, 127: 8}[f.length]
	more := size
	if f.masked {
		more += 4
	}
	if b = b[2:]; len(b) < more {
		return f, nil, 1006
	}
	if size > 0 {
		f.length = binary.BigEndian.Uint64(append(make([]byte, 8-size), b[:size]...))
	}
	if f.length>>63 == 1 {
		return f, nil, 1002
	}
	f.mask = b[size:more]
	return f, b[more:], 0
}

func forbidden(f frameHead, fragmented bool, before int) int64 {
	control := f.op >= 8
	switch {
	case f.reserved != 0, !f.masked, !slices.Contains([]byte{0, 1, 2, 8, 9, 10}, f.op):
		return 1002
	case control && (!f.fin || f.length > 125), !control && fragmented != (f.op == 0):
		return 1002
	case f.op == 2:
		return 1003
	case f.length > 32<<10, uint64(before)+f.length > 128<<10 && !control:
		return 1009
	}
	return 0
}

func closeCode(payload []byte) int64 {
	if len(payload) == 0 {
		return 1005
	}
	if len(payload) == 1 {
		return 1002
	}
	code := int64(payload[0])<<8 | int64(payload[1])
	known := slices.Contains([]int64{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011}, code)
	switch {
	case !known && (code < 3000 || code > 4999):
		return 1002
	case !utf8.Valid(payload[2:]):
		return 1007
	}
	return code
}

// socketSeeds are frames that break servers, alone and after a good one.
func socketSeeds() [][]byte {
	compile := func(f ws.Frame) []byte { return ws.MustCompileFrame(ws.MaskFrame(f)) }
	masked := func(h ws.Header) []byte {
		h.Masked = true
		return header(h)
	}
	hello := compile(ws.NewTextFrame([]byte("hello")))
	seeds := [][]byte{
		hello,
		compile(ws.NewPingFrame([]byte("ping"))),
		compile(ws.NewCloseFrame(ws.NewCloseFrameBody(4000, "bye"))),
		compile(ws.NewCloseFrame([]byte{3})),
		compile(ws.NewTextFrame([]byte("\xff"))),
		header(ws.Header{Fin: true, OpCode: ws.OpText, Length: 5}),                   // unmasked
		masked(ws.Header{Fin: true, Rsv: 4, OpCode: ws.OpText, Length: 1}),           // reserved bit
		masked(ws.Header{Fin: true, OpCode: 3}),                                      // reserved opcode
		masked(ws.Header{Fin: true, OpCode: ws.OpContinuation}),                      // continuation first
		masked(ws.Header{Fin: false, OpCode: ws.OpPing}),                             // fragmented ping
		masked(ws.Header{Fin: true, OpCode: ws.OpPing, Length: 126}),                 // oversized ping
		masked(ws.Header{Fin: true, OpCode: ws.OpBinary, Length: 1}),                 // binary
		masked(ws.Header{Fin: true, OpCode: ws.OpText, Length: 32<<10 + 1}),          // oversized
		masked(ws.Header{Fin: true, OpCode: ws.OpText, Length: 1<<63 - 1}),           // 2^63-1
		append(binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, 1<<63), 0, 0, 0, 0), // 2^63
		slices.Concat(compile(ws.NewFrame(ws.OpText, false, []byte("a"))), compile(ws.NewPingFrame(nil)), compile(continuation(true, "b"))),
		slices.Concat(compile(ws.NewFrame(ws.OpText, false, []byte("a"))), hello),
		bytes.Repeat(compile(ws.NewFrame(ws.OpText, true, nil)), 40),
		hello[:3],
		nil,
	}
	for _, seed := range seeds[1:] {
		seeds = append(seeds, slices.Concat(hello, seed))
	}
	return seeds
}

func FuzzSocket(f *testing.F) {
	for _, seed := range socketSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			t.Skip("longer than it takes to say anything new")
		}
		before := allocated()
		messages, code := verdict(data)
		gotMessages, gotCode := whatBecomesOf(t, data)
		slices.Sort(messages)
		slices.Sort(gotMessages)
		if diff := cmp.Diff(messages, gotMessages); diff != "" {
			t.Errorf("messages (-want +got):\n%s", diff)
		}
		if gotCode != code {
			t.Errorf("ended with %d, want %d", gotCode, code)
		}
		// An empty message of six bytes costs an event, a call and its reply.
		if used := allocated() - before; used > uint64(8<<20+4<<10*len(data)) {
			t.Errorf("%d bytes of memory for %d bytes of input", used, len(data))
		}
	})
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// whatBecomesOf sends data to a connection, hangs up and waits for its end. A
// remaining goroutine fails the test, because it blocks the bubble.
func whatBecomesOf(t *testing.T, data []byte) (messages []string, code int64) {
	bodies, disconnect := make(chan string, len(data)), newRecorder()
	cfg := gateway.WebSocketConfig{Routes: map[string]gateway.Route{
		"$disconnect": {Function: disconnect},
		"$default": twoWay(function(func(_ context.Context, event []byte) ([]byte, error) {
			bodies <- decode(t, event).Body
			return []byte(ok), nil
		})),
	}}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		read := make(chan error, 1)
		go func() { read <- onlyGoodFrames(c.r) }()
		c.conn.Write(data) // fails if the gateway has hung up
		synctest.Wait()
		c.conn.Close()
		if err := <-read; err != nil {
			t.Error(err)
		}
		code = decode(t, disconnect.only(t)).RequestContext.DisconnectStatusCode
		time.Sleep(time.Minute)
	})
	close(bodies)
	for body := range bodies {
		messages = append(messages, body)
	}
	return messages, code
}

// onlyGoodFrames reads the gateway's frames and checks them as a strict client
// would: no mask, no reserved bits, and no frame after a close.
func onlyGoodFrames(r io.Reader) error {
	for closed := false; ; {
		f, err := readFrame(r)
		if err != nil {
			return nil
		}
		if err := ws.CheckHeader(f.Header, ws.StateClientSide); err != nil {
			return fmt.Errorf("frame %+v: %w", f.Header, err)
		}
		if closed {
			return fmt.Errorf("a frame behind the close: %+v", f.Header)
		}
		closed = f.Header.OpCode == ws.OpClose
	}
}

const signature = "Authorization: AWS4-HMAC-SHA256 Credential=A/20000101/us-east-1/execute-api/aws4_request, Signature=0\r\n"

// FuzzGateway sends raw bytes to the port: handshakes, requests to the
// management API and others. "{id}" stands for an open connection's id.
func FuzzGateway(f *testing.F) {
	request := func(line, headers, body string) string {
		return line + " HTTP/1.1\r\nHost: a\r\n" + headers + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) + body
	}
	upgrade := "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + sampleKey + "\r\n"
	for _, seed := range []string{
		request("POST /ws/@connections/{id}", signature, "hello"),
		request("POST /ws/%40connections/{id}", signature, "\xff"),
		request("GET /ws/@connections/{id}", signature, ""),
		request("DELETE /ws/@connections/{id}", signature, ""),
		request("PATCH /ws/@connections/{id}", signature, ""),
		request("POST /ws/@connections/AAAAAAAAAAAAAAA=", signature, ""),
		request("POST /ws/@connections/%1b%5b2J%00%22", signature, ""),
		request("POST /prod/@connections/{id}", signature, ""),
		request("POST /ws/@connections/{id}", "", "unsigned"),
		request("GET /ws/@connections/{id}", signature, "") + request("DELETE /ws/@connections/{id}", signature, ""),
		"POST /ws/@connections/{id} HTTP/1.1\r\nHost: a\r\n" + signature + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"POST /ws/@connections/{id} HTTP/1.1\r\nHost: a\r\n" + signature + "Content-Length: 99999999999\r\n\r\nhello",
		request("GET /ws?a=b&a=%zz;c", upgrade+"Sec-WebSocket-Protocol: a, b\r\nX: \xff\r\n", ""),
		request("GET /ws", upgrade, "") + "\x81\x85\x00\x00\x00\x00hello\x88\x80\x00\x00\x00\x00",
		request("GET /", "", ""),
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		connect := newRecorder()
		cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect})}
		withWebSocket(t, cfg, func(t *testing.T, s *site) {
			c := s.connect(t)
			id := idOf(t, connect.only(t))
			read := make(chan error, 2)
			go func() { read <- onlyGoodFrames(c.r) }()
			conn, err := s.pipes.dial()
			if err != nil {
				t.Fatal(err)
			}
			go func() { read <- onlyGoodAnswers(conn) }()
			conn.Write(bytes.ReplaceAll(data, []byte("{id}"), []byte(id)))
			synctest.Wait()
			conn.Close()
			c.conn.Close()
			for range 2 {
				if err := <-read; err != nil {
					t.Error(err)
				}
			}
			time.Sleep(time.Minute)
			for len(connect.events) > 0 {
				decode(t, <-connect.events)
			}
		})
	})
}

// onlyGoodAnswers reads responses, and frames after a 101.
func onlyGoodAnswers(conn io.Reader) error {
	r := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return nil // hung up
		}
		if res.StatusCode == http.StatusSwitchingProtocols {
			return onlyGoodFrames(r)
		}
		if res.StatusCode > 299 && res.StatusCode != 410 && res.ContentLength == 0 && res.Header.Get("x-amzn-RequestId") != "" {
			return fmt.Errorf("status %d without a word", res.StatusCode)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return nil
		}
	}
}

// FuzzHTTPEvent serves raw requests and compares each event with its request.
func FuzzHTTPEvent(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /a/b%2Fc?x=1&x=2&y HTTP/1.1\r\nHost: a.b:80\r\nCookie: a=1; b\r\nCookie: c\r\nX: 1\r\nx: 2\r\nContent-Length: 2\r\n\r\n\xff\x00",
		"GET /%zz?%zz=;&=%00 HTTP/1.1\r\nHost: \r\n\r\n",
		"GET //a/../b/ HTTP/1.0\r\nUser-Agent: \xff\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
		"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://other/path HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(data)))
		if err != nil {
			t.Skip("net/http refuses it")
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Skip("the body breaks off")
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		seen := newRecorder()
		h := newHTTP(t, gateway.HTTPConfig{Routes: routes(map[string]gateway.Invoker{
			"GET /a/{b}": seen, "ANY /a/{c}/{proxy+}": seen, "$default": seen,
		})})
		if status := statusOf(h, r); len(seen.events) == 0 {
			if status < 400 {
				t.Errorf("status %d, but no event", status)
			}
			return
		}
		checkHTTPEvent(t, <-seen.events, r, body)
	})
}

func checkHTTPEvent(t *testing.T, event []byte, r *http.Request, body []byte) {
	t.Helper()
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &e); err != nil {
		t.Fatalf("%v: %s", err, event)
	}
	got := []byte(e.Body)
	if e.IsBase64Encoded {
		got, _ = base64.StdEncoding.DecodeString(e.Body)
	}
	if !bytes.Equal(got, body) {
		t.Errorf("body %q, want %q", got, body)
	}
	for name := range e.Headers {
		if name != strings.ToLower(name) || name == "cookie" {
			t.Errorf("header %q", name)
		}
	}
	for name, value := range e.PathParameters {
		if value == "" || !strings.Contains(e.RouteKey, "{"+name) {
			t.Errorf("path parameter %q is %q in %q", name, value, e.RouteKey)
		}
	}
	// JSON cannot express bytes that are not UTF-8.
	if query, _ := url.ParseQuery(r.URL.RawQuery); len(query) > 0 && utf8.ValidString(r.URL.RawQuery) && len(e.QueryStringParameters) == 0 {
		t.Errorf("query %q is lost", r.URL.RawQuery)
	}
	if e.RequestContext.HTTP.Method != strings.ToValidUTF8(r.Method, "\ufffd") {
		t.Errorf("method %q, want %q", e.RequestContext.HTTP.Method, r.Method)
	}
}

// FuzzReply makes a function reply with any bytes, on a socket and over HTTP.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		ok, ``, `null`, `{}`, `"x"`, `{"statusCode":200,"body":"hi","headers":{"a":1,"b":null}}`,
		`{"statusCode":204,"body":"x"}`, `{"statusCode":304,"headers":{"Content-Length":"5"}}`,
		`{"statusCode":200,"headers":{"a b":"c","":"d","Transfer-Encoding":"chunked"},"cookies":["\r\nX: y"]}`,
		`{"statusCode":101}`, `{"statusCode":1e2}`, `{"statusCode":200,"isBase64Encoded":true,"body":"/w=="}`,
		`{"statusCode":200,"multiValueHeaders":{"A":["b","c"],"D":null}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, reply []byte) {
		answers := replies(string(reply))
		inBubble(t, func(t *testing.T) http.Handler {
			return newHTTP(t, gateway.HTTPConfig{Routes: routes(map[string]gateway.Invoker{"GET /": answers})})
		}, func(t *testing.T, s *site) {
			res, err := s.client.Get("http://chat.example:8080/")
			if err != nil {
				return // a redirect to nowhere, say
			}
			defer res.Body.Close()
			io.Copy(io.Discard, res.Body)
		})
		cfg := gateway.WebSocketConfig{Routes: map[string]gateway.Route{"$connect": {Function: answers}, "$default": twoWay(answers)}}
		withWebSocket(t, cfg, func(t *testing.T, s *site) {
			c, res := s.handshake(t, handshakeRequest("/ws"))
			if res.StatusCode != http.StatusSwitchingProtocols {
				return
			}
			c.send("x")
			if f := c.frame(); f.Header.OpCode != ws.OpText || !utf8.Valid(f.Payload) {
				t.Errorf("got %v %q", f.Header.OpCode, f.Payload)
			}
		})
	})
}
