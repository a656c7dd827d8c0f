package crash

import (
	"fmt"
	"testing"
	"testing/synctest"

	"projectchat/internal/chat"
)

// own lets Ann write a message and edit it. It returns the message's seq. A stage does it
// once.
func (s *stage) own() (seq int64) {
	s.Helper()
	say := func(frame object) reply {
		frame["action"], frame["room"] = "send", "room"
		return s.socket(&process{}, "send", "send", "ann", frame)
	}
	first := say(object{"cid": "own", "text": "own text"})
	edit := say(object{"cid": "own-edit", "kind": "edit", "target": first.seq(), "text": "edited text"})
	if first.kind() != "sent" || edit.kind() != "sent" {
		s.Errorf("Ann cannot write: %s, %s", first.Body, edit.Body)
	}
	return first.seq()
}

// change asks for a change of Ann's own message.
func change(cid, kind, text string) func(s *stage, p *process) reply {
	return func(s *stage, p *process) reply {
		frame := message(s)
		frame["action"], frame["cid"], frame["kind"], frame["target"], frame["text"] = "send", cid, kind, s.own(), text
		return s.socket(p, "send", "send", "ann", frame)
	}
}

func changes() map[string]route {
	return map[string]route{
		"edit": {change("c1", "edit", "new text"), "sent", func(s *stage) {
			s.once()
			if m := s.row(s.own()); m.Text != "new text" || m.Edited == 0 || len(m.Edits) != 2 {
				s.Errorf("the message is %+v", m)
			}
		}},
		"delete": {change("c1", "delete", ""), "sent", func(s *stage) {
			s.once()
			s.noText()
		}},
		"react": {change("c1", "react", "👍"), "sent", func(s *stage) { s.once() }},
		"edit over HTTP": {func(s *stage, p *process) reply {
			body := message(s)
			body["kind"], body["target"], body["text"] = "edit", s.own(), "new text"
			return s.http(p, "send", "POST", "/api/messages", nil, body)
		}, "sent", func(s *stage) {
			if m := s.row(s.own()); m.Text != "new text" {
				s.Errorf("the message is %+v", m)
			}
		}},
		"typing": {func(s *stage, p *process) reply {
			return s.socket(p, "send", "typing", "ann", object{"action": "typing", "room": "room"})
		}, "200", func(s *stage) { s.live("ann", "ben") }},
	}
}

func (s *stage) rows() []chat.Message {
	s.Helper()
	room, err := s.store.Room(s.Context(), "room")
	if err != nil {
		s.Fatal(err)
	}
	page, err := s.store.ReadLog(s.Context(), "room", chat.LogRange{Epoch: room.Epoch, Limit: 100})
	if err != nil {
		s.Fatal(err)
	}
	return page.Rows
}

func (s *stage) row(seq int64) chat.Message {
	s.Helper()
	return s.rows()[seq-1]
}

// noText wants no text of Ann's message in the log, neither in its row nor in its edits.
func (s *stage) noText() {
	s.Helper()
	seq := s.own()
	if s.row(seq).Deleted == 0 {
		s.Error("the message is not deleted")
	}
	for _, m := range s.rows() {
		if (m.Seq == seq || m.Target == seq && m.Kind == chat.KindEdit) && m.Text != "" {
			s.Errorf("row %d has the text %q", m.Seq, m.Text)
		}
	}
}

// TestAnEditAndADeletion lets both fail at each of their steps, in either order. Then it
// repeats those that got no answer, as a client does.
func TestAnEditAndADeletion(t *testing.T) {
	onlyInMemory(t)
	edit, deletion := change("c1", "edit", "new text"), change("c2", "delete", "")
	orders := map[string][2]func(*stage, *process) reply{
		"edit, delete": {edit, deletion}, "delete, edit": {deletion, edit},
	}
	pairs := 0
	for name, order := range orders {
		for k := 1; k <= 9; k++ {
			for _, a := range every(k) {
				for j := 1; j <= 9; j++ {
					for _, b := range every(j) {
						pairs++
						t.Run(fmt.Sprintf("%s: %v; %v", name, a, b), func(t *testing.T) {
							synctest.Test(t, func(t *testing.T) {
								s := newStage(t)
								s.own()
								first := order[0](s, &process{mishap: a})
								second := order[1](s, &process{mishap: b})
								s.settles(first, order[0])
								s.settles(second, order[1])
								s.noText()
							})
						})
					}
				}
			}
		}
	}
	t.Logf("%d pairs", pairs)
}

// settles wants a change to be acknowledged, or refused since the message is gone. It does
// not ask again for an acknowledged change.
func (s *stage) settles(answer reply, ask func(*stage, *process) reply) {
	s.Helper()
	if !answer.died && answer.kind() == "sent" {
		return
	}
	if r := ask(s, &process{}); r.kind() != "sent" && r.kind() != "errornot_found" {
		s.Errorf("it answered %s", r.Body)
	}
}
