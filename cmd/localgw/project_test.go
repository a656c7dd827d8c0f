package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"projectchat/internal/compose"
	localdb "projectchat/local/dynamodb"
	"projectchat/local/template"
)

// TestTheProjectsOwnTemplate runs the functions as processes, and two people talk
// over both APIs.
func TestTheProjectsOwnTemplate(t *testing.T) {
	database := localdb.ForTest(t)
	build := t.TempDir()
	path := filepath.Join("..", "..", "template.yaml")
	declared, err := template.Load(path, template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for id := range declared.Functions {
		buildFunction(t, build, id, "../../functions/"+compose.Folder(id))
	}
	p := startProcess(t, []string{databaseVariable + "=" + database}, "-template", path, "-build", build, "-create-tables")

	p.twoTalk(t)
	p.interrupt(t)
}

// twoTalk sends a message and expects its receipt and its push.
func (p *process) twoTalk(t *testing.T) {
	t.Helper()
	room := randomName()
	ann, bob := p.join(t, room, "Ann"), p.join(t, room, "Bob")
	ann.send(`{"action":"send","id":"2","room":"` + room + `","cid":"c1","text":"hi Bob"}`)
	if got := ann.await("sent"); got["seq"] != 1.0 {
		t.Errorf("reply %v", got)
	}
	pushed := bob.await("messages")["messages"].([]any)[0].(map[string]any)
	if pushed["text"] != "hi Bob" || pushed["seq"] != 1.0 {
		t.Errorf("Bob got %v", pushed)
	}
}

// join makes a session over HTTP and joins a room on a socket.
func (p *process) join(t *testing.T, room, name string) *client {
	t.Helper()
	body := `{"name":"` + (name + " " + randomName())[:20] + `","bearer":true}`
	res, err := http.Post("http://"+p.addr+"/api/session", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	var session struct{ Token string }
	if err := json.Unmarshal(text, &session); err != nil || session.Token == "" {
		t.Fatalf("session: %s %s", res.Status, text)
	}
	c := p.dial(t, "/ws?v=1", http.Header{"Authorization": {"Bearer " + session.Token}})
	c.send(`{"action":"join","id":"1","room":"` + room + `"}`)
	c.await("joined")
	return c
}

// await returns the next frame of a type and discards others.
func (c *client) await(kind string) map[string]any {
	c.t.Helper()
	for {
		var frame map[string]any
		text := c.receive()
		if err := json.Unmarshal([]byte(text), &frame); err != nil {
			c.t.Fatalf("%s: %v", text, err)
		}
		if frame["type"] == kind {
			return frame
		}
		if frame["type"] == "error" || frame["message"] != nil {
			c.t.Fatalf("got %s instead of %s", text, kind)
		}
	}
}
