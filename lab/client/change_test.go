package client_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/wire"
	"projectchat/lab/client"
)

func changeRow(seq int64, uid, kind string, target int64, text string) wire.Message {
	m := row(seq, uid, "x")
	m.Kind, m.Target, m.Text = kind, target, text
	return m
}

// TestChangeGoesOnUntilItIsAnswered: a change's own row in a list does not acknowledge it.
func TestChangeGoesOnUntilItIsAnswered(t *testing.T) {
	for name, kind := range map[string]string{"an edit": "edit", "a deletion": "delete"} {
		t.Run(name, func(t *testing.T) {
			p := newPlayer(t)
			channel := p.live(2)
			p.event(client.Change{Kind: kind, Target: 1, Text: map[string]string{"edit": "new"}[kind]})
			_, id, frame := p.asked("send")
			if !strings.Contains(frame, `"kind":"`+kind+`","target":1`) {
				p.Errorf("sent %s", frame)
			}
			cid := cidOf(frame)
			mine := changeRow(3, me, kind, 1, "")
			mine.CID = cid
			p.push(channel, mine, row(4, "u_other", "y"))
			if len(p.acked) != 0 {
				p.Fatal("the row in a list acknowledged the change")
			}
			p.reply(channel, `{"type":"error","id":%q,"code":"internal","message":"","temporary":true}`, id)
			p.pass(time.Second)
			_, id, frame = p.asked("send")
			if cidOf(frame) != cid || !strings.Contains(frame, `"since":{"epoch":"`+epoch+`","seq":2}`) {
				p.Errorf("sent again %s", frame)
			}
			p.reply(channel, `{"type":"sent","id":%q,"room":"room","cid":%q,"epoch":%q,"seq":3,"at":"2026-11-24T09:00:00.000Z","duplicate":true}`, id, cid, epoch)
			if len(p.acked) != 1 {
				p.Error("the change is not acknowledged")
			}
			p.pass(time.Hour)
			p.nothing("send")
			p.wantShown(1, 2, 3, 4)
		})
	}
}

// TestChangeFoundNeedsNoWord: the change is in the log, so the person need not decide.
func TestChangeFoundNeedsNoWord(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	p := newPlayer(t, client.Stored{
		UID: me, CID: "old", Kind: "delete", Target: 1, Written: now.Add(-30 * time.Hour), WordAt: now.Add(-30 * time.Hour), Tried: true,
	})
	channel := take[client.Dial](p)[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, _ := p.asked("join")
	mine := changeRow(3, me, "delete", 1, "")
	mine.CID = "old"
	p.reply(channel, "%s", joined(id, 3, false, false, append(rows(1, 2), mine)))
	if _, _, frame := p.asked("send"); cidOf(frame) != "old" || !strings.Contains(frame, `"seq":2}`) {
		p.Errorf("sent %s", frame)
	}
}

func TestChangeReactionIsAcknowledgedByItsRow(t *testing.T) {
	p := newPlayer(t)
	channel := p.live(2)
	p.event(client.Change{Kind: "react", Target: 1, Text: "👍"})
	_, _, frame := p.asked("send")
	mine := changeRow(3, me, "react", 1, "👍")
	mine.CID = cidOf(frame)
	p.push(channel, mine)
	if len(p.acked) != 1 {
		p.Error("the change is not acknowledged")
	}
}

func TestChangeNeedsAServerThatKnowsIt(t *testing.T) {
	p := newPlayer(t)
	channel := take[client.Dial](p)[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, _ := p.asked("join")
	p.reply(channel, "%s", strings.Replace(joined(id, 2, false, false, rows(1, 2)), `"v":2`, `"v":1`, 1))
	p.event(client.Change{Kind: "delete", Target: 1})
	p.event(client.Type{})
	p.nothing("send")
	p.nothing("typing")
}

func TestTyping(t *testing.T) {
	p := newPlayer(t)
	channel := p.live(2)
	p.event(client.Type{})
	sent := take[client.Transmit](p)
	if last := string(sent[len(sent)-1].Frame); last != `{"action":"typing","id":"t","room":"room"}` {
		p.Errorf("sent %s", last)
	}
	p.reply(channel, `{"type":"typing","room":"room","uid":"u_other","name":"N"}`)
	p.reply(channel, `{"type":"typing","room":"another","uid":"u_other","name":"N"}`)
	want := []client.Typing{{Person: wire.Person{UID: "u_other", Name: "N"}}}
	if diff := cmp.Diff(want, take[client.Typing](p)); diff != "" {
		p.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFold(t *testing.T) {
	p := newPlayer(t)
	channel := take[client.Dial](p)[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, _ := p.asked("join")
	edited := row(3, "u_other", "c")
	edited.Text, edited.Edited = "edited twice", 8
	gone := row(4, "u_other", "d")
	gone.Text, gone.Deleted = "", 9
	p.reply(channel, "%s", joined(id, 14, false, true, []wire.Message{
		row(2, "u_other", "b"), edited, gone,
		changeRow(5, "u_other", "edit", 3, "edited once"), changeRow(6, "u_other", "edit", 4, ""),
		changeRow(7, "u_third", "edit", 2, "hijacked"), changeRow(8, "u_other", "edit", 3, "edited twice"),
		changeRow(9, "u_other", "delete", 4, ""), changeRow(10, "u_third", "delete", 2, ""),
		changeRow(11, "u_third", "react", 2, "👍"), changeRow(12, me, "react", 2, "👍"),
		changeRow(13, "u_third", "react", 2, "👎"), changeRow(14, "u_other", "edit", 1, "of one before"),
	}))
	p.push(channel, changeRow(15, me, "react", 2, ""), changeRow(16, "u_other", "edit", 4, "after the deletion"))
	none := map[string]string{}
	want := []client.Folded{
		{Seq: 2, UID: "u_other", Text: "t", Reactions: map[string]string{"u_third": "👎"}},
		{Seq: 3, UID: "u_other", Text: "edited twice", Edited: 8, Reactions: none},
		{Seq: 4, UID: "u_other", Deleted: 9, Reactions: none},
	}
	if diff := cmp.Diff(want, p.m.Folded()); diff != "" {
		p.Errorf("(-want +got):\n%s", diff)
	}
	p.push(channel, changeRow(17, "u_other", "edit", 2, "edited"), changeRow(18, "u_other", "delete", 3, ""))
	got := p.m.Folded()
	if got[0].Text != "edited" || got[0].Edited != 17 || got[1].Deleted != 18 || got[1].Text != "" {
		p.Errorf("then %+v", got)
	}
}

// TestFoldOfAPage: a row that was overwritten by a later edit keeps that text.
func TestFoldOfAPage(t *testing.T) {
	p := newPlayer(t)
	channel := take[client.Dial](p)[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, _ := p.asked("join")
	edited := row(1, "u_other", "a")
	edited.Text, edited.Edited = "edited twice", 3
	p.reply(channel, "%s", joined(id, 3, true, false, []wire.Message{edited, changeRow(2, "u_other", "edit", 1, "edited once")}))
	if got := p.m.Folded(); len(got) != 1 || got[0].Text != "edited twice" {
		p.Errorf("folded %+v", got)
	}
}
