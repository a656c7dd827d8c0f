package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"projectchat/internal/chat"
	"projectchat/lab/check"
)

// ending is how long before the end the faults stop.
const ending = 45 * time.Minute

// lastScene is the length of the last scene. It has faults until they stop.
const lastScene = 8 * time.Minute

// play plays the whole run. People come, talk and go in scenes with hours between them, and
// faults strike. Then the faults stop, and everybody must agree as soon as promised.
func (w *world) play() {
	w.populate()
	calm := w.end().Add(-ending)
	for at := w.began.Add(time.Minute); at.Before(calm.Add(-time.Hour)); {
		w.loop.at(at, func() { w.scene(w.between(2*time.Minute, 10*time.Minute), false) })
		at = at.Add(w.between(30*time.Minute, 6*time.Hour))
	}
	w.loop.at(calm.Add(-lastScene), func() { w.scene(lastScene, true) })
	w.everyday(calm)
	w.loop.run(calm)
	w.epilogue()
	w.loop.run(w.end())
	w.readAll()
}

// populate makes people, rooms and tabs, before any fault.
func (w *world) populate() {
	for i := range 1 + w.rng.IntN(2) {
		w.rooms = append(w.rooms, w.name("room", i+1))
	}
	names := []string{"Ann", "Ben", "Cat", "Dan", "Eve"}
	for _, name := range names[:3+w.rng.IntN(3)] {
		w.signIn(name)
	}
	for i, p := range w.people {
		for _, room := range w.rooms {
			for range 1 + w.rng.IntN(2) {
				if i > 0 && w.chance(0.3) {
					continue
				}
				w.addTab(p, room)
			}
		}
	}
	outsider := w.addTab(w.signIn("Out"), "elsewhere")
	outsider.outsider = true
	for _, t := range w.tabs[1 : len(w.tabs)-1] {
		t.proxied = !w.o.Calm && w.dice("proxied/"+t.name).Float64() < 0.12
	}
	for _, room := range append(slices.Clone(w.rooms), "elsewhere") {
		uids := []string{}
		for _, t := range w.tabs {
			if t.room == room {
				uids = append(uids, t.person.uid)
			}
		}
		w.record(check.Record{Op: check.Canary, Text: tag(room), UIDs: uids})
	}
	if w.o.Calm {
		w.mark(calmBound)
	}
}

func (w *world) addTab(p *person, room string) *tab {
	t := &tab{w: w, name: w.name(p.name, len(w.tabs)), person: p, room: room, conns: map[int]*conn{}, store: &storage{}}
	if i := slices.IndexFunc(w.tabs, func(other *tab) bool { return other.person == p && other.room == room }); w.shared && i >= 0 {
		t.store = w.tabs[i].store
	}
	p.rooms = append(p.rooms, room)
	w.tabs = append(w.tabs, t)
	return t
}

func (w *world) signIn(name string) *person {
	p := &person{name: name}
	w.people = append(w.people, p)
	body := fmt.Sprintf(`{"name":%q,"bearer":true}`, name)
	w.http(httpEvent("POST", "/api/session", "", body, nil), func(_ int, reply string) {
		p.uid, p.token = member(reply, "uid"), member(reply, "token")
	})
	w.loop.run(time.Now().Add(10 * time.Second))
	if p.token == "" {
		panic("sim: a sign-in failed")
	}
	return p
}

