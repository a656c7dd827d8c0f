package main

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

func mustOutsider(t *testing.T) *outsider {
	t.Helper()
	record, err := newRecorder(filepath.Join(t.TempDir(), "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return &outsider{
		name: "Outsider", uid: "u_out", record: record, canary: canaryPrefix + "own", random: rand.New(rand.NewPCG(1, 1)),
		victims: []*tab{{uid: "u_victim", room: &room{name: "room 1"}}},
		asked:   map[string]string{}, refused: map[string]int{},
	}
}

// TestProbesAreFrames: every probe is JSON, except the one with a field twice, and each has
// its id.
func TestProbesAreFrames(t *testing.T) {
	o := mustOutsider(t)
	seen := map[string]bool{}
	for range 400 {
		frame := o.next()
		var f struct {
			Action, ID string
		}
		err := json.Unmarshal(frame, &f, json.MatchCaseInsensitiveNames(true))
		if err != nil && !strings.Contains(string(frame), `"b"`) && !strings.Contains(string(frame), `"Room"`) {
			t.Fatalf("%s: %v", frame, err)
		}
		if err == nil && (f.ID == "" || o.asked[f.ID] == "") {
			t.Fatalf("%s: id %q, asked %v", frame, f.ID, o.asked)
		}
		seen[f.Action] = true
	}
	for _, action := range []string{"history", "send", "ping", "join", "typing"} {
		if !seen[action] {
			t.Errorf("no probe is a %s", action)
		}
	}
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		name, frame            string
		refused, admitted, own int
	}{
		{"an error", `{"type":"error","id":"x1","code":"not_joined"}`, 1, 0, 0},
		{"a pong that tells nothing", `{"type":"pong","id":"x1","heads":{"room 1":{"live":false}}}`, 1, 0, 0},
		{"a pong that tells the head", `{"type":"pong","id":"x1","heads":{"room 1":{"live":false,"seq":7}}}`, 0, 1, 0},
		{"a pong for a person of the room", `{"type":"pong","id":"x1","heads":{"room 1":{"live":true}}}`, 0, 1, 0},
		{"a history", `{"type":"history","id":"x1","room":"room 1","messages":[]}`, 0, 1, 0},
		{"a receipt", `{"type":"sent","id":"x1","room":"room 1","seq":3}`, 0, 1, 0},
		{"an honest message", `{"type":"sent","id":"o6","room":"elsewhere","cid":"c","epoch":"e","seq":3,"at":"x","duplicate":false}`, 0, 0, 1},
		{"an answer without a request", `{"type":"sent","id":"x9","seq":3}`, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := mustOutsider(t)
			o.asked["x1"], o.asked["o6"] = "a probe", "c"
			o.judge([]byte(test.frame))
			refused := 0
			for _, n := range o.refused {
				refused += n
			}
			if refused != test.refused || len(o.admitted) != test.admitted || o.own != test.own {
				t.Errorf("refused %d, admitted %v, own %d", refused, o.admitted, o.own)
			}
		})
	}
}
