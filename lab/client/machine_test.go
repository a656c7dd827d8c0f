package client_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"projectchat/internal/wire"
	"projectchat/lab/client"
)

const (
	me    = "u_me"
	epoch = "epoch0000001"
)

// player plays the server to one machine.
type player struct {
	*testing.T
	m     *client.Machine
	now   time.Time
	did   []client.Action // not yet taken
	shown []int64         // seqs, in the order of showing
	acked []string        // cids
	kept  map[string]client.Stored
}

func newPlayer(t *testing.T, outbox ...client.Stored) *player {
	m := client.New(client.Config{Room: "Room", UID: me, Seed: 7, Outbox: outbox})
	p := &player{T: t, m: m, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), kept: map[string]client.Stored{}}
	p.event(client.Start{})
	return p
}

func (p *player) event(e client.Event) {
	for _, a := range p.m.Handle(p.now, e) {
		p.did = append(p.did, a)
		switch a := a.(type) {
		case client.Shown:
			for _, row := range a.Messages {
				p.shown = append(p.shown, row.Seq)
			}
		case client.Acknowledged:
			p.acked = append(p.acked, a.CID)
		case client.Keep:
			p.kept[a.Entry.CID] = a.Entry
		case client.Forget:
			delete(p.kept, a.CID)
		}
	}
}

// pass lets time pass. It wakes the machine at its timers.
func (p *player) pass(d time.Duration) {
	end := p.now.Add(d)
	for {
		at, ok := p.m.Wake()
		if !ok || at.After(end) {
			break
		}
		p.now = at
		p.event(client.Tick{})
	}
	p.now = end
	p.event(client.Tick{})
}

// take returns the actions of one kind since the last take of any kind.
func take[A client.Action](p *player) (list []A) {
	for _, a := range p.did {
		if a, ok := a.(A); ok {
			list = append(list, a)
		}
	}
	p.did = nil
	return list
}

// asked expects that one frame of this action has gone out. It returns its channel and id.
func (p *player) asked(action string) (channel int, id string, frame string) {
	p.Helper()
	sent := take[client.Transmit](p)
	i := slices.IndexFunc(sent, func(t client.Transmit) bool {
		return strings.Contains(string(t.Frame), `"action":"`+action+`"`)
	})
	if i < 0 {
		p.Fatalf("no %s went out; %d frames did", action, len(sent))
	}
	frame = string(sent[i].Frame)
	_, rest, _ := strings.Cut(frame, `"id":"`)
	id, _, _ = strings.Cut(rest, `"`)
	return sent[i].Channel, id, frame
}

func (p *player) nothing(action string) {
	p.Helper()
	for _, t := range take[client.Transmit](p) {
		if strings.Contains(string(t.Frame), `"action":"`+action+`"`) {
			p.Errorf("%s went out", t.Frame)
		}
	}
}

func (p *player) reply(channel int, format string, args ...any) {
	p.event(client.Received{Channel: channel, Frame: fmt.Appendf(nil, format, args...)})
}

func rows(from, to int64) []wire.Message {
	list := []wire.Message{}
	for seq := from; seq <= to; seq++ {
		list = append(list, row(seq, "u_other", fmt.Sprintf("other-%d", seq)))
	}
	return list
}

func row(seq int64, uid, cid string) wire.Message {
	return wire.Message{Seq: seq, CID: cid, UID: uid, Name: "N", Text: "t", At: "2026-11-24T09:00:00.000Z"}
}

func joined(id string, seq int64, more, reset bool, list []wire.Message) string {
	return string(wire.Encode(wire.Joined{
		Type: "joined", ID: &id, V: wire.Revision, Room: "room", Title: "Room", UID: me, Epoch: epoch,
		Seq: seq, Messages: list, More: more, Reset: reset, Online: []wire.Person{{UID: me, Name: "Me"}}, OnlineCount: 1,
	}))
}

func (p *player) push(channel int, list ...wire.Message) {
	p.reply(channel, "%s", wire.Encode(wire.Messages{Type: "messages", Room: "room", Epoch: epoch, Messages: list}))
}

func (p *player) page(channel int, id string, more bool, list []wire.Message) {
	p.reply(channel, "%s", wire.Encode(wire.HistoryPage{Type: "history", ID: &id, Room: "room", Epoch: epoch, Messages: list, More: more}))
}

