package apigw_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/refusal"
)

// codes is the closed list of the protocol.
var codes = []struct {
	code      refusal.Code
	status    int
	temporary bool
}{
	{refusal.BadRequest, 400, false}, {refusal.Unauthorized, 401, false}, {refusal.Forbidden, 403, false}, {refusal.NotFound, 404, false},
	{refusal.NotJoined, 409, false}, {refusal.CIDConflict, 409, false}, {refusal.Behind, 409, false}, {refusal.Reset, 409, false},
	{refusal.NameTaken, 409, false}, {refusal.TooLarge, 413, false}, {refusal.RateLimited, 429, true}, {refusal.Internal, 500, true},
	{refusal.Busy, 503, true},
}

// TestEveryCode makes the store refuse with each code, with each of several
// waits.
func TestEveryCode(t *testing.T) {
	for _, want := range codes {
		for _, wait := range []struct {
			after   time.Duration
			seconds int
		}{{0, 0}, {time.Millisecond, 1}, {time.Second, 1}, {1001 * time.Millisecond, 2}, {2 * time.Minute, 120}} {
			t.Run(fmt.Sprint(want.code, wait.after), func(t *testing.T) {
				if want.code == refusal.Internal {
					wait.seconds = 0 // an internal error tells the client nothing
				}
				var refuse bool
				s := newStage(t, func(c chattest.Call) chattest.Fault {
					if !refuse {
						return chattest.Fault{}
					}
					return chattest.Fault{When: chattest.Before, Err: &refusal.Error{Code: want.code, Message: "Words.", RetryAfter: wait.after}}
				})
				conn, cookie := s.guest("Ann", "general")
				refuse = true

				c := page("GET", "/api/messages", "")
				c.cookies, c.query = []string{cookie}, map[string]string{"room": "general"}
				r := s.http(c)
				e := r.errorObject(t)
				if r.StatusCode != want.status || e.Code != string(want.code) || e.Temporary != want.temporary || e.RetryAfter != wait.seconds || e.ID != nil {
					t.Errorf("HTTP: %d %+v", r.StatusCode, e)
				}
				header := ""
				if wait.seconds > 0 {
					header = fmt.Sprint(wait.seconds)
				}
				if r.Headers["retry-after"] != header {
					t.Errorf("retry-after %q, want %q", r.Headers["retry-after"], header)
				}

				e = s.ask(conn, "history", object{"room": "general"}).errorObject(t)
				if e.Code != string(want.code) || e.Temporary != want.temporary || e.RetryAfter != wait.seconds || e.ID == nil {
					t.Errorf("socket: %+v", e)
				}
				hello := call{headers: map[string]string{"Origin": site}, cookies: []string{cookie}}
				if r := s.handshake("another", hello); r.StatusCode != want.status || r.code() != string(want.code) {
					t.Errorf("handshake: %+v", r)
				}
			})
		}
	}
}

