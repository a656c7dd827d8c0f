package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"projectchat/internal/wire"
	"projectchat/lab/check"
	"projectchat/lab/client"
)

// person is a person with a session.
type person struct {
	name, uid, token string
	rooms            []string // the rooms that they may hear of
	renames          int
}

// tab is one tab of one person in one room: a client, and its outbox's storage, which
// outlives the tab.
type tab struct {
	w        *world
	name     string
	life     int // counts the times that it was opened
	person   *person
	room     string
	outsider bool // every frame that it gets is recorded
	// A proxy breaks its WebSockets: now and then, or now.
	proxied, noSockets bool

	m      *client.Machine
	frozen bool
	missed []client.Event
	conns  map[int]*conn
	// The page's revision; 0: the newest.
	revision int
	store    *storage
	tick     *event
	woken    time.Time
	people   []string
	count    int // of people, as the tab shows it
	said     int
	outbox   held
}

func (t *tab) alive() bool { return t.m != nil }

// who names the tab as an observer. After a reload it is another observer.
func (t *tab) who() string { return fmt.Sprintf("%s.%d", t.name, t.life) }

func (t *tab) record(op check.Op, r check.Record) {
	r.Op, r.Who, r.Room = op, t.who(), t.room
	t.w.record(r)
}

// open loads the page.
func (t *tab) open() {
	if t.alive() {
		return
	}
	t.life++
	t.w.stats["tabs opened"]++
	t.conns, t.missed, t.frozen, t.people = map[int]*conn{}, nil, false, nil
	t.revision = 0
	if t.isOld() {
		t.revision = 1
		t.w.stats["tabs of revision 1 opened"]++
	}
	t.m = client.New(client.Config{
		Room: t.room, UID: t.person.uid, Seed: t.w.rng.Uint64(), Revision: t.revision, Outbox: t.stored(), Hidden: t.w.chance(0.5),
		Polls: true, Shared: t.w.shared,
	})
	t.record(check.Up, check.Record{Within: t.late()})
	t.outbox = held{}
	t.holds(t.stored())
	t.event(client.Start{})
}

// close closes the tab in order.
func (t *tab) close() {
	if t.alive() {
		t.record(check.Down, check.Record{})
		t.thaw(false)
		t.event(client.Stop{})
		t.m = nil
	}
}

// crash ends the tab without a word. If silent, not even its connections end.
func (t *tab) crash(silent bool) {
	if !t.alive() {
		return
	}
	t.record(check.Down, check.Record{})
	t.w.loop.cancel(t.tick)
	t.store.leave(t)
	t.m, t.tick = nil, nil
	for _, channel := range t.channels() {
		c := t.conns[channel]
		c.silent = c.silent || silent
		t.w.gateway.hungUp(c)
	}
}

// vanish is a crash of whose end the server never learns.
func (t *tab) vanish() {
	for _, channel := range t.channels() {
		t.conns[channel].toldOfEnd = true
	}
	t.crash(true)
}

func (t *tab) channels() (list []int) {
	for channel := range t.conns {
		list = append(list, channel)
	}
	slices.Sort(list)
	return list
}

// freeze stops the tab: the laptop sleeps, or the browser has frozen the tab.
func (t *tab) freeze() {
	if t.alive() && !t.frozen && !t.store.contends(t) {
		t.frozen = true
		t.record(check.Down, check.Record{})
	}
}

func (t *tab) thaw(up bool) {
	if !t.alive() || !t.frozen {
		return
	}
	t.frozen = false
	if up {
		t.record(check.Up, check.Record{Within: t.late()})
	}
	missed := t.missed
	t.missed = nil
	for _, e := range missed {
		t.event(t.afresh(e))
	}
	t.event(client.Tick{})
}

// cut breaks the tab's connections.
func (t *tab) cut(silent bool) {
	for _, channel := range t.channels() {
		t.w.gateway.reset(t.conns[channel], silent)
	}
}

func (t *tab) say() {
	if t.alive() && !t.frozen {
		t.said++
		t.event(client.Write{Text: fmt.Sprintf("%s says %d in %s", t.name, t.said, tag(t.room))})
	}
}

var signs = []string{"👍", "👎", "🎉", "❤️", ""}

// changes edits or deletes one of the person's own last messages, or reacts to one. Now and
// then it tries that with another person's.
func (t *tab) changes() {
	if !t.alive() || t.frozen {
		return
	}
	shown := t.m.Folded()
	if len(shown) == 0 {
		return
	}
	last := 12
	if t.w.chance(0.6) { // so that several people change the same one
		last = 3
	}
	m := pick(t.w, shown[max(0, len(shown)-last):])
	c := client.Change{Kind: "react", Target: m.Seq, Text: pick(t.w, signs)}
	if m.UID == t.person.uid && t.w.chance(0.7) || t.w.chance(0.05) {
		t.said++
		c.Kind, c.Text = "edit", fmt.Sprintf("%s edits %d in %s", t.name, t.said, tag(t.room))
		if t.w.chance(0.3) {
			c.Kind, c.Text = "delete", ""
		}
	}
	t.event(client.Type{})
	t.event(c)
}

