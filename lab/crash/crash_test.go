package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/compose"
	"projectchat/internal/people"
	localdb "projectchat/local/dynamodb"
)

// object is JSON.
type object = map[string]any

// mishap is the fault of one run of a function: at its k-th step.
type mishap struct {
	k    int
	when chattest.When
	dies bool // and no later step has any effect
}

func (m mishap) String() string {
	when := map[chattest.When]string{
		chattest.Before: "before", chattest.After: "after", chattest.HangBefore: "hangs before", chattest.HangAfter: "hangs after",
	}[m.when]
	return fmt.Sprintf("step %d %s, dies %v", m.k, when, m.dies)
}

// every lists the mishaps of a step.
func every(k int) []mishap {
	return []mishap{
		{k, chattest.Before, false}, {k, chattest.Before, true}, {k, chattest.After, false}, {k, chattest.After, true},
		{k, chattest.HangBefore, true}, {k, chattest.HangAfter, true},
	}
}

// process is one run of a function. It counts its steps.
type process struct {
	mishap
	mu    sync.Mutex
	steps int
}

func (p *process) fault() chattest.Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps++
	switch {
	case p.steps == p.k:
		return chattest.Fault{When: p.when}
	case p.dies && p.steps > p.k && p.k > 0:
		return chattest.Fault{When: chattest.Before}
	}
	return chattest.Fault{}
}

// broadcaster posts by the same process.
type broadcaster struct {
	*chattest.Broadcaster
	p *process
}

func (b broadcaster) Push(ctx context.Context, to []string, push chat.Push) (gone []string) {
	for _, id := range to {
		switch b.p.fault().When {
		case chattest.Before:
			continue
		case chattest.HangBefore, chattest.HangAfter:
			<-ctx.Done()
			continue
		}
		gone = append(gone, b.Broadcaster.Push(ctx, []string{id}, push)...)
	}
	return gone
}

func (b broadcaster) Disconnect(ctx context.Context, id string, bye chat.Bye) error {
	switch b.p.fault().When {
	case chattest.Before:
		return chattest.ErrInjected
	case chattest.HangBefore, chattest.HangAfter:
		<-ctx.Done()
		return ctx.Err()
	}
	return b.Broadcaster.Disconnect(ctx, id, bye)
}

// stage is the functions over one store.
type stage struct {
	*testing.T
	store       compose.Store
	broadcaster *chattest.Broadcaster
	token       string
	session     people.Session
}

// reply is a function's answer; died if there was none.
type reply struct {
	StatusCode int
	Body       string
	died       bool
}

func (r reply) kind() string {
	var f struct {
		Type, Code string
	}
	_ = json.Unmarshal([]byte(r.Body), &f) // not JSON: no kind
	return f.Type + f.Code
}

func (r reply) seq() int64 {
	var f struct{ Seq int64 }
	_ = json.Unmarshal([]byte(r.Body), &f) // not JSON: no row
	return f.Seq
}

// invoke runs the function that has the route, as a process.
func (s *stage) invoke(p *process, function string, event object) (r reply) {
	s.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		s.Fatal(err)
	}
	store := chattest.NewFaulty(s.store, func(chattest.Call) chattest.Fault { return p.fault() })
	log := slog.New(slog.DiscardHandler)
	rules := compose.Rules(store, broadcaster{s.broadcaster, p}, chat.Options{Log: log, Retention: 48 * time.Hour})
	ctx, cancel := context.WithTimeout(s.Context(), 10*time.Second)
	defer cancel()
	b, err := compose.Functions()[function](rules, log).Invoke(ctx, payload)
	if err != nil {
		s.Fatalf("the function failed: %v", err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		s.Fatalf("the reply is %s", b)
	}
	s.harmless(b)
	r.died = ctx.Err() != nil || p.dies && p.k > 0 && p.steps >= p.k
	return r
}

// codes is the closed list of docs/frames.md.
var codes = []string{
	"bad_request", "unauthorized", "forbidden", "not_found", "not_joined", "cid_conflict", "behind", "reset",
	"name_taken", "too_large", "rate_limited", "internal", "busy",
}

// harmless wants a reply without internals, and with known error codes only.
func (s *stage) harmless(b []byte) {
	s.Helper()
	for _, secret := range []string{chattest.ErrInjected.Error(), ".go:", "goroutine", "panic", "arn:", "projectchat", s.token} {
		if strings.Contains(string(b), secret) {
			s.Errorf("a reply holds %q: %s", secret, b)
		}
	}
	var outer struct{ Body string }
	var e struct{ Type, Code string }
	if json.Unmarshal(b, &outer) == nil && json.Unmarshal([]byte(outer.Body), &e) == nil && e.Type == "error" && !slices.Contains(codes, e.Code) {
		s.Errorf("%q is not in the list of codes", e.Code)
	}
}

func (s *stage) socket(p *process, function, route, conn string, body object) reply {
	s.Helper()
	text, _ := json.Marshal(body)
	return s.invoke(p, function, object{
		"requestContext": object{"routeKey": route, "connectionId": conn, "requestId": "r"},
		"headers":        object{"Authorization": "Bearer " + s.token},
		"body":           string(text),
	})
}

