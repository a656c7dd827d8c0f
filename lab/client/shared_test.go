package client_test

import (
	"strings"
	"testing"
	"time"

	"projectchat/internal/wire"
	"projectchat/lab/client"
)

// sharing is a machine in a room whose outbox other tabs use, too.
func sharing(t *testing.T) (p *player, channel int) {
	m := client.New(client.Config{Room: "Room", UID: me, Seed: 7, Shared: true})
	p = &player{T: t, m: m, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), kept: map[string]client.Stored{}}
	p.event(client.Start{})
	return p, p.live(2)
}

func entry(cid string, written int, since int64, tried bool) client.Stored {
	at := time.Date(2026, 11, 24, 8, written, 0, 0, time.UTC)
	return client.Stored{UID: me, CID: cid, Text: cid, Written: at, WordAt: at, Since: &wire.Position{Epoch: epoch, Seq: since}, Tried: tried}
}

func TestSharedOutbox(t *testing.T) {
	p, channel := sharing(t)
	p.event(client.Write{Text: "mine"})
	asked := take[client.Lock](p)
	if len(asked) != 1 {
		t.Fatalf("asked for the lock %d times", len(asked))
	}
	var own client.Stored
	for _, e := range p.kept {
		own = e
	}
	// The other tab's entry goes first, from the position up to which it was in no row.
	p.event(client.Locked{Entries: []client.Stored{own, entry("theirs", 1, 1, true)}})
	_, id, frame := p.asked("send")
	if cidOf(frame) != "theirs" || !strings.Contains(frame, `"seq":2`) {
		t.Errorf("sent %s", frame)
	}
	p.reply(channel, `{"type":"sent","id":%q,"room":"room","cid":"theirs","epoch":%q,"seq":3,"at":"2026-11-24T09:00:01.000Z","duplicate":false}`, id, epoch)
	_, id, frame = p.asked("send")
	if cidOf(frame) != own.CID {
		t.Errorf("sent %s", frame)
	}
	p.reply(channel, `{"type":"sent","id":%q,"room":"room","cid":%q,"epoch":%q,"seq":4,"at":"2026-11-24T09:00:01.000Z","duplicate":false}`, id, own.CID, epoch)
	if left := take[client.Unlock](p); len(left) != 1 {
		t.Errorf("released the lock %d times", len(left))
	}
	p.wantShown(1, 2, 3, 4)
}

func TestSharedOutboxWithoutTheLock(t *testing.T) {
	p, _ := sharing(t)
	p.event(client.Write{Text: "mine"})
	p.pass(20 * time.Second)
	p.nothing("send")
	p.event(client.Locked{}) // another tab has sent the entry meanwhile
	p.pass(time.Second)
	p.nothing("send")
	if list := p.m.Unsent(); len(list) != 0 {
		t.Errorf("still unsent: %v", list)
	}
}

func TestSharedOutboxFindsWhatWasSent(t *testing.T) {
	p, channel := sharing(t)
	p.push(channel, row(3, me, "theirs"))
	p.event(client.Write{Text: "mine"})
	var own client.Stored
	for _, e := range p.kept {
		own = e
	}
	of := func(e client.Stored, epoch string) client.Stored { e.Since.Epoch = epoch; return e }
	p.event(client.Locked{Entries: []client.Stored{own, entry("theirs", 1, 1, true), of(entry("old", 2, 1, false), "another")}})
	if _, _, frame := p.asked("send"); cidOf(frame) != own.CID {
		t.Errorf("sent %s", frame)
	}
	if list := p.m.Unsent(); len(list) != 2 || list[0].State != "waiting" || list[1].CID != own.CID {
		t.Errorf("unsent: %v", list)
	}
}

// A reset of the log does not put an entry back into the store that another tab has sent.
func TestSharedOutboxAfterReset(t *testing.T) {
	p, channel := sharing(t)
	p.event(client.Write{Text: "mine"})
	p.push(channel, wire.Message{})
	for cid := range p.kept {
		delete(p.kept, cid)
	}
	p.reply(channel, `{"type":"messages","room":"room","epoch":"another","messages":[]}`)
	_, id, _ := p.asked("join")
	p.reply(channel, `{"type":"joined","id":%q,"v":2,"room":"room","title":"Room","uid":%q,"epoch":"another","seq":0,"messages":[],"more":false,"reset":true,"online":[],"onlineCount":0}`, id, me)
	p.event(client.Loaded{})
	p.pass(time.Minute)
	if len(p.kept) != 0 || len(p.m.Unsent()) != 0 {
		t.Errorf("kept %v, unsent %v", p.kept, p.m.Unsent())
	}
}

// The position up to which an entry has looked is stored: the next read of the store would
// undo it otherwise.
func TestSharedOutboxKeepsHowFarItLooked(t *testing.T) {
	m := client.New(client.Config{Room: "Room", UID: me, Seed: 7, Shared: true})
	p := &player{T: t, m: m, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), kept: map[string]client.Stored{}}
	p.event(client.Start{})
	channel := take[client.Dial](p)[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, _ := p.asked("join")
	p.reply(channel, "%s", joined(id, 300, true, false, rows(251, 300)))
	p.event(client.Write{Text: "mine"})
	p.event(client.Locked{Entries: []client.Stored{entry("theirs", 1, 10, true)}})
	_, id, _ = p.asked("send")
	p.reply(channel, `{"type":"error","id":%q,"code":"behind","message":"","temporary":false}`, id)
	for _, from := range []int64{11, 111, 211, 311} {
		_, id, _ = p.asked("history")
		p.page(channel, id, from < 211, rows(from, min(from+99, 300)))
	}
	p.event(client.Locked{Entries: []client.Stored{p.kept["theirs"]}})
	if _, _, frame := p.asked("send"); cidOf(frame) != "theirs" || !strings.Contains(frame, `"seq":300`) {
		t.Errorf("sent %s", frame)
	}
}