func (t *tab) says(n int) {
	for range n {
		t.say()
	}
}

// tag marks the texts of a room: only those in the room may get it.
func tag(room string) string { return "canary:" + room + ":" }

func (t *tab) received(c *conn, frame []byte) {
	if t.outsider {
		t.w.record(check.Record{Op: check.Heard, Who: t.who(), UID: t.person.uid, Text: string(frame)})
	}
	t.ofChannel(c, client.Received{Channel: c.channel, Frame: frame})
}

func (t *tab) closed(c *conn) { t.ofChannel(c, client.Closed{Channel: c.channel}) }

// ofChannel hands in an event of a connection, unless that belongs to an earlier life.
func (t *tab) ofChannel(c *conn, e client.Event) {
	if t.conns[c.channel] == c {
		t.event(e)
	}
}

func (t *tab) event(e client.Event) {
	if !t.alive() {
		return
	}
	if t.frozen {
		t.missed = append(t.missed, e)
		return
	}
	for _, a := range t.m.Handle(time.Now(), e) {
		t.do(a)
	}
	t.plan()
}

// plan wakes the machine at its next timer.
func (t *tab) plan() {
	at, ok := t.m.Wake()
	if t.tick != nil && !t.tick.dead && ok && at.Equal(t.woken) {
		return
	}
	t.w.loop.cancel(t.tick)
	t.tick = nil
	if ok {
		t.woken = at
		t.tick = t.w.loop.at(at, func() {
			t.tick = nil
			t.event(client.Tick{})
		})
	}
}

func (t *tab) do(a client.Action) {
	switch a := a.(type) {
	case client.Dial:
		t.w.gateway.dial(t, a.Channel)
	case client.Transmit:
		t.w.gateway.fromClient(t.conns[a.Channel], a.Frame)
	case client.Hangup:
		c := t.conns[a.Channel]
		delete(t.conns, a.Channel)
		t.w.gateway.hungUp(c)
	case client.AskSession:
		t.askSession()
	case client.Keep:
		t.keep(a.Entry)
	case client.Forget:
		t.forget(a.CID)
	case client.Lock:
		t.store.want(t)
	case client.Unlock:
		t.store.leave(t)
	case client.Load:
		t.soon(client.Loaded{})
	case client.Fetch:
		t.fetch(a)
	case client.Began:
		t.record(check.View, check.Record{Epoch: a.Epoch, Seq: a.After})
	case client.Shown:
		for _, m := range a.Messages {
			t.record(check.Show, rowRecord(a.Epoch, m))
		}
	case client.Acknowledged:
		t.outbox[a.CID] = over
		t.record(check.Ack, check.Record{Epoch: a.Epoch, Seq: a.Seq, UID: t.person.uid, CID: a.CID})
	case client.Refused:
		if a.Code == "bad_request" || a.Code == "cid_conflict" {
			panic("sim: a client of this version caused " + a.Code)
		}
		t.w.stats["refused: "+a.Code]++
		t.record(check.Refuse, check.Record{UID: t.person.uid, CID: a.CID})
	case client.Waits:
		t.w.stats["waits for a decision"]++
		t.record(check.Wait, check.Record{UID: t.person.uid, CID: a.CID})
		t.word(a.CID)
	case client.People:
		t.count = a.Count
		t.shows(a.Online)
	case client.Typing:
		t.w.stats["typing seen"]++
		if a.Person.UID == t.person.uid {
			panic("sim: a client is told that its own person writes")
		}
	case client.SignedOut:
		t.w.stats["signed out"]++
	case client.Failed:
		t.w.stats["join failed: "+a.Code]++
	}
}

func (t *tab) shows(online []wire.Person) {
	uids := []string{}
	for _, p := range online {
		uids = append(uids, p.UID)
	}
	slices.Sort(uids)
	if t.people == nil || !slices.Equal(uids, t.people) {
		t.people = uids
		t.record(check.People, check.Record{UIDs: uids})
	}
}

// folds records the final form of each message that the tab shows.
func (t *tab) folds() {
	if !t.alive() || t.frozen {
		return
	}
	epoch, _ := t.m.Position()
	for _, m := range t.m.Folded() {
		list := []string{}
		for _, uid := range slices.Sorted(maps.Keys(m.Reactions)) {
			list = append(list, uid+" "+m.Reactions[uid])
		}
		t.record(check.Fold, check.Record{Epoch: epoch, Seq: m.Seq, Text: m.Text, Deleted: m.Deleted, Signs: list})
	}
}

func (t *tab) askSession() {
	m := t.m
	t.w.http(httpEvent("GET", "/api/session", t.person.token, "", nil), func(status int, body string) {
		if t.m != m {
			return
		}
		e := client.SessionIs{Known: status == 200 || status == 401}
		if status == 200 {
			_, rest, _ := strings.Cut(body, `"uid":"`)
			e.UID, _, _ = strings.Cut(rest, `"`)
		}
		t.event(e)
	})
}
