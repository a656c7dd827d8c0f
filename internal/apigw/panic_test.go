package apigw_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"projectchat/internal/chat/chattest"
	"projectchat/internal/refusal"
)

// canary is a text that no log may hold.
const canary = "Canary"

// event is a request to one route, on a stage with Ann in the room general.
type event struct {
	route string
	send  func(s *stage, conn, cookie string) reply
}

func onSocket(action string, members object) event {
	return event{action, func(s *stage, conn, _ string) reply { return s.ask(conn, action, members) }}
}

func overHTTP(c call) event {
	return event{c.method + " " + c.path, func(s *stage, _, cookie string) reply {
		c.cookies = []string{cookie}
		return s.http(c)
	}}
}

// events returns an event for every route.
func events() []event {
	read := page("GET", "/api/messages", "")
	read.query = map[string]string{"room": "general"}
	rooms := page("GET", "/api/rooms", "")
	rooms.query = map[string]string{"q": "g"}
	return []event{
		{"$connect", func(s *stage, _, cookie string) reply {
			return s.handshake("second", call{headers: map[string]string{"Origin": site}, cookies: []string{cookie}})
		}},
		{"$disconnect", func(s *stage, conn, _ string) reply { return s.disconnect(conn) }},
		onSocket("join", object{"room": "new"}),
		onSocket("leave", object{"room": "general"}),
		onSocket("send", object{"room": "general", "cid": "c9", "text": canary + " text"}),
		onSocket("history", object{"room": "general"}),
		onSocket("ping", object{"rooms": []string{"general"}}),
		{"$default", func(s *stage, conn, _ string) reply { return s.frame(conn, "$default", `{"action":"`+canary+`"}`) }},
		overHTTP(page("POST", "/api/session", nameBody(canary+" new"))),
		overHTTP(page("GET", "/api/session", "")),
		overHTTP(page("POST", "/api/messages", `{"room":"general","cid":"c9","text":"`+canary+` text"}`)),
		overHTTP(read),
		overHTTP(rooms),
		overHTTP(page("DELETE", "/api/session", "")),
	}
}

// sendSince is a send that looks back, which the service does at the same time
// as another read.
func sendSince(s *stage, conn, _ string) reply {
	since := object{"epoch": s.epoch("general"), "seq": 1}
	return s.ask(conn, "send", object{"room": "general", "cid": "c9", "text": canary + " text", "since": since})
}

// TestEveryRouteIsTested compares the events with the routes of the functions.
func TestEveryRouteIsTested(t *testing.T) {
	routes := map[string]bool{}
	for _, e := range events() {
		routes[e.route] = true
	}
	for _, route := range []string{"$connect", "join", "ping", "send", "history", "$default", "$disconnect", "leave",
		"POST /api/session", "GET /api/session", "DELETE /api/session", "POST /api/messages", "GET /api/messages", "GET /api/rooms"} {
		if !routes[route] {
			t.Errorf("%s is not tested", route)
		}
	}
}

// panicky is a plan that panics in the n-th call of the store after it was set;
// 0: never.
type panicky struct{ left atomic.Int64 }

func (p *panicky) plan(chattest.Call) chattest.Fault {
	if p.left.Add(-1) == 0 {
		panic(canary + " in a panic")
	}
	return chattest.Fault{}
}

func (p *panicky) at(n int64) { p.left.Store(n) }

// TestPanics makes each call of the store that a route makes panic, one after
// the other. The client gets internal, or the reply if the call was not
// important; the process lives on, and the next request works.
func TestPanics(t *testing.T) {
	for _, e := range append(events(), event{"send", sendSince}) {
		t.Run(e.route, func(t *testing.T) {
			for n := int64(1); ; n++ {
				var p panicky
				s := newStage(t, p.plan)
				conn, cookie := s.guest(canary+" Ann", "general")
				bo, _ := s.guest("Bo", "general")
				s.ask(conn, "send", object{"room": "general", "cid": "c1", "text": canary})
				s.broadcaster.Gone(bo)
				p.at(n)
				r := e.send(s, conn, cookie)
				reached := p.left.Load() <= 0
				p.at(0)
				if !reached {
					return // the route makes fewer calls
				}
				s.checkPanic(e.route, n, r)
			}
		})
	}
}

func (s *stage) checkPanic(route string, n int64, r reply) {
	s.Helper()
	request := map[bool]string{true: "TXzPWFkkjoEF92g=", false: "PJqCFEqHqRcFd0w="}[route == "$connect"]
	if strings.Contains(route, "/") {
		request = "LV7fzho-PHcEJPw="
	}
	if route == "$disconnect" {
		if r.StatusCode != http.StatusInternalServerError {
			s.Errorf("call %d: %+v", n, r)
		}
	} else if e := r.errorObject(s); e.Code != "internal" || !e.Temporary || !strings.Contains(e.Message, request) {
		s.Errorf("call %d: %+v", n, r)
	}
	if log := s.log.String(); strings.Contains(log, canary) || !strings.Contains(log, `"panic":"string"`) || !strings.Contains(log, `"stack":`) {
		s.Errorf("call %d: the log holds the panic's value, or lacks its type or stack:\n%s", n, log)
	}
	if conn, _ := s.guest("Next", "next"); s.ask(conn, "history", object{"room": "next"}).code() != "" {
		s.Errorf("call %d: the next request fails", n)
	}
}

// TestLogHoldsNoSecrets drives every route to success and to failure of each
// call of the store, and searches the log for secrets.
func TestLogHoldsNoSecrets(t *testing.T) {
	for _, e := range append(events(), event{"send", sendSince}) {
		t.Run(e.route, func(t *testing.T) {
			for n := 0; ; n++ {
				left, fault := -1, chattest.Fault{}
				s := newStage(t, serial(func(c chattest.Call) chattest.Fault {
					if left--; left == 0 {
						return fault
					}
					return chattest.Fault{}
				}))
				conn, cookie := s.guest(canary+" Ann", "general")
				s.guest(canary+" Bo", "general")
				s.ask(conn, "send", object{"room": "general", "cid": "c1", "text": canary})
				left, fault = n, chattest.Fault{When: chattest.Before, Err: fmt.Errorf("the table is on fire: %w", refusal.ErrBusy)}
				s.checkLog(e.route, cookie, e.send(s, conn, cookie))
				if left > 0 {
					return
				}
			}
		})
	}
}

func (s *stage) checkLog(route, cookie string, r reply) {
	s.Helper()
	_, token, _ := strings.Cut(cookie, "=")
	log := s.log.String()
	for _, secret := range []string{canary, strings.ToLower(canary), "pcs_", token, cookie, "__Host-pc"} {
		if strings.Contains(log, secret) {
			s.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	lines := s.logLines()
	last := lines[len(lines)-1]
	if last["msg"] != "request" || last["route"] != route || last["reqId"] == nil || last["bytes"] == nil || last["ms"] == nil {
		s.Errorf("no line for the request: %v", last)
	}
	if last["code"] != r.code() && route != "$disconnect" { // which has no answer
		s.Errorf("logged %v, answered %s", last["code"], r.Body)
	}
}
