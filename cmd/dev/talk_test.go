package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"projectchat/internal/dynamo"
	"projectchat/internal/laptop"
	"projectchat/internal/names"
	"projectchat/internal/wire"
)

type object = map[string]any

// guest signs a person in, connects them and joins a room.
func (s *stack) guest(t *testing.T, name, room string) (*person, *socket) {
	t.Helper()
	p := s.mustSignIn(t, unique(name))
	k := p.mustConnect()
	k.join(room)
	return p, k
}

// testStore gives the test its own view of the table.
func testStore(t *testing.T) *dynamo.Store {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dynamo.New(dynamo.NewClient(cfg), laptop.TableName, nil)
}

func (k *socket) ping(rooms ...string) map[string]wire.RoomHead {
	k.t.Helper()
	var pong wire.Pong
	mustDecode(k.t, k.ask(object{"action": "ping", "rooms": rooms}), &pong)
	return pong.Heads
}

// heard returns the pushes of a type that have come until now: everything that
// the server posted before it answers a ping has arrived.
func (k *socket) heard(kind string) (frames []json.RawMessage) {
	k.t.Helper()
	k.ping()
	k.held = slices.DeleteFunc(k.held, func(frame json.RawMessage) bool {
		var head struct{ Type string }
		json.Unmarshal(frame, &head)
		if head.Type == kind {
			frames = append(frames, frame)
		}
		return head.Type == kind
	})
	return frames
}

// message returns the one message of the next push.
func (k *socket) message() wire.Message {
	k.t.Helper()
	var push wire.Messages
	mustDecode(k.t, k.push(wire.TypeMessages), &push)
	if len(push.Messages) != 1 {
		k.t.Fatalf("pushed %+v", push)
	}
	return push.Messages[0]
}

func (k *socket) presence() (push wire.Presence) {
	k.t.Helper()
	mustDecode(k.t, k.push(wire.TypePresence), &push)
	return push
}

func (k *socket) refused(code string, request object) {
	k.t.Helper()
	var e wire.Error
	if frame := k.ask(request); wire.Decode(frame, &e) != nil || e.Code != code {
		k.t.Errorf("%v: got %s, want %s", request, frame, code)
	}
}

// closed waits for the end of a connection and returns its close code.
func (k *socket) closed() websocket.StatusCode {
	k.t.Helper()
	for {
		frame, err := k.tryRead()
		if err != nil {
			return websocket.CloseStatus(err)
		}
		k.held = append(k.held, frame)
	}
}

func TestThreePeopleSeeOneOrder(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	_, a := s.guest(t, "Ann", room)
	_, b := s.guest(t, "Bo", room)
	_, c := s.guest(t, "Cy", room)
	people := []*socket{a, b, c}
	orders := make([][]string, len(people))
	for i := range 9 {
		text := fmt.Sprint("text ", i)
		for n, k := range people {
			if n == i%3 {
				k.send(room, fmt.Sprint("c", i), text)
				orders[n] = append(orders[n], text)
			}
		}
		for n, k := range people {
			if n != i%3 {
				m := k.message()
				if m.Seq != int64(i+1) {
					t.Errorf("message %d is pushed as %d", i+1, m.Seq)
				}
				orders[n] = append(orders[n], m.Text)
			}
		}
	}
	if diff := cmp.Diff(orders[0], orders[1]) + cmp.Diff(orders[0], orders[2]); diff != "" {
		t.Errorf("the orders differ:\n%s", diff)
	}
	for n, k := range people {
		if more := k.heard(wire.TypeMessages); len(more) != 0 {
			t.Errorf("person %d got more: %s", n, more)
		}
	}
}

func TestResumeAfterACut(t *testing.T) {
	s, log := mustStart(t)
	room := unique("Room")
	_, a := s.guest(t, "Ann", room)
	bo, b := s.guest(t, "Bo", room)
	a.send(room, "c1", "before")
	since := object{"epoch": a.join(room).Epoch, "seq": b.message().Seq}
	b.conn.CloseNow()
	log.await(t, "$disconnect", 1)
	for i := range 3 {
		a.send(room, fmt.Sprint("d", i), fmt.Sprint("meanwhile ", i))
	}
	again := bo.mustConnect()
	var joined wire.Joined
	mustDecode(t, again.ask(object{"action": "join", "room": room, "since": since}), &joined)
	if len(joined.Messages) != 3 || joined.Messages[0].Seq != 2 || joined.Messages[2].Text != "meanwhile 2" || joined.More || joined.Reset || joined.Seq != 4 {
		t.Errorf("joined %+v", joined)
	}
	a.send(room, "e", "after")
	if m := again.message(); m.Seq != 5 {
		t.Errorf("pushed %+v", m)
	}
	since["epoch"] = "zzzzzzzzzzzzz"
	mustDecode(t, again.ask(object{"action": "join", "room": room, "since": since}), &joined)
	if !joined.Reset || len(joined.Messages) != 5 {
		t.Errorf("with another epoch: %+v", joined)
	}
}