// TestErrorsHappen causes every code that a client can cause.
func TestErrorsHappen(t *testing.T) {
	s := newStage(t)
	conn, cookie := s.guest("Ann", "general", "long")
	s.signIn("Bo")
	s.ask(conn, "send", object{"room": "general", "cid": "c1", "text": "hi"})
	s.fill("long", 1, 201)
	epoch := s.epoch("long")
	send := func(body string) call {
		c := page("POST", "/api/messages", body)
		c.cookies = []string{cookie}
		return c
	}
	read := func(query map[string]string) call {
		c := page("GET", "/api/messages", "")
		c.cookies, c.query = []string{cookie}, query
		return c
	}
	tests := []struct {
		name string
		call call
		code refusal.Code
	}{
		{"a cid with a blank", send(`{"room":"general","cid":"c 1","text":"hi"}`), refusal.BadRequest},
		{"no room", read(nil), refusal.BadRequest},
		{"before and after", read(map[string]string{"room": "general", "before": "2", "after": "1"}), refusal.BadRequest},
		{"limit 0", read(map[string]string{"room": "general", "limit": "0"}), refusal.BadRequest},
		{"limit 101", read(map[string]string{"room": "general", "limit": "101"}), refusal.BadRequest},
		{"limit in words", read(map[string]string{"room": "general", "limit": "ten"}), refusal.BadRequest},
		{"limit empty", read(map[string]string{"room": "general", "limit": ""}), refusal.BadRequest},
		{"limit 1e1", read(map[string]string{"room": "general", "limit": "1e1"}), refusal.BadRequest},
		{"before 0", read(map[string]string{"room": "general", "before": "0"}), refusal.BadRequest},
		{"after -1", read(map[string]string{"room": "general", "after": "-1"}), refusal.BadRequest},
		{"after 2^63", read(map[string]string{"room": "general", "after": "9223372036854775808"}), refusal.BadRequest},
		{"two afters", read(map[string]string{"room": "general", "after": "1,2"}), refusal.BadRequest},
		{"after beyond the head", read(map[string]string{"room": "general", "after": "2"}), refusal.Reset},
		{"an unknown room", read(map[string]string{"room": "nowhere"}), refusal.NotFound},
		{"no credentials", page("POST", "/api/messages", `{"room":"general","cid":"c2","text":"hi"}`), refusal.Unauthorized},
		{"as somebody else", send(`{"room":"general","cid":"c2","text":"hi","as":"u_somebody"}`), refusal.Unauthorized},
		{"another site", send(`{"room":"general","cid":"c2","text":"hi"}`).with("Origin", "https://evil.example"), refusal.Forbidden},
		{"another text", send(`{"room":"general","cid":"c1","text":"ho"}`), refusal.CIDConflict},
		{"201 rows behind", send(fmt.Sprintf(`{"room":"long","cid":"c1","text":"ho","since":{"epoch":%q,"seq":0}}`, epoch)), refusal.Behind},
		{"another epoch", send(`{"room":"long","cid":"c1","text":"ho","since":{"epoch":"zzzzzzzzzzzzz","seq":0}}`), refusal.Reset},
		{"a taken name", page("POST", "/api/session", nameBody("BO")), refusal.NameTaken},
		{"4001 characters", send(`{"room":"long","cid":"c1","text":"` + strings.Repeat("x", 4001) + `"}`), refusal.TooLarge},
		{"a long body", send(`{"room":"long","cid":"c1","text":"` + strings.Repeat("x", 64<<10) + `"}`), refusal.TooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.http(test.call)
			if e := r.errorObject(t); e.Code != string(test.code) {
				t.Errorf("got %+v, want %s", e, test.code)
			}
		})
	}
	if r := s.ask(conn, "send", object{"room": "elsewhere", "cid": "c1", "text": "hi"}); r.code() != "not_joined" {
		t.Errorf("send before join: %s", r.Body)
	}
	if r := s.ask(conn, "history", object{"room": "elsewhere"}); r.code() != "not_joined" {
		t.Errorf("history before join: %s", r.Body)
	}
}

// epoch returns the epoch of a room.
func (s *stage) epoch(room string) string {
	s.Helper()
	r, err := s.store.Room(s.Context(), room)
	if err != nil {
		s.Fatal(err)
	}
	return r.Epoch
}

// fill puts rows into a room's log, with the longest cids and names.
func (s *stage) fill(room string, from, to int64, texts ...string) {
	s.Helper()
	epoch := s.epoch(room)
	for seq := from; seq <= to; seq++ {
		m := chat.Message{
			Seq: seq, Kind: chat.KindMessage, CID: fmt.Sprintf("%040d", seq), UID: "u_abcdefghijklmnop",
			Name: strings.Repeat("😀", 24), Text: "x", At: s.clock.Now(),
		}
		if len(texts) > 0 {
			m.Text = texts[int(seq-from)%len(texts)]
		}
		if _, err := s.store.Append(s.Context(), room, epoch, m); err != nil {
			s.Fatal(err)
		}
	}
}

// TestBodyLimit: a body may have 64 KiB, whatever its content.
func TestBodyLimit(t *testing.T) {
	s := newStage(t)
	const frame = `{"name":""}`
	for size, code := range map[int]string{wireMaxBody: "bad_request", wireMaxBody + 1: "too_large"} {
		body := `{"name":"` + strings.Repeat("x", size-len(frame)) + `"}`
		if r := s.http(page("POST", "/api/session", body)); r.code() != code {
			t.Errorf("%d bytes: %s", len(body), r.Body)
		}
	}
}

const (
	wireMaxBody  = 64 << 10
	wireMaxFrame = 24 << 10
)