func (s *stage) http(p *process, function, method, path string, query, body object) reply {
	s.Helper()
	text := ""
	if body != nil {
		b, _ := json.Marshal(body)
		text = string(b)
	}
	return s.invoke(p, function, object{
		"version": "2.0", "routeKey": method + " " + path, "rawPath": path, "queryStringParameters": query, "body": text,
		"headers":        object{"authorization": "Bearer " + s.token, "content-type": "application/json"},
		"requestContext": object{"routeKey": method + " " + path, "requestId": "r", "http": object{"method": method, "path": path}},
	})
}

// newStage has Ann on the connection ann, in the room, which has three messages. Ben is
// there, too, on ben. new is a connection of Ann's that has not joined.
func newStage(t *testing.T) *stage {
	s := &stage{T: t, store: mustStore(t), broadcaster: chattest.NewBroadcaster()}
	rules := chattest.NewRules(s.store, s.broadcaster, chat.Options{})
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	s.session, s.token, err = rules.SignIn(t.Context(), "Ann", "")
	must(err)
	ben, _, err := rules.SignIn(t.Context(), "Ben", "")
	must(err)
	must(rules.Connect(t.Context(), "ann", s.session))
	must(rules.Connect(t.Context(), "new", s.session))
	must(rules.Connect(t.Context(), "ben", ben))
	for _, conn := range []string{"ann", "ben"} {
		_, err := rules.Join(t.Context(), conn, "room", nil)
		must(err)
	}
	for i := range 3 {
		_, err := rules.Send(t.Context(), "ben", chat.Draft{Room: "room", CID: fmt.Sprint("b", i), Text: "hello"})
		must(err)
	}
	return s
}

// route is a request of a client, and the state that must hold once it was repeated and
// answered.
type route struct {
	ask  func(s *stage, p *process) reply
	want string // kind of the answer, or its status
	then func(s *stage)
}

func routes() map[string]route {
	return map[string]route{
		"$connect": {func(s *stage, p *process) reply { return s.socket(p, "connect", "$connect", "more", nil) }, "200", func(s *stage) {
			s.connected("more")
		}},
		"join": {func(s *stage, p *process) reply {
			return s.socket(p, "connect", "join", "new", object{"action": "join", "room": "room"})
		}, "joined", func(s *stage) { s.live("ann", "ben", "new") }},
		"join a new room": {func(s *stage, p *process) reply {
			return s.socket(p, "connect", "join", "new", object{"action": "join", "room": "Another"})
		}, "joined", func(s *stage) {
			if _, err := s.store.Room(s.Context(), "another"); err != nil {
				s.Errorf("the room is missing: %v", err)
			}
		}},
		"ping": {func(s *stage, p *process) reply {
			return s.socket(p, "connect", "ping", "ann", object{"action": "ping", "rooms": []string{"room"}})
		}, "pong", nil},
		"history": {func(s *stage, p *process) reply {
			return s.socket(p, "history", "history", "ann", object{"action": "history", "room": "room"})
		}, "history", nil},
		"leave": {func(s *stage, p *process) reply {
			return s.socket(p, "disconnect", "leave", "ann", object{"action": "leave", "room": "room"})
		}, "left", func(s *stage) { s.live("ben") }},
		"$disconnect": {func(s *stage, p *process) reply {
			return s.socket(p, "disconnect", "$disconnect", "ann", nil)
		}, "200", func(s *stage) {
			s.broadcaster.Gone("ann")
			s.say("ben", "sweep")
			s.live("ben")
		}},
		"rename": {func(s *stage, p *process) reply {
			return s.http(p, "connect", "POST", "/api/session", nil, object{"name": "Anna"})
		}, "201", func(s *stage) {
			if session, err := s.store.Session(s.Context(), s.session.Hash); err != nil || session.Name != "Anna" {
				s.Errorf("the session is %+v, %v", session, err)
			}
		}},
		"read the session": {func(s *stage, p *process) reply {
			return s.http(p, "connect", "GET", "/api/session", nil, nil)
		}, "200", nil},
		"sign out": {func(s *stage, p *process) reply {
			return s.http(p, "connect", "DELETE", "/api/session", nil, nil)
		}, "204", func(s *stage) {
			if _, err := s.store.Session(s.Context(), s.session.Hash); err == nil {
				s.Error("the session is still there")
			}
		}},
		"send over HTTP": {func(s *stage, p *process) reply {
			return s.http(p, "send", "POST", "/api/messages", nil, message(s))
		}, "sent", func(s *stage) { s.once() }},
		"read over HTTP": {func(s *stage, p *process) reply {
			return s.http(p, "history", "GET", "/api/messages", object{"room": "room"}, nil)
		}, "history", nil},
		"list rooms": {func(s *stage, p *process) reply {
			return s.http(p, "history", "GET", "/api/rooms", object{"q": ""}, nil)
		}, "200", nil},
	}
}

func message(s *stage) object {
	room, err := s.store.Room(s.Context(), "room")
	if err != nil {
		s.Fatal(err)
	}
	return object{"room": "room", "cid": "c1", "text": "mine", "since": object{"epoch": room.Epoch, "seq": 1}}
}

