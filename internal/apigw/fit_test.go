package apigw_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/names"
	"projectchat/internal/wire"
)

// maxServerFrame is the protocol's limit on a frame from the server.
const maxServerFrame = 30 << 10

// longest is the longest text in bytes: 4,000 code points of 4 bytes.
var longest = strings.Repeat("😀", 4000)

// crowd puts people with the longest possible names into a room.
func (s *stage) crowd(room string, n int) {
	s.Helper()
	for i := range n {
		m := chat.Seat{
			Room: room, ConnectionID: fmt.Sprint("crowd", i), UID: fmt.Sprintf("u_%016d", i), Name: strings.Repeat("😀", 24),
			JoinedAt: s.clock.Now(), Seen: s.clock.Now(), Expires: s.clock.Now().Add(time.Hour),
		}
		if _, err := s.store.PutSeat(s.Context(), m); err != nil {
			s.Fatal(err)
		}
	}
}

func (s *stage) joined(r reply) (joined wire.Joined) {
	s.Helper()
	if len(r.Body) > maxServerFrame {
		s.Errorf("a frame of %d bytes", len(r.Body))
	}
	r.decode(s, &joined)
	return joined
}

// TestJoinedFits builds the largest frame: the longest names of the room and of
// a hundred people, the longest id, the longest texts.
func TestJoinedFits(t *testing.T) {
	room := strings.Repeat("𝒜", 64)
	s := newStage(t)
	conn, _ := s.guest("Ann", room)
	_, key, err := names.ParseRoom(room)
	if err != nil {
		t.Fatal(err)
	}
	s.fill(key, 1, 60, longest)
	for _, people := range []int{0, 1, 50, 98, 99} {
		s.crowd(key, people)
		members := object{"room": room, "id": strings.Repeat("\u0001", 40)}
		joined := s.joined(s.ask(conn, "join", members))
		if joined.OnlineCount != people+1 || joined.Seq != 60 || !joined.More {
			t.Errorf("%d people: seq %d, more %t, onlineCount %d", people, joined.Seq, joined.More, joined.OnlineCount)
		}
		if len(joined.Messages) != 1 || joined.Messages[0].Seq != 60 || joined.Messages[0].Text != longest {
			t.Errorf("%d people: %d messages", people, len(joined.Messages))
		}
		members["since"] = object{"epoch": joined.Epoch, "seq": 10}
		joined = s.joined(s.ask(conn, "join", members))
		if len(joined.Messages) != 1 || joined.Messages[0].Seq != 11 || !joined.More || joined.Reset {
			t.Errorf("%d people, since: %d messages, more %t", people, len(joined.Messages), joined.More)
		}
		members["since"] = object{"epoch": joined.Epoch, "seq": 59}
		joined = s.joined(s.ask(conn, "join", members))
		if len(joined.Messages) != 1 || joined.Messages[0].Seq != 60 || joined.More {
			t.Errorf("%d people, one behind: %d messages, more %t", people, len(joined.Messages), joined.More)
		}
	}
}

// TestJoinedCountsThePeople: the more people, the fewer messages.
func TestJoinedCountsThePeople(t *testing.T) {
	s := newStage(t)
	conn, _ := s.guest("Ann", "general")
	s.fill("general", 1, 60, strings.Repeat("x", 700))
	before := 60
	for _, people := range []int{0, 40, 99} {
		s.crowd("general", people)
		joined := s.joined(s.ask(conn, "join", object{"room": "general"}))
		if n := len(joined.Messages); n < 2 || n >= before || !joined.More || joined.Messages[n-1].Seq != 60 {
			t.Errorf("%d people: %d messages, more %t", people, n, joined.More)
		}
		before = len(joined.Messages)
	}
}

