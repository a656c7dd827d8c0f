package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
)

// withHTTP serves an HTTP API.
func withHTTP(t *testing.T, routes map[string]gateway.Route, test func(t *testing.T, s *site)) {
	t.Helper()
	inBubble(t, func(t *testing.T) http.Handler {
		t.Helper()
		h, err := gateway.NewHTTP(gateway.HTTPConfig{APIID: "xyz789", Routes: routes})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}, test)
}

// call makes a request and returns the response with its body.
func (s *site) call(t *testing.T, method, path, body string, header http.Header) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, "http://chat.example:8080"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"User-Agent": {"tester/1"}, "Accept-Encoding": {"identity"}}
	for name, values := range header {
		r.Header[name] = values
	}
	res := s.do(t, r)
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func TestHTTPEventsAreThoseOfAPIGateway(t *testing.T) {
	tests := []struct {
		name, method, path, body string
		header                   http.Header
	}{
		{"http-full.json", "POST", "/api/rooms/a%2Fb%20c?limit=5&tag=x&tag=y&q=%26", `{"name":"Ännchen"}`, http.Header{
			"Content-Type":    {"application/json"},
			"Cookie":          {"a=1; b=2", "c=3"},
			"X-Twice":         {"one", "two"},
			"X-Forwarded-For": {"203.0.113.9"},
			"Connection":      {"keep-alive"},
			"Te":              {"trailers"},
		}},
		{"http-bare.json", "GET", "/api/rooms/general", "", nil},
		{"http-binary.json", "POST", "/api/rooms/general", "\xff\x00", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newRecorder()
			withHTTP(t, routes(map[string]gateway.Invoker{"ANY /api/rooms/{room}": f}), func(t *testing.T, s *site) {
				s.call(t, test.method, test.path, test.body, test.header)
				wantGolden(t, test.name, f.only(t))
			})
		})
	}
}

func TestHTTPEventsDecodeWithTheLibrarysType(t *testing.T) {
	f := newRecorder()
	withHTTP(t, routes(map[string]gateway.Invoker{"POST /api/{room}": f}), func(t *testing.T, s *site) {
		s.call(t, "POST", "/api/general?a=1&a=2", "hi", http.Header{"Cookie": {"x=1; y=2"}})
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(f.only(t), &e); err != nil {
			t.Fatal(err)
		}
		if e.Version != "2.0" || e.RouteKey != "POST /api/{room}" || e.Body != "hi" || e.QueryStringParameters["a"] != "1,2" ||
			e.PathParameters["room"] != "general" || e.RequestContext.HTTP.SourceIP != "192.0.2.7" {
			t.Errorf("%+v", e)
		}
		if diff := cmp.Diff([]string{"x=1", "y=2"}, e.Cookies); diff != "" {
			t.Errorf("cookies (-want +got):\n%s", diff)
		}
	})
}

func TestHTTPRouteIsTheMostSpecific(t *testing.T) {
	keys := []string{
		"GET /pets", "ANY /pets", "GET /pets/dog", "GET /pets/{id}", "ANY /pets/cat", "GET /pets/{proxy+}",
		"GET /pets/dog/{proxy+}", "ANY /any/{proxy+}", "POST /any/{rest+}", "POST /{a}/full", "GET /{a}/x/{b}", "GET /", "$default",
	}
	tests := []struct{ method, path, want string }{
		{"GET", "/pets", "GET /pets map[]"},
		{"GET", "/pets?x=/pets/dog", "GET /pets map[]"},
		{"PUT", "/pets", "ANY /pets map[]"},
		{"GET", "/pets/dog", "GET /pets/dog map[]"},
		{"GET", "/pets/d%6Fg", "GET /pets/dog map[]"},
		{"GET", "/pets/bird", "GET /pets/{id} map[id:bird]"},
		{"GET", "/pets/a%2Fb", "GET /pets/{id} map[id:a/b]"},
		{"GET", "/pets/cat", "ANY /pets/cat map[]"},
		{"GET", "/pets/bird/toes/3", "GET /pets/{proxy+} map[proxy:bird/toes/3]"},
		{"GET", "/pets/dog/toes/3", "GET /pets/dog/{proxy+} map[proxy:toes/3]"},
		{"POST", "/any/thing", "POST /any/{rest+} map[rest:thing]"},
		{"POST", "/any/full", "POST /{a}/full map[a:any]"},
		{"GET", "/any/thing", "ANY /any/{proxy+} map[proxy:thing]"},
		{"GET", "/any/", "$default map[]"},
		{"GET", "/1/x/2", "GET /{a}/x/{b} map[a:1 b:2]"},
		{"GET", "/", "GET / map[]"},
		{"POST", "/", "$default map[]"},
		{"GET", "/pets/", "$default map[]"},
		{"GET", "/Pets", "$default map[]"},
		{"GET", "/elsewhere", "$default map[]"},
	}
	tell := function(func(_ context.Context, event []byte) ([]byte, error) {
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(event, &e); err != nil {
			return nil, err
		}
		return json.Marshal(map[string]any{"statusCode": 200, "body": fmt.Sprint(e.RouteKey, " ", e.PathParameters)})
	})
	all := map[string]gateway.Route{}
	for _, key := range keys {
		all[key] = gateway.Route{Function: tell}
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			withHTTP(t, all, func(t *testing.T, s *site) {
				if _, got := s.call(t, test.method, test.path, "", nil); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		})
	}
}

