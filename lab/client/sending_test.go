package client_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"projectchat/internal/wire"
	"projectchat/lab/client"
)

func TestSending(t *testing.T) {
	write := func(p *player, texts ...string) (cids []string) {
		for _, text := range texts {
			p.event(client.Write{Text: text})
		}
		for cid := range p.kept {
			cids = append(cids, cid)
		}
		return cids
	}
	sent := func(id, cid string, seq int64, duplicate bool) string {
		return string(wire.Encode(wire.Sent{Type: "sent", ID: &id, Room: "room", CID: cid, Epoch: epoch, Seq: seq, At: "2026-11-24T09:00:01.000Z", Duplicate: duplicate}))
	}
	tests := map[string]func(p *player, channel int){
		"one at a time": func(p *player, channel int) {
			write(p, "a", "b")
			_, id, frame := p.asked("send")
			p.nothing("send")
			p.reply(channel, "%s", sent(id, cidOf(frame), 3, false))
			_, _, frame = p.asked("send")
			if !strings.Contains(frame, `"text":"b"`) || !strings.Contains(frame, `"seq":3`) {
				p.Errorf("sent %s", frame)
			}
			p.wantShown(1, 2, 3)
		},
		"sent waits for the rows before it": func(p *player, channel int) {
			write(p, "a")
			_, id, frame := p.asked("send")
			p.reply(channel, "%s", sent(id, cidOf(frame), 4, false))
			p.wantShown(1, 2)
			p.push(channel, row(3, "u_other", "x"))
			p.wantShown(1, 2, 3, 4)
		},
		"no answer": func(p *player, channel int) {
			cid := write(p, "a")[0]
			p.asked("send")
			p.pass(10*time.Second - 1)
			p.nothing("send")
			p.pass(time.Second)
			_, _, frame := p.asked("send")
			if cidOf(frame) != cid {
				p.Errorf("sent %s again as %s", cid, frame)
			}
		},
		"an answer that comes late": func(p *player, channel int) {
			write(p, "a")
			_, id, frame := p.asked("send")
			p.pass(10 * time.Second)
			p.reply(channel, "%s", sent(id, cidOf(frame), 3, false))
			p.wantShown(1, 2, 3)
			p.did = nil
			p.pass(20 * time.Second)
			p.nothing("send")
		},
		"a frame of the gateway's own": func(p *player, channel int) {
			cid := write(p, "a")[0]
			p.asked("send")
			p.reply(channel, `{"message": "Internal server error", "connectionId":"x", "requestId":"y"}`)
			p.pass(time.Second)
			_, _, frame := p.asked("send")
			if cidOf(frame) != cid {
				p.Errorf("sent again %s", frame)
			}
		},
		"its row is in a list": func(p *player, channel int) {
			cid := write(p, "a")[0]
			p.asked("send")
			p.push(channel, row(3, me, cid))
			p.wantShown(1, 2, 3)
			p.pass(time.Minute)
			p.nothing("send")
			if !slices.Equal(p.acked, []string{cid}) || len(p.kept) != 0 {
				p.Errorf("acknowledged %v, kept %v", p.acked, p.kept)
			}
		},
		"refused for good": func(p *player, channel int) {
			write(p, "a", "b")
			_, id, _ := p.asked("send")
			p.reply(channel, `{"type":"error","id":%q,"code":"too_large","message":"","temporary":false}`, id)
			_, _, frame := p.asked("send")
			if !strings.Contains(frame, `"text":"b"`) {
				p.Errorf("sent %s", frame)
			}
		},
		"busy, with a time": func(p *player, channel int) {
			write(p, "a")
			_, id, _ := p.asked("send")
			p.reply(channel, `{"type":"error","id":%q,"code":"busy","message":"","temporary":true,"retryAfter":3}`, id)
			p.pass(3*time.Second - 1)
			p.nothing("send")
			p.pass(time.Second)
			p.asked("send")
		},
		"behind": func(p *player, channel int) {
			write(p, "a")
			_, id, _ := p.asked("send")
			p.reply(channel, `{"type":"error","id":%q,"code":"behind","message":"","temporary":false}`, id)
			_, id, _ = p.asked("history")
			p.page(channel, id, false, rows(3, 6))
			_, _, frame := p.asked("send")
			if !strings.Contains(frame, `"seq":6`) {
				p.Errorf("sent %s", frame)
			}
		},
		"not joined": func(p *player, channel int) {
			write(p, "a")
			_, id, _ := p.asked("send")
			p.reply(channel, `{"type":"error","id":%q,"code":"not_joined","message":"","temporary":false}`, id)
			_, id, _ = p.asked("join")
			p.reply(channel, "%s", joined(id, 2, false, false, nil))
			p.pass(time.Second)
			p.asked("send")
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPlayer(t)
			test(p, p.live(2))
		})
	}
}

func cidOf(frame string) string {
	_, rest, _ := strings.Cut(frame, `"cid":"`)
	cid, _, _ := strings.Cut(rest, `"`)
	return cid
}

func TestOutboxSurvives(t *testing.T) {
	p := newPlayer(t)
	channel := p.live(2)
	p.event(client.Write{Text: "a"})
	p.asked("send")
	p.push(channel, rows(3, 4)...)
	entry := p.kept[slices.Collect(mapKeys(p.kept))[0]]

	again := newPlayer(t, entry)
	again.live(5)
	_, _, frame := again.asked("send")
	if cidOf(frame) != entry.CID || !strings.Contains(frame, `"seq":5`) {
		t.Errorf("sent %s after %+v", frame, entry)
	}
	// The entry was tried, so it may be in any row that this machine does not know.
	more := newPlayer(t, entry)
	channel = take[client.Dial](more)[0].Channel
	more.event(client.Opened{Channel: channel})
	_, id, _ := more.asked("join")
	more.reply(channel, "%s", joined(id, 90, true, false, rows(60, 90)))
	if _, _, frame := more.asked("send"); !strings.Contains(frame, `"seq":2`) {
		t.Errorf("sent %s", frame)
	}
	old := entry
	old.WordAt = old.WordAt.Add(-25 * time.Hour)
	late := newPlayer(t, old)
	late.live(5)
	late.nothing("send")
}

// An entry that was sent may be in the log, so the store must know of the try before.
func TestOutboxIsStoredFirst(t *testing.T) {
	p := newPlayer(t)
	p.event(client.Write{Text: "a"}) // before the log is known
	p.live(2)
	for _, a := range p.did {
		if k, ok := a.(client.Keep); ok && k.Entry.Tried {
			return
		}
		if tr, ok := a.(client.Transmit); ok && strings.Contains(string(tr.Frame), `"action":"send"`) {
			t.Fatal("sent before it was stored as tried")
		}
	}
	t.Error("not sent")
}

func mapKeys(m map[string]client.Stored) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