// TestPagesJoinUp reads a room of texts of many lengths from both ends, page by
// page: every page fits, and no row is missing or comes twice.
func TestPagesJoinUp(t *testing.T) {
	const rows = 130
	s := newStage(t)
	conn, cookie := s.guest("Ann", "general")
	s.fill("general", 1, rows, "x", longest, strings.Repeat(`"\`, 2000), strings.Repeat("\n", 3999)+"x", strings.Repeat("<&>", 1300))
	page := func(members object) wire.HistoryPage {
		r := s.ask(conn, "history", members)
		if len(r.Body) > maxServerFrame {
			t.Errorf("a frame of %d bytes", len(r.Body))
		}
		var p wire.HistoryPage
		r.decode(t, &p)
		if len(p.Messages) == 0 {
			t.Fatalf("an empty page: %v", members)
		}
		return p
	}
	next, last := int64(1), rows
	for p := (wire.HistoryPage{More: true}); p.More; {
		p = page(object{"room": "general", "after": next - 1, "limit": 100})
		for _, m := range p.Messages {
			if m.Seq != next {
				t.Fatalf("ascending: got %d, want %d", m.Seq, next)
			}
			next++
		}
	}
	if int(next) != rows+1 {
		t.Errorf("ascending: ended at %d", next)
	}
	for more, before := true, int64(rows+1); more; before = int64(last) + 1 {
		p := page(object{"room": "general", "before": before, "limit": 100})
		for i := len(p.Messages) - 1; i >= 0; i-- {
			if p.Messages[i].Seq != int64(last) {
				t.Fatalf("descending: got %d, want %d", p.Messages[i].Seq, last)
			}
			last--
		}
		more = p.More
	}
	if last != 0 {
		t.Errorf("descending: ended at %d", last)
	}
	c := call{method: "GET", path: "/api/messages", cookies: []string{cookie}, query: map[string]string{"room": "general"}}
	if r := s.http(c); len(r.Body) > maxServerFrame || !strings.Contains(r.Body, `"more":true`) {
		t.Errorf("over HTTP: %d bytes", len(r.Body))
	}
}

func TestPongForRooms(t *testing.T) {
	s := newStage(t)
	conn, _ := s.guest("Ann", "General")
	s.ask(conn, "send", object{"room": "general", "cid": "c1", "text": "hi"})
	var pong wire.Pong
	s.ask(conn, "ping", object{"rooms": []string{"GENERAL", "Elsewhere", "nowhere"}}).decode(t, &pong)
	if len(pong.Heads) != 3 {
		t.Fatalf("heads %+v", pong.Heads)
	}
	head := pong.Heads["general"]
	if head.Seq == nil || *head.Seq != 1 || head.Epoch != s.epoch("general") || !head.Live || head.OnlineCount == nil || *head.OnlineCount != 1 {
		t.Errorf("joined: %+v", head)
	}
	if life := chat.PresenceLife.Milliseconds(); head.OnlineFor != life {
		t.Errorf("the count holds for %d ms, want %d", head.OnlineFor, life)
	}
	r := s.ask(conn, "ping", object{"rooms": []string{"nowhere"}})
	if r.Body != `{"type":"pong","id":"7","v":2,"heads":{"nowhere":{"live":false}}}` {
		t.Errorf("not joined: %s", r.Body)
	}
	if r := s.ask(conn, "ping", object{}); r.Body != `{"type":"pong","id":"7","v":2,"heads":{}}` {
		t.Errorf("of no rooms: %s", r.Body)
	}
	many := make([]string, 17)
	for i := range many {
		many[i] = fmt.Sprint("room", i)
	}
	if r := s.ask(conn, "ping", object{"rooms": many}); r.code() != "bad_request" {
		t.Errorf("of 17 rooms: %s", r.Body)
	}
	if r := s.ask(conn, "ping", object{"rooms": many[:16]}); r.code() != "" {
		t.Errorf("of 16 rooms: %s", r.Body)
	}
	if _, err := s.store.DeleteSeat(t.Context(), "general", conn); err != nil {
		t.Fatal(err)
	}
	s.ask(conn, "ping", object{"rooms": []string{"general"}}).decode(t, &pong)
	if head := pong.Heads["general"]; head.Live || head.Seq == nil || *head.Seq != 1 {
		t.Errorf("without its seat: %+v", head)
	}
}