// TestFrameLimit: a frame over 24 KiB is too_large, and the error has its id.
func TestFrameLimit(t *testing.T) {
	s := newStage(t)
	conn, _ := s.guest("Ann", "general")
	frame := func(action string, size int) string {
		head := fmt.Sprintf(`{"action":%q,"id":"7","room":"`, action)
		return head + strings.Repeat("x", size-len(head)-len(`"}`)) + `"}`
	}
	for _, action := range []string{"join", "leave", "send", "history", "ping", "$default"} {
		for size, code := range map[int]string{wireMaxFrame: "bad_request", wireMaxFrame + 1: "too_large", 32 << 10: "too_large"} {
			e := s.frame(conn, action, frame(action, size)).errorObject(t)
			if e.Code != code || e.ID == nil || *e.ID != "7" {
				t.Errorf("%s of %d bytes: %+v", action, size, e)
			}
		}
	}
}

// TestBadFrames reads the corpus: each entry is a frame for any route, which is
// answered with bad_request, and with its id if it is JSON that has one.
func TestBadFrames(t *testing.T) {
	s := newStage(t)
	conn, _ := s.guest("Ann", "general")
	before := s.store.Calls()
	for name, frame := range badFrames(t) {
		for _, action := range []string{"join", "leave", "send", "history", "ping", "$default"} {
			e := s.frame(conn, action, strings.ReplaceAll(frame, "ACTION", action)).errorObject(t)
			if e.Code != "bad_request" || e.Temporary || e.RetryAfter != 0 {
				t.Errorf("%s to %s: %+v", name, action, e)
			}
			if hasID := strings.HasPrefix(name, "id/"); hasID != (e.ID != nil) {
				t.Errorf("%s to %s: id %v", name, action, e.ID)
			}
		}
	}
	if got := s.store.Calls()["Append"]; got != before["Append"] {
		t.Errorf("%d rows were put", got-before["Append"])
	}
}

// badFrames reads testdata/bad.json and adds frames that no JSON file can hold.
func badFrames(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "bad.json"))
	if err != nil {
		t.Fatal(err)
	}
	frames := map[string]string{}
	if err := json.Unmarshal(b, &frames); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"invalid UTF-8": "\xff\xfe", "overlong": "\xc0\x80", "truncated": "\xe2\x82", "CESU-8": "\xed\xa0\x80",
	} {
		frames[name+" alone"] = raw
	}
	frames["a byte order mark"] = "\ufeff" + `{"action":"ACTION","id":"7","room":"general"}`
	frames["deep"] = strings.Repeat("[", 20_000)
	frames["deep object"] = strings.Repeat(`{"a":`, 4_000)
	keys := strings.Builder{}
	for i := range 2_000 {
		fmt.Fprintf(&keys, `,"k%d":1`, i)
	}
	frames["id/2,000 keys"] = `{"action":"ACTION","id":"7"` + keys.String() + `}`
	frames["a long key"] = `{"` + strings.Repeat("k", 20<<10) + `":1}`
	return frames
}

func TestLongID(t *testing.T) {
	s := newStage(t)
	conn, _ := s.guest("Ann", "general")
	for id, good := range map[string]bool{strings.Repeat("😀", 40): true, strings.Repeat("x", 41): false, strings.Repeat("x", 5000): false} {
		r := s.ask(conn, "leave", object{"room": "general", "id": id})
		if good != (r.code() == "") {
			t.Errorf("an id of %d bytes: %s", len(id), r.Body)
		}
		if !good && (r.code() != "bad_request" || r.errorObject(t).ID != nil) {
			t.Errorf("an id of %d bytes: %s", len(id), r.Body)
		}
	}
}

func TestUnknownActions(t *testing.T) {
	s := newStage(t)
	conn, _ := s.guest("Ann", "general")
	for _, body := range []string{`{"action":"shout","id":"7"}`, `{"action":"$connect"}`, `{"action":"Send"}`, `hello`, ``, `{"id":"7"}`, `7`} {
		r := s.frame(conn, "$default", body)
		e := r.errorObject(t)
		if r.StatusCode != http.StatusOK || e.Code != "bad_request" || (e.ID != nil) != strings.Contains(body, "id") {
			t.Errorf("%s: %+v", body, e)
		}
	}
}