func TestHTTPReplies(t *testing.T) {
	const broken = `{"message":"Internal Server Error"}`
	panics := function(func(context.Context, []byte) ([]byte, error) { panic("at the wheel") })
	slow := function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(time.Minute)
		return []byte(ok), nil
	})
	tests := []struct {
		name        string
		f           gateway.Invoker
		status      int
		body        string
		contentType string
	}{
		{"whole", replies(`{"statusCode":201,"headers":{"content-type":"application/json"},"body":"{}"}`), 201, "{}", "application/json"},
		{"as the library marshals it", replies(`{"statusCode":200,"headers":null,"multiValueHeaders":null,"body":"hi","cookies":null}`), 200, "hi", "text/plain;charset=UTF-8"},
		{"base64", replies(`{"statusCode":200,"body":"/w==","isBase64Encoded":true}`), 200, "\xff", "text/plain;charset=UTF-8"},
		{"no content", replies(`{"statusCode":204}`), 204, "", ""},
		{"error status", replies(`{"statusCode":503,"body":"busy"}`), 503, "busy", "text/plain;charset=UTF-8"},
		{"object without a status", replies(`{"a": 1}`), 200, `{"a": 1}`, "application/json"},
		{"list", replies(`[1]`), 200, `[1]`, "application/json"},
		{"text", replies(`"hello"`), 200, `hello`, "application/json"},
		{"no JSON", replies(`hello`), 500, broken, "application/json"},
		{"nothing", replies(``), 500, broken, "application/json"},
		{"status is text", replies(`{"statusCode":"ok"}`), 500, broken, "application/json"},
		{"status is none", replies(`{"statusCode":1000}`), 500, broken, "application/json"},
		{"cookies are text", replies(`{"statusCode":200,"cookies":"a=b"}`), 500, broken, "application/json"},
		{"body is an object", replies(`{"statusCode":200,"body":{}}`), 500, broken, "application/json"},
		{"over Lambda's limit", replies(`{"statusCode":200,"body":"` + strings.Repeat("x", 6<<20) + `"}`), 500, broken, "application/json"},
		{"throws", fails(), 500, broken, "application/json"},
		{"panics", panics, 500, broken, "application/json"},
		{"too slow", slow, 503, `{"message":"Service Unavailable"}`, "application/json"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			withHTTP(t, routes(map[string]gateway.Invoker{"GET /": test.f}), func(t *testing.T, s *site) {
				res, body := s.call(t, "GET", "/", "", nil)
				if res.StatusCode != test.status || body != test.body || res.Header.Get("Content-Type") != test.contentType {
					t.Errorf("%d %q %q, want %d %q %q", res.StatusCode, body, res.Header.Get("Content-Type"), test.status, test.body, test.contentType)
				}
				time.Sleep(time.Minute) // until the slow one has noticed
			})
		})
	}
}