func TestSecondTab(t *testing.T) {
	s, log := mustStart(t)
	room := unique("Room")
	_, b := s.guest(t, "Bo", room)
	ann, one := s.guest(t, "Ann", room)
	if push := b.presence(); push.OnlineCount != 2 || push.Joined[0].UID != ann.UID {
		t.Errorf("bo was told %+v", push)
	}
	two := ann.mustConnect()
	if joined := two.join(room); joined.OnlineCount != 2 {
		t.Errorf("the second tab counts %d people", joined.OnlineCount)
	}
	one.send(room, "c1", "hi")
	if m := two.message(); m.CID != "c1" || m.UID != ann.UID {
		t.Errorf("the second tab got %+v", m)
	}
	if own := one.heard(wire.TypeMessages); len(own) != 0 {
		t.Errorf("the sending tab got its own message: %s", own)
	}
	one.conn.Close(websocket.StatusNormalClosure, "")
	log.await(t, "$disconnect", 1)
	if told := b.heard(wire.TypePresence); len(told) != 0 {
		t.Errorf("bo was told %s, though ann is there", told)
	}
	two.conn.Close(websocket.StatusGoingAway, "")
	if push := b.presence(); push.OnlineCount != 1 || len(push.Left) != 1 || push.Left[0].UID != ann.UID {
		t.Errorf("bo was told %+v", push)
	}
}

func TestSignOutClosesTheSockets(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	_, b := s.guest(t, "Bo", room)
	ann, one := s.guest(t, "Ann", room)
	b.presence()
	two := ann.mustConnect()
	old := ann.cookie
	if res := ann.request("DELETE", "/api/session", nil); res.status != 204 {
		t.Fatalf("sign out: %d %s", res.status, res.body)
	}
	for _, k := range []*socket{one, two} {
		var bye wire.Bye
		if mustDecode(t, k.push(wire.TypeBye), &bye); bye.Retry || bye.Code != "unauthorized" {
			t.Errorf("bye %+v", bye)
		}
		if code := k.closed(); code != websocket.StatusNormalClosure {
			t.Errorf("closed with %d", code)
		}
	}
	if push := b.presence(); len(push.Left) != 1 || push.Left[0].UID != ann.UID || push.OnlineCount != 1 {
		t.Errorf("bo was told %+v", push)
	}
	if _, res, err := ann.dial("?v=1", http.Header{"Origin": {s.URL}, "Cookie": {old}}); err == nil || res.StatusCode != 401 {
		t.Errorf("the old cookie connects: %v %v", res, err)
	}
	s.mustSignIn(t, ann.Name) // the name is free
}

func TestRenameReconnects(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	_, b := s.guest(t, "Bo", room)
	ann, k := s.guest(t, "Ann", room)
	b.presence()
	name := unique("Anna")
	if res := ann.request("POST", "/api/session", wire.SessionRequest{Name: name}); res.status != 201 {
		t.Fatalf("rename: %d %s", res.status, res.body)
	}
	var bye wire.Bye
	if mustDecode(t, k.push(wire.TypeBye), &bye); !bye.Retry {
		t.Errorf("bye %+v", bye)
	}
	k.closed()
	again := ann.mustConnect()
	if joined := again.join(room); joined.UID != ann.UID {
		t.Errorf("joined as %s, was %s", joined.UID, ann.UID)
	}
	again.send(room, "c1", "hi")
	if m := b.message(); m.Name != name || m.UID != ann.UID {
		t.Errorf("pushed %+v", m)
	}
}

func TestSendOverHTTP(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	_, b := s.guest(t, "Bo", room)
	ann, a := s.guest(t, "Ann", room)
	body := wire.SendBody{Room: room, CID: "c1", Text: "over HTTP"}
	for _, status := range []int{201, 200} {
		if res := ann.request("POST", "/api/messages", body); res.status != status {
			t.Errorf("send: %d %s, want %d", res.status, res.body, status)
		}
	}
	for _, k := range []*socket{a, b} {
		if m := k.message(); m.Text != "over HTTP" || m.Seq != 1 || m.UID != ann.UID {
			t.Errorf("pushed %+v", m)
		}
	}
	body.As, body.CID = "u_somebody", "c2"
	if res := ann.request("POST", "/api/messages", body); res.status != 401 {
		t.Errorf("as somebody else: %d %s", res.status, res.body)
	}
}

