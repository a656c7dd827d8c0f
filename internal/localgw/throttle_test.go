package localgw_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"projectchat/internal/localgw"
)

// once lets one request through and then none.
var once = localgw.Limit{Burst: 1}

func TestThrottleIsATokenBucket(t *testing.T) {
	tests := []struct {
		name  string
		limit localgw.Limit
		wait  time.Duration
		want  int
	}{
		{"a burst", localgw.Limit{Rate: 2, Burst: 5}, 0, 5},
		{"refilled at its rate", localgw.Limit{Rate: 2, Burst: 5}, time.Second, 5 + 2},
		{"never over its burst", localgw.Limit{Rate: 2, Burst: 5}, time.Hour, 5 + 5},
		{"zeros let nothing through", localgw.Limit{}, time.Hour, 0},
		{"no burst, nothing", localgw.Limit{Rate: 100}, time.Hour, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				throttle, got := localgw.NewThrottle(test.limit), 0
				for range 2 {
					for throttle.Allow() {
						got++
					}
					time.Sleep(test.wait)
				}
				if got != test.want {
					t.Errorf("%d passed, want %d", got, test.want)
				}
			})
		})
	}
}

func TestHandshakesOverALimitGet429(t *testing.T) {
	tests := []struct {
		name   string
		limit  func(*localgw.WebSocketConfig)
		passed int
	}{
		{"new connections", func(cfg *localgw.WebSocketConfig) { cfg.NewConnections = localgw.NewThrottle(once) }, 1},
		{"account", func(cfg *localgw.WebSocketConfig) { cfg.Account = localgw.NewThrottle(once) }, 1},
		{"all routes", func(cfg *localgw.WebSocketConfig) { cfg.RouteLimit = &once }, 1},
		{"stage throttling of 0", func(cfg *localgw.WebSocketConfig) { cfg.RouteLimit = &localgw.Limit{} }, 0},
		{"$connect", func(cfg *localgw.WebSocketConfig) {
			r := cfg.Routes["$connect"]
			r.Limit = &once
			cfg.Routes["$connect"], cfg.RouteLimit = r, &localgw.Limit{}
		}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLifecycle()
			cfg := l.config()
			test.limit(&cfg)
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				for range test.passed {
					s.connect(t)
					l.connect.only(t)
				}
				_, res := s.handshake(t, handshakeRequest("/ws"))
				body, _ := io.ReadAll(res.Body)
				if res.StatusCode != 429 || string(body) != `{"message":"Too Many Requests"}` {
					t.Errorf("%d %s", res.StatusCode, body)
				}
				wantErrorType(t, res, "TooManyRequestsException")
				l.connect.none(t)
			})
		})
	}
}

func TestMessagesOverALimitGetAFrameAndTheSocketStays(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"default", "", "Too Many Requests"},
		{"another text", "Slow down", "Slow down"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := localgw.WebSocketConfig{
				Routes:    map[string]localgw.Route{"$default": {Function: named("default"), TwoWay: true, Limit: &localgw.Limit{Rate: 1, Burst: 1}}},
				Unsettled: localgw.Unsettled{ThrottledMessage: test.text},
			}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				c := s.connect(t)
				c.send("one")
				c.want("default as $default")
				c.send("two")
				c.wantError(test.want)
				time.Sleep(time.Second)
				c.send("three")
				c.want("default as $default")
			})
		})
	}
}

func TestMessagesCountTowardsTheAccountsLimit(t *testing.T) {
	cfg := localgw.WebSocketConfig{
		Account: localgw.NewThrottle(localgw.Limit{Burst: 2}),
		Routes:  map[string]localgw.Route{"$default": twoWay(named("default"))},
	}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		c.send("one")
		c.want("default as $default")
		c.send("two")
		c.wantError("Too Many Requests")
	})
}

func TestPostsOverTheAccountsLimitAreLimitExceeded(t *testing.T) {
	cfg := localgw.WebSocketConfig{Account: localgw.NewThrottle(localgw.Limit{Burst: 2})}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) { // which took one
		if err := post(t.Context(), s.sdk(t, "ws"), id, "x"); err != nil {
			t.Fatal(err)
		}
		c.want("x")
		var limit *types.LimitExceededException
		if err := post(t.Context(), s.sdk(t, "ws"), id, "y"); !errors.As(err, &limit) {
			t.Errorf("error is %v", err)
		}
		res := s.manage(t, "GET", connectionPath(id), "")
		if body, _ := io.ReadAll(res.Body); res.StatusCode != 429 || len(body) > 0 {
			t.Errorf("GET: %d %s", res.StatusCode, body)
		}
		wantErrorType(t, res, "LimitExceededException")
		c.silent()
	})
}

func TestHTTPRequestsOverALimitGet429(t *testing.T) {
	for name, limit := range map[string]func(*localgw.HTTPConfig){
		"account":    func(cfg *localgw.HTTPConfig) { cfg.Account = localgw.NewThrottle(once) },
		"all routes": func(cfg *localgw.HTTPConfig) { cfg.RouteLimit = &once },
		"the route": func(cfg *localgw.HTTPConfig) {
			cfg.Routes["GET /"] = localgw.Route{Function: replies(ok), Limit: &once}
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := localgw.HTTPConfig{Routes: routes(map[string]localgw.Invoker{"GET /": replies(ok)})}
			limit(&cfg)
			inBubble(t, func(t *testing.T) http.Handler { return newHTTP(t, cfg) }, func(t *testing.T, s *site) {
				if res, _ := s.call(t, "GET", "/", "", nil); res.StatusCode != 200 {
					t.Errorf("first: %d", res.StatusCode)
				}
				res, body := s.call(t, "GET", "/", "", nil)
				if res.StatusCode != 429 || body != `{"message":"Too Many Requests"}` {
					t.Errorf("second: %d %s", res.StatusCode, body)
				}
			})
		})
	}
}

func TestOneAccountIsSharedByItsAPIs(t *testing.T) {
	account := localgw.NewThrottle(once)
	api := newHTTP(t, localgw.HTTPConfig{Account: account, Routes: routes(map[string]localgw.Invoker{"GET /": replies(ok)})})
	withWebSocket(t, localgw.WebSocketConfig{Account: account}, func(t *testing.T, s *site) {
		s.connect(t)
		if status := statusOf(api, handshakeRequest("/")); status != 429 {
			t.Errorf("HTTP: %d", status)
		}
	})
}