// live brings the machine into the room, with rows 1 to seq shown.
func (p *player) live(seq int64) (channel int) {
	p.Helper()
	dials := take[client.Dial](p)
	if len(dials) != 1 {
		p.Fatalf("%d dials", len(dials))
	}
	channel = dials[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, _ := p.asked("join")
	p.reply(channel, "%s", joined(id, seq, false, false, rows(1, seq)))
	return channel
}

func (p *player) wantShown(want ...int64) {
	p.Helper()
	if !slices.Equal(p.shown, want) {
		p.Errorf("shown %v, want %v", p.shown, want)
	}
}

func TestOrder(t *testing.T) {
	tests := map[string]func(p *player, channel int){
		"a push in order": func(p *player, channel int) {
			p.push(channel, row(3, "u_other", "a"))
			p.wantShown(1, 2, 3)
			p.pass(time.Second)
			p.nothing("history")
		},
		"a doubled push": func(p *player, channel int) {
			p.push(channel, row(3, "u_other", "a"))
			p.push(channel, row(3, "u_other", "a"))
			p.push(channel, row(2, "u_other", "other-2"))
			p.wantShown(1, 2, 3)
		},
		"pushes out of order": func(p *player, channel int) {
			p.push(channel, row(4, "u_other", "b"))
			p.wantShown(1, 2)
			p.pass(299 * time.Millisecond)
			p.push(channel, row(3, "u_other", "a"))
			p.pass(time.Second)
			p.nothing("history")
			p.wantShown(1, 2, 3, 4)
		},
		"a lost push": func(p *player, channel int) {
			p.push(channel, row(4, "u_other", "b"))
			p.pass(300 * time.Millisecond)
			_, id, frame := p.asked("history")
			if !strings.Contains(frame, `"after":2`) {
				p.Errorf("asked %s", frame)
			}
			p.page(channel, id, false, rows(3, 4))
			p.wantShown(1, 2, 3, 4)
		},
		"a page that is cut": func(p *player, channel int) {
			p.push(channel, row(5, "u_other", "b"))
			p.pass(300 * time.Millisecond)
			_, id, _ := p.asked("history")
			p.page(channel, id, true, rows(3, 3))
			_, id, frame := p.asked("history")
			if !strings.Contains(frame, `"after":3`) {
				p.Errorf("asked %s", frame)
			}
			p.page(channel, id, false, rows(4, 5))
			p.wantShown(1, 2, 3, 4, 5)
		},
		"a kind of a later version": func(p *player, channel int) {
			poll := row(3, "u_other", "")
			poll.Kind = "poll"
			p.push(channel, poll)
			p.push(channel, row(4, "u_other", "b"))
			p.wantShown(1, 2, 3, 4)
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPlayer(t)
			test(p, p.live(2))
		})
	}
}