func TestHistoryBothWays(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	ann, a := s.guest(t, "Ann", room)
	for i := range 7 {
		a.send(room, fmt.Sprint("c", i), strings.Repeat("é", 100)+fmt.Sprint(i))
	}
	for _, query := range []string{"", "&limit=3", "&before=5&limit=3", "&after=2&limit=3", "&after=7", "&before=1"} {
		request := object{"action": "history", "room": room}
		for part := range strings.SplitSeq(strings.TrimPrefix(query, "&"), "&") {
			if name, value, ok := strings.Cut(part, "="); ok {
				request[name] = json.Number(value)
			}
		}
		var socket, http wire.HistoryPage
		mustDecode(t, a.ask(request), &socket)
		socket.ID = nil
		res := ann.request("GET", "/api/messages?room="+strings.ReplaceAll(room, " ", "+")+query, nil)
		res.decode(t, &http)
		if diff := cmp.Diff(socket, http); diff != "" {
			t.Errorf("%q (-socket +http):\n%s", query, diff)
		}
	}
	if res := ann.request("GET", "/api/messages?room=nowhere+at+all", nil); res.status != 404 {
		t.Errorf("an unknown room: %d %s", res.status, res.body)
	}
	var rooms wire.Rooms
	ann.request("GET", "/api/rooms?q="+strings.ReplaceAll(strings.ToUpper(room), " ", "+"), nil).decode(t, &rooms)
	if len(rooms.Rooms) != 1 || rooms.Rooms[0].Title != room || rooms.More {
		t.Errorf("rooms %+v", rooms)
	}
}

func TestPingAndRefusals(t *testing.T) {
	s, _ := mustStart(t)
	room, other := unique("Room"), unique("Other")
	_, a := s.guest(t, "Ann", room)
	_, key, _ := names.ParseRoom(room)
	_, otherKey, _ := names.ParseRoom(other)
	a.send(room, "c1", "hi")
	heads := a.ping(room, other)
	if h := heads[key]; !h.Live || h.Seq == nil || *h.Seq != 1 || h.Epoch == "" || h.OnlineCount == nil || *h.OnlineCount != 1 {
		t.Errorf("joined: %+v", h)
	}
	if h, ok := heads[otherKey]; !ok || h != (wire.RoomHead{}) {
		t.Errorf("not joined: %+v", h)
	}
	a.refused("not_joined", object{"action": "send", "room": other, "cid": "c1", "text": "hi"})
	a.refused("not_joined", object{"action": "history", "room": other})
	a.refused("bad_request", object{"action": "shout", "room": room})
	a.refused("bad_request", object{"action": "$connect"})
	a.refused("bad_request", object{"action": "join", "room": room, "uid": "u_me"})
	a.refused("unauthorized", object{"action": "send", "room": room, "cid": "c2", "text": "hi", "as": "u_somebody"})
	a.refused("cid_conflict", object{"action": "send", "room": room, "cid": "c1", "text": "ho"})
}

// TestWrongly410: a seat was deleted although its connection is there.
func TestWrongly410(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	ann, a := s.guest(t, "Ann", room)
	_, b := s.guest(t, "Bo", room)
	_, key, _ := names.ParseRoom(room)
	store := testStore(t)
	seats, err := store.Seats(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range seats {
		if m.UID == ann.UID {
			if was, err := store.DeleteSeat(t.Context(), key, m.ConnectionID); !was || err != nil {
				t.Fatal(was, err)
			}
		}
	}
	b.send(room, "c1", "unheard")
	head := a.ping(room)[key]
	if head.Live || head.Seq == nil || *head.Seq != 1 {
		t.Fatalf("head %+v", head)
	}
	var joined wire.Joined
	mustDecode(t, a.ask(object{"action": "join", "room": room, "since": object{"epoch": head.Epoch, "seq": 0}}), &joined)
	if len(joined.Messages) != 1 || joined.Messages[0].Text != "unheard" {
		t.Errorf("joined %+v", joined)
	}
	b.send(room, "c2", "heard")
	if m := a.message(); m.Text != "heard" || !a.ping(room)[key].Live {
		t.Errorf("pushed %+v", m)
	}
}

func TestLongFrames(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	_, a := s.guest(t, "Ann", room)
	head, tail := `{"action":"send","id":"7","room":"`+room+`","cid":"c1","text":"`, `"}`
	write := func(size int) {
		t.Helper()
		frame := head + strings.Repeat("x", size-len(head)-len(tail)) + tail
		if err := a.conn.Write(t.Context(), websocket.MessageText, []byte(frame)); err != nil {
			t.Fatal(err)
		}
	}
	for _, size := range []int{24<<10 + 1, 32 << 10} {
		write(size)
		var e wire.Error
		if mustDecode(t, a.read(), &e); e.Code != "too_large" || e.ID == nil || *e.ID != "7" {
			t.Errorf("%d bytes: %+v", size, e)
		}
	}
	a.send(room, "c2", "the socket stays")
	write(33 << 10)
	if code := a.closed(); code != websocket.StatusMessageTooBig {
		t.Errorf("closed with %d", code)
	}
}
