package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"projectchat/internal/chat"
	"projectchat/internal/names"
	"projectchat/internal/wire"
)

// TestMessagesAreChanged edits a message, reacts to it and deletes it, and
// searches the table for its text.
func TestMessagesAreChanged(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	_, ann := s.guest(t, "Ann", room)
	_, bo := s.guest(t, "Bo", room)
	ann.send(room, "c1", "secret one")
	bo.message()
	for _, step := range []struct {
		by, other  *socket
		kind, text string
	}{
		{ann, bo, "edit", "secret two"}, {bo, ann, "react", "👍🏽"}, {ann, bo, "edit", "secret three"}, {bo, ann, "react", ""}, {ann, bo, "delete", ""},
	} {
		var sent wire.Sent
		cid := fmt.Sprint("to", step.other.next, step.kind)
		mustDecode(t, step.by.ask(object{"action": "send", "room": room, "cid": cid, "kind": step.kind, "target": 1, "text": step.text}), &sent)
		got := step.other.message()
		want := wire.Message{Seq: sent.Seq, Kind: step.kind, CID: cid, UID: got.UID, Name: got.Name, Target: 1, Text: step.text, At: sent.At}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pushed (-want +got):\n%s", diff)
		}
	}
	bo.refused("forbidden", object{"action": "send", "room": room, "cid": "x1", "kind": "delete", "target": 1})
	ann.refused("not_found", object{"action": "send", "room": room, "cid": "x2", "kind": "edit", "target": 1, "text": "late"})
	store, key := testStore(t), names.RoomKey(room)
	there, err := store.Room(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	page, err := store.ReadLog(t.Context(), key, chat.LogRange{Epoch: there.Epoch, Limit: 100})
	if err != nil || len(page.Rows) != 6 {
		t.Fatalf("%d rows, %v", len(page.Rows), err)
	}
	for _, m := range page.Rows {
		if strings.Contains(m.Text, "secret") {
			t.Errorf("row %d still says %q", m.Seq, m.Text)
		}
	}
}

// TestTypingIsToldAndNotAnswered: the route is one-way.
func TestTypingIsToldAndNotAnswered(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	_, ann := s.guest(t, "Ann", room)
	_, bo := s.guest(t, "Bo", room)
	for range 2 { // the second comes too soon
		frame := fmt.Appendf(nil, `{"action":"typing","id":"t","room":%q}`, room)
		if err := ann.conn.Write(t.Context(), websocket.MessageText, frame); err != nil {
			t.Fatal(err)
		}
	}
	var push wire.TypingPush
	mustDecode(t, bo.push(wire.TypeTyping), &push)
	if push.Room != names.RoomKey(room) || !strings.HasPrefix(push.Name, "Ann") {
		t.Errorf("pushed %+v", push)
	}
	ann.send(room, "c1", "hello") // what came before this answer is held
	bo.message()
	for _, frame := range ann.held {
		if strings.Contains(string(frame), `"t"`) || strings.Contains(string(frame), "typing") {
			t.Errorf("Ann got %s", frame)
		}
	}
	if more := bo.heard(wire.TypeTyping); len(more) != 0 {
		t.Errorf("Bo was told again: %s", more)
	}
}