func send(s *stage, p *process) reply {
	frame := message(s)
	frame["action"] = "send"
	return s.socket(p, "send", "send", "ann", frame)
}

func (s *stage) say(conn, cid string) {
	s.Helper()
	frame := object{"action": "send", "room": "room", "cid": cid, "text": "hello"}
	if r := s.socket(&process{}, "send", "send", conn, frame); r.kind() != "sent" {
		s.Errorf("%s cannot write: %s", conn, r.Body)
	}
}

// once wants the message in the log once, and no hole in the log.
func (s *stage) once() {
	s.Helper()
	room, err := s.store.Room(s.Context(), "room")
	if err != nil {
		s.Fatal(err)
	}
	page, err := s.store.ReadLog(s.Context(), "room", chat.LogRange{Epoch: room.Epoch, Limit: 100})
	if err != nil {
		s.Fatal(err)
	}
	n := 0
	for i, m := range page.Rows {
		if m.Seq != int64(i+1) {
			s.Errorf("row %d is at place %d", m.Seq, i+1)
		}
		if m.CID == "c1" {
			n++
		}
	}
	if n != 1 {
		s.Errorf("the message is in the log %d times", n)
	}
	if len(page.Rows) > 0 && !page.Rows[len(page.Rows)-1].Expires.IsZero() {
		s.Error("the newest row has an expiry")
	}
}

func (s *stage) live(want ...string) {
	s.Helper()
	seats, err := s.store.Seats(s.Context(), "room")
	if err != nil {
		s.Fatal(err)
	}
	got := map[string]bool{}
	for _, m := range seats {
		got[m.ConnectionID] = true
	}
	for _, id := range want {
		if !got[id] {
			s.Errorf("%s has no seat", id)
		}
	}
	if len(got) != len(want) {
		s.Errorf("seats are of %v, want %v", got, want)
	}
}

func (s *stage) connected(id string) {
	s.Helper()
	c, err := s.store.Connection(s.Context(), id)
	if err != nil || c.UID != s.session.UID {
		s.Errorf("connection %s is %+v, %v", id, c, err)
	}
	session, err := s.store.Session(s.Context(), s.session.Hash)
	if err != nil || !strings.Contains(strings.Join(session.Conns, " "), id) {
		s.Errorf("the session's connections are %v, %v", session.Conns, err)
	}
}

// TestEveryStepOfEveryRoute lets each route fail once at each step.
func TestEveryStepOfEveryRoute(t *testing.T) {
	if *onDatabase {
		localdb.ForTest(t) // starts the database, which virtual time does not allow
	}
	all := routes()
	all["send"] = route{send, "sent", func(s *stage) { s.once() }}
	maps.Copy(all, changes())
	for name, r := range all {
		t.Run(name, func(t *testing.T) {
			for k := 1; ; k++ {
				steps := 0
				for _, m := range every(k) {
					t.Run(m.String(), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) { steps = max(steps, r.crash(newStage(t), m)) })
					})
				}
				if steps < k {
					break
				}
			}
		})
	}
}

// crash runs the route with a mishap, then without. It returns the number of its steps.
func (r route) crash(s *stage, m mishap) (steps int) {
	first := &process{mishap: m}
	a := r.ask(s, first)
	if !a.died && a.kind() == "" && a.StatusCode == 0 {
		s.Errorf("the first answer is %+v", a)
	}
	if a.kind() == "sent" {
		s.say("ben", "between") // takes the next place, if that is free
	}
	again := r.ask(s, &process{})
	if !r.answers(again) && !r.goneFor(a, again) {
		s.Errorf("the second answer is %+v, want %s", again, r.want)
	}
	if !a.died && a.kind() == "sent" && a.seq() != again.seq() {
		s.Errorf("it was acknowledged as row %d and then as row %d", a.seq(), again.seq())
	}
	if r.then != nil {
		r.then(s)
	}
	return first.steps
}

func (r route) answers(a reply) bool { return a.kind() == r.want || fmt.Sprint(a.StatusCode) == r.want }

// goneFor: a person who signs out twice is not signed in the second time, which is the state
// that was asked for.
func (r route) goneFor(_, again reply) bool { return r.want == "204" && again.StatusCode == 401 }

// TestSendAndItsRepeat lets both fail at each of their steps, while another person writes in
// between. Then it asks a third time.
func TestSendAndItsRepeat(t *testing.T) {
	onlyInMemory(t)
	pairs := 0
	for k := 1; k <= 7; k++ {
		for _, a := range every(k) {
			for j := 1; j <= 7; j++ {
				for _, b := range every(j) {
					pairs++
					t.Run(fmt.Sprintf("%v; %v", a, b), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							s := newStage(t)
							send(s, &process{mishap: a})
							s.say("ben", "between")
							send(s, &process{mishap: b})
							if r := send(s, &process{}); r.kind() != "sent" {
								t.Errorf("the third answered %s", r.Body)
							}
							s.once()
						})
					})
				}
			}
		}
	}
	t.Logf("%d pairs", pairs)
}
