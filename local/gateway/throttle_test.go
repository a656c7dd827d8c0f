package gateway_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"projectchat/local/gateway"
)

// once lets one request pass and then none.
var once = gateway.Limit{Burst: 1}

func TestThrottleIsATokenBucket(t *testing.T) {
	tests := []struct {
		name  string
		limit gateway.Limit
		wait  time.Duration
		want  int
	}{
		{"a burst", gateway.Limit{Rate: 2, Burst: 5}, 0, 5},
		{"refilled at its rate", gateway.Limit{Rate: 2, Burst: 5}, time.Second, 5 + 2},
		{"never over its burst", gateway.Limit{Rate: 2, Burst: 5}, time.Hour, 5 + 5},
		{"zeros let nothing through", gateway.Limit{}, time.Hour, 0},
		{"no burst, nothing", gateway.Limit{Rate: 100}, time.Hour, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				throttle, got := gateway.NewThrottle(test.limit), 0
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
		limit  func(*gateway.WebSocketConfig)
		passed int
	}{
		{"new connections", func(cfg *gateway.WebSocketConfig) { cfg.NewConnections = gateway.NewThrottle(once) }, 1},
		{"account", func(cfg *gateway.WebSocketConfig) { cfg.Account = gateway.NewThrottle(once) }, 1},
		{"all routes", func(cfg *gateway.WebSocketConfig) { cfg.RouteLimit = &once }, 1},
		{"stage throttling of 0", func(cfg *gateway.WebSocketConfig) { cfg.RouteLimit = &gateway.Limit{} }, 0},
		{"$connect", func(cfg *gateway.WebSocketConfig) {
			r := cfg.Routes["$connect"]
			r.Limit = &once
			cfg.Routes["$connect"], cfg.RouteLimit = r, &gateway.Limit{}
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
			cfg := gateway.WebSocketConfig{
				Routes:    map[string]gateway.Route{"$default": {Function: named("default"), TwoWay: true, Limit: &gateway.Limit{Rate: 1, Burst: 1}}},
				Unsettled: gateway.Unsettled{ThrottledMessage: test.text},
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
	cfg := gateway.WebSocketConfig{
		Account: gateway.NewThrottle(gateway.Limit{Burst: 2}),
		Routes:  map[string]gateway.Route{"$default": twoWay(named("default"))},
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
	cfg := gateway.WebSocketConfig{Account: gateway.NewThrottle(gateway.Limit{Burst: 2})}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) { // the handshake took one
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
	for name, limit := range map[string]func(*gateway.HTTPConfig){
		"account":    func(cfg *gateway.HTTPConfig) { cfg.Account = gateway.NewThrottle(once) },
		"all routes": func(cfg *gateway.HTTPConfig) { cfg.RouteLimit = &once },
		"the route": func(cfg *gateway.HTTPConfig) {
			cfg.Routes["GET /"] = gateway.Route{Function: replies(ok), Limit: &once}
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := gateway.HTTPConfig{Routes: routes(map[string]gateway.Invoker{"GET /": replies(ok)})}
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
	account := gateway.NewThrottle(once)
	api := newHTTP(t, gateway.HTTPConfig{Account: account, Routes: routes(map[string]gateway.Invoker{"GET /": replies(ok)})})
	withWebSocket(t, gateway.WebSocketConfig{Account: account}, func(t *testing.T, s *site) {
		s.connect(t)
		if status := statusOf(api, handshakeRequest("/")); status != 429 {
			t.Errorf("HTTP: %d", status)
		}
	})
}