func TestPushesBeforeJoinedAreHeld(t *testing.T) {
	p := newPlayer(t)
	channel := take[client.Dial](p)[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, _ := p.asked("join")
	p.push(channel, row(3, "u_other", "c"))
	p.wantShown()
	p.reply(channel, "%s", joined(id, 2, false, false, rows(1, 2)))
	p.wantShown(1, 2, 3)
}

func TestResume(t *testing.T) {
	p := newPlayer(t)
	p.event(client.Closed{Channel: p.live(2)})
	p.pass(time.Second)
	channel := take[client.Dial](p)[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, frame := p.asked("join")
	if !strings.Contains(frame, `"since":{"epoch":"`+epoch+`","seq":2}`) {
		t.Errorf("joined with %s", frame)
	}
	// The first of several pages: the client asks for the rest at once.
	p.reply(channel, "%s", joined(id, 6, true, false, rows(3, 4)))
	_, id, _ = p.asked("history")
	p.page(channel, id, false, rows(5, 6))
	p.wantShown(1, 2, 3, 4, 5, 6)
}

func TestReset(t *testing.T) {
	p := newPlayer(t)
	channel := p.live(2)
	p.event(client.Write{Text: "hello"})
	p.event(client.Closed{Channel: channel})
	p.pass(time.Second)
	channel = take[client.Dial](p)[0].Channel
	p.event(client.Opened{Channel: channel})
	_, id, _ := p.asked("join")
	p.reply(channel, "%s", joined(id, 9, true, true, rows(8, 9)))
	p.wantShown(1, 2, 8, 9)
	if began := take[client.Waits](p); len(began) != 1 {
		t.Errorf("%d entries wait for the person to decide", len(began))
	}
	p.pass(time.Hour)
	p.nothing("send")
}

func TestHeartbeat(t *testing.T) {
	p := newPlayer(t)
	channel := p.live(2)
	p.push(channel, row(3, "u_other", "x"))
	p.pass(25*time.Second - 1)
	p.nothing("ping")
	p.pass(1)
	_, id, _ := p.asked("ping")
	p.reply(channel, `{"type":"pong","id":%q,"heads":{"room":{"epoch":%q,"seq":5,"live":true,"onlineCount":1}}}`, id, epoch)
	p.pass(300 * time.Millisecond)
	_, id, _ = p.asked("history")
	p.page(channel, id, false, rows(4, 5))
	p.wantShown(1, 2, 3, 4, 5)
	p.event(client.View{Visible: false})
	p.did = nil
	p.pass(3 * time.Minute)
	p.nothing("ping")
	p.pass(time.Minute)
	p.asked("ping")
	p.pass(5 * time.Second) // no pong came: the socket is dead
	if dials := take[client.Dial](p); len(dials) != 1 {
		t.Errorf("%d dials", len(dials))
	}
}

func TestNotLiveJoinsAgain(t *testing.T) {
	p := newPlayer(t)
	channel := p.live(2)
	p.pass(25 * time.Second)
	_, id, _ := p.asked("ping")
	p.reply(channel, `{"type":"pong","id":%q,"heads":{"room":{"epoch":%q,"seq":2,"live":false,"onlineCount":1}}}`, id, epoch)
	if _, _, frame := p.asked("join"); !strings.Contains(frame, `"since"`) {
		t.Errorf("joined %s", frame)
	}
}

func TestHandOver(t *testing.T) {
	p := newPlayer(t)
	old := p.live(2)
	var fresh int
	for range 115 * 60 {
		p.pass(time.Second)
		for _, a := range p.did {
			if d, ok := a.(client.Dial); ok {
				fresh = d.Channel
			}
			if tr, ok := a.(client.Transmit); ok && tr.Channel == old {
				_, rest, _ := strings.Cut(string(tr.Frame), `"id":"`)
				id, _, _ := strings.Cut(rest, `"`)
				p.reply(old, `{"type":"pong","id":%q,"heads":{"room":{"epoch":%q,"seq":2,"live":true,"onlineCount":1}}}`, id, epoch)
			}
		}
		p.did = nil
		if fresh != 0 {
			break
		}
	}
	if fresh == 0 {
		t.Fatal("the client stayed on its channel until the cut")
	}
	p.event(client.Opened{Channel: fresh})
	_, id, _ := p.asked("join")
	p.event(client.Write{Text: "on the old one"})
	p.push(old, row(3, "u_other", "x"))
	p.reply(fresh, "%s", joined(id, 3, false, false, rows(3, 3)))
	if hung := take[client.Hangup](p); len(hung) != 0 {
		t.Error("the old channel was closed with a send under way")
	}
	p.push(old, row(4, "u_other", "y"))
	p.push(fresh, row(4, "u_other", "y"))
	p.wantShown(1, 2, 3, 4)
	p.pass(10 * time.Second)
	if hung := take[client.Hangup](p); len(hung) != 1 || hung[0].Channel != old {
		t.Errorf("hung up %v, want %d", hung, old)
	}
}

func TestReconnectIsJittered(t *testing.T) {
	p := newPlayer(t)
	p.event(client.Closed{Channel: p.live(0)})
	var last time.Duration
	for n := range 12 {
		began := p.now
		for len(take[client.Dial](p)) == 0 {
			at, ok := p.m.Wake()
			if !ok {
				t.Fatal("the client gave up")
			}
			p.now = at
			p.event(client.Tick{})
		}
		last = p.now.Sub(began)
		if most := min(30*time.Second, 500*time.Millisecond<<n); last > most {
			t.Errorf("waited %v before try %d", last, n)
		}
		p.event(client.Closed{Channel: 2 + n})
		p.event(client.SessionIs{Known: true, UID: me})
	}
}

func TestBye(t *testing.T) {
	p := newPlayer(t)
	channel := p.live(0)
	p.reply(channel, `{"type":"bye","code":"unauthorized","retry":true}`)
	p.pass(time.Second)
	if dials := take[client.Dial](p); len(dials) != 1 {
		t.Fatalf("%d dials after a bye that says retry", len(dials))
	}
	p.event(client.Opened{Channel: 2})
	p.reply(2, `{"type":"bye","code":"unauthorized","retry":false}`)
	if out := take[client.SignedOut](p); len(out) != 1 {
		t.Error("not signed out")
	}
	p.pass(time.Hour)
	if dials := take[client.Dial](p); len(dials) != 0 {
		t.Error("the client dialled again")
	}
}