func TestHTTPReplyHeadersAndCookies(t *testing.T) {
	reply := `{"statusCode":200,"body":"hello","headers":{"x-count":1000000,"X-Flag":true,"Content-Length":"3","Connection":"close","X-Evil":"a\r\nB: c"},"cookies":["a=1; HttpOnly","b=2"]}`
	withHTTP(t, routes(map[string]gateway.Invoker{"GET /": replies(reply)}), func(t *testing.T, s *site) {
		res, body := s.call(t, "GET", "/", "", nil)
		if diff := cmp.Diff([]string{"a=1; HttpOnly", "b=2"}, res.Header.Values("Set-Cookie")); diff != "" {
			t.Errorf("cookies (-want +got):\n%s", diff)
		}
		if res.Header.Get("X-Count") != "1000000" || res.Header.Get("X-Flag") != "true" {
			t.Errorf("headers %v", res.Header)
		}
		if body != "hello" || res.Close || res.Header.Get("B") != "" {
			t.Errorf("a header of the function ruled the connection: %q %v", body, res.Header)
		}
	})
}

func TestHTTPErrorsOfTheGateway(t *testing.T) {
	f := newRecorder()
	all := routes(map[string]gateway.Invoker{"GET /api": f, "POST /api": f})
	tests := []struct {
		name, method, path, body string
		status                   int
		answer                   string
	}{
		{"no such path", "GET", "/elsewhere", "", 404, `{"message":"Not Found"}`},
		{"no such method", "DELETE", "/api", "", 404, `{"message":"Not Found"}`},
		{"no preflight", "OPTIONS", "/api", "", 404, `{"message":"Not Found"}`},
		{"line and headers over 10,240 bytes", "GET", "/api?" + strings.Repeat("x", 10_240), "", 431, `{"message":"Request Header Fields Too Large"}`},
		{"over 10 MB", "POST", "/api", strings.Repeat("x", 10<<20+1), 413, `{"message":"Request Entity Too Large"}`},
		{"over Lambda's limit", "POST", "/api", strings.Repeat("x", 6<<20), 500, `{"message":"Internal Server Error"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			withHTTP(t, all, func(t *testing.T, s *site) {
				res, body := s.call(t, test.method, test.path, test.body, nil)
				if res.StatusCode != test.status || body != test.answer {
					t.Errorf("%d %s, want %d %s", res.StatusCode, body, test.status, test.answer)
				}
				f.none(t)
			})
		})
	}
}

func TestHTTPFunctionsAreBounded(t *testing.T) {
	// The second request waits for a slot. The wait counts towards its timeout.
	slow := function(func(context.Context, []byte) ([]byte, error) {
		time.Sleep(10 * time.Second)
		return []byte(ok), nil
	})
	api := func(t *testing.T) http.Handler {
		h, err := gateway.NewHTTP(gateway.HTTPConfig{MaxInFlight: 1, Routes: map[string]gateway.Route{
			"GET /": {Function: slow, Timeout: 20 * time.Second},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	inBubble(t, api, func(t *testing.T, s *site) {
		start := time.Now()
		statuses := make(chan int)
		for range 3 {
			go func() {
				res, err := s.client.Get("http://chat.example:8080/")
				if err != nil {
					statuses <- 0
					return
				}
				res.Body.Close()
				statuses <- res.StatusCode
			}()
		}
		got := map[int]int{}
		for range 3 {
			got[<-statuses]++
		}
		if got[200] < 1 || got[200]+got[503] != 3 || time.Since(start) != 20*time.Second {
			t.Errorf("statuses %v after %v", got, time.Since(start))
		}
		time.Sleep(5 * time.Minute)
	})
}

func TestNewHTTPRefusesWhatItCannotServe(t *testing.T) {
	for _, key := range []string{"", "GET", "get /a", "GET a", "/a", "GET /{a+}/b", "GET /{}", "GET /a{b}", "GET /{a"} {
		t.Run(key, func(t *testing.T) {
			if _, err := gateway.NewHTTP(gateway.HTTPConfig{Routes: map[string]gateway.Route{key: {Function: replies(ok)}}}); err == nil {
				t.Error("no error")
			}
		})
	}
	for name, cfg := range map[string]gateway.HTTPConfig{
		"route without a function": {Routes: map[string]gateway.Route{"GET /": {}}},
		"timeout over 30 s":        {Routes: map[string]gateway.Route{"GET /": {Function: replies(ok), Timeout: 30*time.Second + 1}}},
		"301 routes":               {Routes: manyRoutes(301)},
		"a path for a stage":       {Stage: "a/b"},
	} {
		if _, err := gateway.NewHTTP(cfg); err == nil {
			t.Errorf("no error for a %s", name)
		}
	}
}
