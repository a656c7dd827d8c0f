package sim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/wire"
	"projectchat/lab/check"
	"projectchat/lab/client"
)

// The bounds that are promised once the faults have stopped.
const (
	// The heartbeat: the last push may have been lost, and a hidden room asks every 4 min; a
	// handshake and a wait come before it.
	heartbeatBound = 5 * time.Minute
	calmBound      = 5 * time.Second
	stormBound     = 30 * time.Second
	// A push comes within 2 s, and a person who left is shown for 1.5 s more.
	leaveBound = 3500 * time.Millisecond
	// A person who vanishes counts as present for 5 min 40 s after a sign of life
	// ([chat.PresenceLife]). A client with the room in view asks as soon as that is over, and
	// again 2 s later. The rest is for clocks that differ.
	vanishBound = 6 * time.Minute
)

var online = client.Online{}

func viewed(visible bool) client.Event { return client.View{Visible: visible} }

func (w *world) mark(within time.Duration) { w.record(check.Record{Op: check.Mark, Within: within}) }

// epilogue checks the promises once the faults have stopped.
func (w *world) epilogue() {
	w.trouble, w.mute, w.ending = false, false, true
	clear(w.old)
	for _, t := range w.tabs {
		t.thaw(true)
		t.open()
	}
	w.mark(heartbeatBound)
	at := func(minutes int, do func()) { w.loop.in(time.Duration(minutes)*time.Minute, do) }
	at(7, func() { w.mark(calmBound) })
	at(8, w.everybodySays)
	at(9, func() {
		w.mark(stormBound)
		w.storm()
		w.everybodySays()
	})
	if w.restores && w.dice("restore in the end").Float64() < 0.5 {
		at(10, w.restore)
	}
	at(11, func() {
		w.mark(calmBound)
		for _, t := range w.tabs {
			t.event(viewed(true))
		}
	})
	at(12, w.everybodySays)
	at(13, w.checkPresence)
}

func (w *world) everybodySays() {
	for _, t := range w.tabs {
		w.later(time.Second, t.say)
		w.later(time.Second, t.changes)
	}
}

// checkPresence lets people leave in each of the three ways, and come back.
func (w *world) checkPresence() {
	for i, p := range w.people[:min(3, len(w.people)-1)] {
		w.loop.in(time.Duration(i)*10*time.Second, func() {
			switch i {
			case 0:
				w.leaves(p, (*tab).close, leaveBound)
			case 1:
				w.leaves(p, func(t *tab) { t.crash(false) }, leaveBound)
			case 2:
				w.leaves(p, (*tab).vanish, vanishBound)
			}
		})
	}
	w.loop.in(15*time.Minute, func() {
		for _, t := range w.tabs {
			if !t.alive() {
				t.open()
			}
		}
	})
}

func (w *world) leaves(p *person, how func(*tab), within time.Duration) {
	for _, t := range w.tabs {
		if t.person == p {
			how(t)
			if w.smallRoom == 0 { // a large room tells nobody who leaves
				w.record(check.Record{Op: check.Go, UID: p.uid, Room: t.room, Within: within})
			}
		}
	}
}

// readAll reads the final history of each room: by two people, in two ways, and from the
// store.
func (w *world) readAll() {
	for _, t := range w.tabs {
		if t.revision == 0 {
			t.folds()
		}
	}
	for _, room := range w.rooms {
		if w.epoch(room) == "" {
			continue
		}
		w.read(room, w.people[0], 100)
		w.read(room, w.people[1], 7)
		if w.o.Retention == 0 {
			w.readOn(room, w.people[1])
			w.readStore(room)
		}
	}
}

// page asks for a page of history and waits for it.
func (w *world) page(room string, p *person, query map[string]string) (page wire.HistoryPage) {
	query["room"] = room
	w.http(httpEvent("GET", "/api/messages", p.token, "", query), func(status int, body string) {
		if status != 200 || json.Unmarshal([]byte(body), &page) != nil {
			w.record(check.Record{Op: check.Row, Who: "unreadable", Room: room, Text: fmt.Sprint(status, body)})
			page = wire.HistoryPage{}
		}
	})
	w.loop.run(time.Now().Add(15 * time.Second))
	return page
}

// read reads the history from the end to the beginning.
func (w *world) read(room string, p *person, limit int) {
	var rows []wire.Message
	query := map[string]string{"limit": strconv.Itoa(limit)}
	for {
		page := w.page(room, p, query)
		rows = append(append([]wire.Message{}, page.Messages...), rows...)
		if !page.More || len(page.Messages) == 0 {
			break
		}
		query["before"] = strconv.FormatInt(page.Messages[0].Seq, 10)
	}
	w.rows(fmt.Sprint(p.name, " by ", limit), room, rows)
}

// readOn reads the history from the beginning to the end.
func (w *world) readOn(room string, p *person) {
	var rows []wire.Message
	last := int64(0)
	for {
		page := w.page(room, p, map[string]string{"after": strconv.FormatInt(last, 10)})
		rows = append(rows, page.Messages...)
		if !page.More || len(page.Messages) == 0 {
			break
		}
		last = rows[len(rows)-1].Seq
	}
	w.rows(p.name+" onward", room, rows)
}

func (w *world) readStore(room string) {
	page, err := w.store.ReadLog(background, room, chat.LogRange{Epoch: w.epoch(room), Limit: 100_000})
	if err != nil {
		panic(err)
	}
	var rows []wire.Message
	for _, m := range page.Rows {
		rows = append(rows, wire.Message{
			Seq: m.Seq, Kind: m.Kind, UID: m.UID, CID: m.CID, Target: m.Target, Text: m.Text, Edited: m.Edited, Deleted: m.Deleted,
		})
	}
	w.rows("the store", room, rows)
}

func (w *world) rows(who, room string, rows []wire.Message) {
	w.record(check.Record{Op: check.Read, Who: who, Room: room, Epoch: w.epoch(room)})
	for _, m := range rows {
		r := rowRecord(w.epoch(room), m)
		r.Op, r.Who, r.Room = check.Row, who, room
		w.record(r)
	}
}

// rowRecord is the record of a row in a history.
func rowRecord(epoch string, m wire.Message) check.Record {
	return check.Record{
		Epoch: epoch, Seq: m.Seq, Kind: m.Kind, UID: m.UID, CID: m.CID, Target: m.Target, Text: m.Text,
		Edited: m.Edited, Deleted: m.Deleted,
	}
}