// member reads a string out of an object.
func member(object, name string) string {
	_, rest, _ := strings.Cut(object, `"`+name+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// everyday plans the events apart from scenes.
func (w *world) everyday(calm time.Time) {
	pick(w, w.tabs).open() // one tab stays open for the whole day
	w.tabs[len(w.tabs)-1].open()
	if w.o.Calm {
		for _, t := range w.tabs {
			t.open()
		}
		return
	}
	for range w.o.Hours / 12 {
		w.loop.at(w.began.Add(w.between(time.Hour, calm.Sub(w.began))), w.storm)
		w.loop.at(w.began.Add(w.between(time.Hour, calm.Sub(w.began))), w.poison)
		w.loop.at(w.began.Add(w.between(time.Hour, calm.Sub(w.began))), w.rename)
		w.loop.at(w.began.Add(w.between(time.Hour, calm.Sub(w.began))), w.intrude)
	}
	if w.o.Retention > 0 {
		for at := w.began.Add(time.Hour); at.Before(w.end()); at = at.Add(time.Hour) {
			w.loop.at(at, w.sweep)
		}
	}
}

// scene is a conversation of some minutes.
func (w *world) scene(length time.Duration, last bool) {
	w.stats["scenes"]++
	w.mute = false
	if !w.o.Calm {
		w.mark(0)
	}
	for _, t := range w.tabs {
		t.noSockets = t.proxied && w.chance(0.7)
	}
	if dice := w.dice(w.name("restore in scene ", w.stats["scenes"])); w.restores && dice.Float64() < 0.25 {
		w.loop.in(time.Duration(dice.Int64N(int64(length))), w.restore)
	}
	if dice := w.dice(w.name("versions in scene ", w.stats["scenes"])); w.mixed && dice.Float64() < 0.6 {
		w.rollBack(length, dice)
	}
	w.trouble = !w.o.Calm && (last || w.chance(0.85))
	for _, t := range w.tabs {
		w.later(length/4, func() {
			t.thaw(true)
			if w.chance(0.8) {
				t.open()
			}
		})
	}
	w.talk(length)
	if !w.o.Calm {
		for range 2 + w.rng.IntN(12) {
			w.later(length, w.mishap)
		}
	}
	if !last {
		w.loop.in(length, w.quiet)
	}
}

// talk lets people write now and then: several messages at once, several people at the same
// time, and seldom more than a page, so that others cannot catch up in one request.
func (w *world) talk(length time.Duration) {
	for range 4 + w.rng.IntN(10) {
		w.later(length, func() { w.someTab().say() })
	}
	for range 3 + w.rng.IntN(8) {
		w.later(length, func() { w.someTab().changes() })
	}
	for range w.rng.IntN(4) {
		w.later(length, func() { w.someTab().says(2 + w.rng.IntN(4)) })
	}
	for range w.rng.IntN(3) {
		w.later(length, func() {
			for _, t := range w.tabs {
				w.later(20*time.Millisecond, t.say)
			}
		})
	}
	if !w.o.Calm && w.chance(0.03) {
		w.later(length, w.flood)
	}
}

// flood writes much while others are away with unsent messages.
func (w *world) flood() {
	w.stats["floods"]++
	speaker := pick(w, w.tabs)
	for _, t := range w.tabs {
		if t != speaker && w.chance(0.5) {
			t.cut(true)
			t.say()
			w.loop.in(time.Second, t.freeze)
			w.loop.in(w.between(2*time.Minute, 6*time.Minute), func() { t.thaw(true) })
		}
	}
	speaker.says(230 + w.rng.IntN(100))
}

func (w *world) later(within time.Duration, do func()) { w.loop.in(w.between(0, within), do) }

func (w *world) someTab() *tab { return pick(w, w.tabs) }

// mishap is an accident of one tab.
func (w *world) mishap() {
	t := w.someTab()
	switch w.rng.IntN(11) {
	case 0, 1, 2:
		t.cut(false)
	case 3, 4:
		t.cut(true)
	case 5:
		t.crash(w.chance(0.5))
		w.later(2*time.Minute, t.open)
	case 6:
		t.close()
		w.later(time.Minute, t.open)
	case 7:
		t.freeze()
		w.loop.in(w.between(time.Second, 20*time.Minute), func() { t.thaw(true) })
	case 8:
		t.event(viewed(w.chance(0.5)))
	case 9:
		t.event(online)
	case 10: // a person writes before the room is there, and the tab ends before the answer
		t.crash(false)
		t.open()
		t.say()
		w.later(2*time.Second, func() { t.crash(w.chance(0.5)) })
		w.later(3*time.Minute, t.open)
	}
}

// disperse lets most people go until the next scene.
func (w *world) disperse() {
	if w.o.Calm {
		return
	}
	for _, t := range w.tabs {
		if t.outsider {
			continue
		}
		switch w.rng.IntN(8) {
		case 0, 1, 2:
			t.close()
		case 3:
			t.crash(w.chance(0.5))
		case 4, 5, 6:
			t.freeze()
		}
	}
}

// storm cuts every connection at once.
func (w *world) storm() {
	w.stats["storms"]++
	for _, t := range w.tabs {
		t.cut(false)
	}
}

// restore replaces the table by another one, filled from a backup of this moment. The
// functions are stopped meanwhile. Connections may stay open, and then perhaps none of them
// can be reached until the next scene.
func (w *world) restore() {
	w.stats["restores"]++
	w.mute = !w.ending && w.chance(0.5)
	for inv := range w.running {
		inv.dead = true
	}
	n := w.stats["restores"]
	w.store.Restore(func(room string) string { return fmt.Sprintf("restored%d%s", n, room) })
	clear(w.epochs)
	if !w.mute && w.chance(0.5) {
		w.storm()
	}
}

// poison puts a row of an unknown kind by the rules of the log, as a function of a later
// version would.
func (w *world) poison() {
	room := pick(w, w.rooms)
	epoch := w.epoch(room)
	if epoch == "" {
		return
	}
	page, err := w.store.ReadLog(background, room, chat.LogRange{Epoch: epoch, Descending: true, Limit: 1})
	if err != nil || len(page.Rows) == 0 {
		return
	}
	last := page.Rows[0]
	cid := fmt.Sprintf("poll-%d", last.Seq)
	m := chat.Message{Seq: last.Seq + 1, Kind: "poll", UID: "u_poll", CID: cid, Text: cid, At: last.At}
	if time.Now().After(m.At) {
		m.At = time.Now()
	}
	w.stats["poison rows"]++
	w.record(check.Record{Op: check.Try, Who: "poll", Room: room, UID: m.UID, CID: cid, Text: cid})
	if _, err := w.store.Append(background, room, epoch, m); err != nil {
		panic(err)
	}
}

// rename gives a person another name. Their connections are closed with a bye.
func (w *world) rename() {
	p := pick(w, w.people)
	p.renames++
	w.stats["renames"]++
	name := p.name + strings.Repeat("a", p.renames)
	e := httpEvent("POST", "/api/session", p.token, fmt.Sprintf(`{"name":%q}`, name), nil)
	w.http(e, func(int, string) {})
}

// intrude tries to read and to write in a room from an open connection that is in another
// room.
func (w *world) intrude() {
	t := w.tabs[len(w.tabs)-1]
	for _, channel := range t.channels() {
		c := t.conns[channel]
		for _, room := range w.rooms {
			victim := w.tabs[0].person.uid
			w.gateway.fromClient(c, fmt.Appendf(nil, `{"action":"history","id":"x1","room":%q}`, room))
			w.gateway.fromClient(c, fmt.Appendf(nil, `{"action":"send","id":"x2","room":%q,"cid":"x","text":"intruder"}`, room))
			w.gateway.fromClient(c, fmt.Appendf(nil, `{"action":"send","id":"x3","room":"elsewhere","cid":"y","text":"false name","as":%q}`, victim))
			w.gateway.fromClient(c, fmt.Appendf(nil, `{"action":"ping","id":"x4","rooms":[%q]}`, room))
		}
	}
}

// sweep is TTL: it deletes some of the expired rows, in any order.
func (w *world) sweep() {
	for _, room := range w.rooms {
		epoch := w.epoch(room)
		if epoch == "" {
			continue
		}
		page, err := w.store.ReadLog(background, room, chat.LogRange{Epoch: epoch, Limit: 100_000})
		if err != nil {
			panic(err)
		}
		for _, m := range page.Rows {
			if !m.Expires.IsZero() && m.Expires.Before(time.Now().Add(-slackOfTTL)) && w.chance(0.3) {
				w.stats["rows deleted by TTL"]++
				w.store.DeleteMessage(room, epoch, m.Seq)
			}
		}
	}
}

// slackOfTTL is how far the clock of TTL is behind those of the functions.
const slackOfTTL = 10 * time.Second
