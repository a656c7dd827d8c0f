package apigw_test

import (
	"net/http"
	"strings"
	"testing"

	"projectchat/internal/apigw"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/wire"
)

// TestChangesOverTheSocket compares replies and pages with the golden frames.
func TestChangesOverTheSocket(t *testing.T) {
	s := newStage(t)
	ann, _ := s.guest("Ann", "general")
	ben, _ := s.guest("Ben", "general")
	s.ask(ann, "send", object{"room": "general", "cid": "c1", "text": "hi"})
	for _, step := range []struct {
		conn    string
		members object
		pushed  string
	}{
		{ann, object{"room": "general", "cid": "c2", "kind": "edit", "target": 1, "text": "hi all"}, "server/messages-edit"},
		{ben, object{"room": "general", "cid": "c3", "kind": "react", "target": 1, "text": "👍🏽"}, "server/messages-react"},
		{ben, object{"room": "general", "cid": "c4", "kind": "react", "target": 1, "text": ""}, "server/messages-react"},
		{ann, object{"room": "general", "cid": "c5", "kind": "delete", "target": 1}, "server/messages-delete"},
	} {
		s.broadcaster.Reset()
		checkShape(t, s.ask(step.conn, "send", step.members).Body, "server/sent")
		checkShape(t, s.pushedTo(map[string]string{ann: ben, ben: ann}[step.conn]), step.pushed)
	}
	var page wire.HistoryPage
	s.ask(ann, "history", object{"room": "general"}).decode(t, &page)
	if m := page.Messages[0]; m.Text != "" || m.Edited != 2 || m.Deleted != 5 || m.Target != 0 {
		t.Errorf("the message is %+v", m)
	}
	if m := page.Messages[1]; m.Kind != "edit" || m.Target != 1 || m.Text != "" {
		t.Errorf("the edit is %+v", m)
	}
}

// pushedTo returns the one frame that was pushed to a connection.
func (s *stage) pushedTo(conn string) string {
	s.Helper()
	pushes := s.broadcaster.Pushes(conn)
	if len(pushes) != 1 {
		s.Fatalf("%d pushes", len(pushes))
	}
	return string(apigw.EncodePush(pushes[0]))
}

func TestChangesRefused(t *testing.T) {
	s := newStage(t)
	ann, _ := s.guest("Ann", "general")
	ben, _ := s.guest("Ben", "general")
	s.ask(ann, "send", object{"room": "general", "cid": "c1", "text": "hi"})
	for name, test := range map[string]struct {
		members object
		want    string
	}{
		"another's":            {object{"kind": "delete", "target": 1}, "forbidden"},
		"nothing":              {object{"kind": "delete", "target": 2}, "not_found"},
		"an unknown kind":      {object{"kind": "poll", "target": 1, "text": "x"}, "bad_request"},
		"no target":            {object{"kind": "react", "text": "👍"}, "bad_request"},
		"a target of no kind":  {object{"target": 1, "text": "x"}, "bad_request"},
		"no emoji":             {object{"kind": "react", "target": 1, "text": "ok"}, "bad_request"},
		"a fraction":           {object{"kind": "delete", "target": 1.5}, "bad_request"},
		"a target as text":     {object{"kind": "delete", "target": "1"}, "bad_request"},
		"a member of the rows": {object{"kind": "delete", "target": 1, "deleted": 1}, "bad_request"},
	} {
		test.members["room"], test.members["cid"] = "general", "c2"
		if r := s.ask(ben, "send", test.members); r.code() != test.want {
			t.Errorf("%s: %s, want %s", name, r.Body, test.want)
		}
	}
}

func TestChangeOverHTTP(t *testing.T) {
	s := newStage(t)
	ann, cookie := s.guest("Ann", "general")
	s.ask(ann, "send", object{"room": "general", "cid": "c1", "text": "hi"})
	post := func(body string) reply {
		return s.http(page("POST", "/api/messages", body).with("cookie", cookie))
	}
	for body, status := range map[string]int{
		`{"room":"General","cid":"c2","kind":"edit","target":1,"text":"hi all"}`: http.StatusCreated,
		`{"room":"General","cid":"c3","kind":"edit","target":9,"text":"hi all"}`: http.StatusNotFound,
		`{"room":"General","cid":"c4","kind":"edit","text":"hi all"}`:            http.StatusBadRequest,
	} {
		if r := post(body); r.StatusCode != status {
			t.Errorf("%s: %d %s", body, r.StatusCode, r.Body)
		}
	}
	if rows := s.rows("general"); rows[0].Text != "hi all" {
		t.Errorf("rows %+v", rows)
	}
}

// TestTypingHasNoReply: a typing frame gets no reply, whether it is valid or
// not, and even if the store fails.
func TestTypingHasNoReply(t *testing.T) {
	failing := false
	s := newStage(t, func(chattest.Call) chattest.Fault {
		if failing {
			return chattest.Fault{When: chattest.Before}
		}
		return chattest.Fault{}
	})
	ann, _ := s.guest("Ann", "general")
	ben, _ := s.guest("Ben", "general")
	s.broadcaster.Reset()
	quiet := func(name string, r reply) {
		t.Helper()
		if r.StatusCode != http.StatusOK || r.Body != "" {
			t.Errorf("%s: %d %q", name, r.StatusCode, r.Body)
		}
	}
	quiet("typing", s.frame(ann, "typing", `{"action":"typing","room":"General"}`))
	checkShape(t, s.pushedTo(ben), "server/typing")
	quiet("with an id", s.frame(ann, "typing", `{"action":"typing","id":"1","room":"general"}`))
	for name, body := range map[string]string{
		"no room": `{"action":"typing"}`, "an unknown member": `{"action":"typing","room":"general","uid":"u_x"}`,
		"too large": `{"action":"typing","room":"` + strings.Repeat("x", wire.MaxClientFrame) + `"}`, "no JSON": "typing",
		"nowhere": `{"action":"typing","room":"nowhere"}`,
	} {
		quiet(name, s.frame(ann, "typing", body))
	}
	failing = true
	quiet("a failing store", s.frame(ben, "typing", `{"action":"typing","room":"general"}`))
	if n := len(s.broadcaster.Pushes(ben)); n != 1 {
		t.Errorf("%d pushes", n)
	}
}
