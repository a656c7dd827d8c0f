package check

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// observer is one client's view of one room, over time.
type observer struct {
	who, room string
	up        []span
	began     bool
	epoch     string
	base      int64 // the view begins after it
	last      int64
	cids      map[message]int64
	steps     []step
	highest   map[string][]step // by epoch; see climb
	people    []Record
}

// step is how far the view reached at a time.
type step struct {
	at    time.Duration
	epoch string
	seq   int64
}

// span is a time in which an observer was there; to is negative while it lasts.
type span struct{ from, to, late time.Duration }

// replay goes through the rows that each client showed, and judges them on the way.
func (c *checker) replay() {
	for _, r := range c.history {
		if !slices.Contains([]Op{Up, Down, View, Show, People}, r.Op) {
			continue
		}
		name := [2]string{r.Who, r.Room}
		o := c.byName[name]
		if o == nil {
			o = &observer{who: r.Who, room: r.Room, cids: map[message]int64{}}
			c.byName[name] = o
			c.observers = append(c.observers, o)
		}
		switch r.Op {
		case Up:
			if !o.isUp() {
				o.up = append(o.up, span{r.T, -1, r.Within})
			}
		case Down:
			if o.isUp() {
				o.up[len(o.up)-1].to = r.T
			}
		case View:
			c.begin(o, r)
		case Show:
			c.show(o, r)
		case People:
			o.people = append(o.people, r)
		}
	}
}

func (o *observer) isUp() bool { return len(o.up) > 0 && o.up[len(o.up)-1].to < 0 }

func (c *checker) begin(o *observer, r Record) {
	if o.began && o.epoch == r.Epoch && c.o.Retention == 0 {
		c.fail(Restarted, "%s started %s again after %d at %v, though it had reached %d", o.who, o.room, r.Seq, r.T, o.last)
	}
	o.began, o.epoch, o.base, o.last = true, r.Epoch, r.Seq, r.Seq
	clear(o.cids)
	o.steps = append(o.steps, step{r.T, r.Epoch, r.Seq})
}

func (c *checker) show(o *observer, r Record) {
	if !o.began || r.Epoch != o.epoch || r.Seq != o.last+1 {
		c.fail(NonMonotonic, "%s showed row %d of %s after %d at %v", o.who, r.Seq, o.room, o.last, r.T)
	}
	key := message{r.Room, r.UID, r.CID}
	if seq, twice := o.cids[key]; twice {
		c.fail(Duplicated, "%s showed %s as row %d and row %d", o.who, r.CID, seq, r.Seq)
	}
	if c.shownTooEarly(r) {
		c.fail(Unexpected, "%s showed %s at %v, before it was tried", o.who, r.CID, r.T)
	}
	o.cids[key] = r.Seq
	o.last = max(o.last, r.Seq)
	o.steps = append(o.steps, step{r.T, r.Epoch, o.last})
}

func (c *checker) shownTooEarly(r Record) bool {
	a := c.attempts[message{r.Room, r.UID, r.CID}]
	return a != nil && r.T < a.tried
}

// views judges every client's view: row after row, to the end.
func (c *checker) views() {
	heads := map[string]step{}
	for _, room := range sortedKeys(c.readers) {
		for _, who := range sortedKeys(c.readers[room]) {
			in := c.readers[room][who]
			for _, r := range in.rows {
				if r.Seq > heads[room].seq {
					heads[room] = step{seq: r.Seq, epoch: in.epoch}
				}
			}
		}
	}
	for _, o := range c.observers {
		head, read := heads[o.room]
		if !read || !o.isUp() {
			continue
		}
		if o.epoch != head.epoch || o.last != head.seq {
			c.fail(Incomplete, "%s has %s up to %d of %d", o.who, o.room, o.last, head.seq)
		}
	}
}

// convergence: an observer that is up shows a row of the log as soon as promised.
func (c *checker) convergence() {
	marks := c.marks()
	inRoom := map[string][]*observer{}
	for _, o := range c.observers {
		o.climb()
		inRoom[o.room] = append(inRoom[o.room], o)
	}
	for _, a := range c.inOrder {
		if len(a.acks) == 0 {
			continue
		}
		for _, w := range windows(marks, a.acks[0].T) {
			for _, o := range inRoom[a.room] {
				if w, ok := o.allowed(w); ok {
					c.arrived(o, a, w)
				}
			}
		}
	}
}

// climb keeps the steps of each epoch that reached further than all before.
func (o *observer) climb() {
	o.highest = map[string][]step{}
	for _, s := range o.steps {
		known := o.highest[s.epoch]
		if len(known) == 0 || s.seq > known[len(known)-1].seq {
			o.highest[s.epoch] = append(known, s)
		}
	}
}

// cameTo returns when the view first reached a place.
func (o *observer) cameTo(p place) (at time.Duration, ok bool) {
	steps := o.highest[p.epoch]
	i, _ := slices.BinarySearchFunc(steps, p.seq, func(s step, seq int64) int { return cmp.Compare(s.seq, seq) })
	if i == len(steps) {
		return 0, false
	}
	return steps[i].at, true
}

// window is a promise: a row that is in the log at from is shown at due.
type window struct{ from, due time.Duration }

func (c *checker) marks() (marks []Record) {
	for _, r := range c.history {
		if r.Op == Mark {
			marks = append(marks, r)
		}
	}
	return marks
}

// windows returns the promises about a row that was acknowledged at a time: one by the mark
// that holds then, and one by each later mark. A promise that the next mark cuts short does
// not count.
func windows(marks []Record, acked time.Duration) (list []window) {
	for i, m := range marks {
		from := max(acked, m.T)
		last := i == len(marks)-1
		if m.Within == 0 || !last && marks[i+1].T < from+m.Within {
			continue
		}
		list = append(list, window{from, from + m.Within})
	}
	return list
}

// arrived judges when a message reached an observer. After a restore, which copies logs, it
// may stand in several epochs; the one that the observer reached first counts.
func (c *checker) arrived(o *observer, a *attempt, w window) {
	if w.due > c.end {
		return
	}
	at, ok := time.Duration(0), false
	for epoch := range o.highest {
		came, there := o.cameTo(place{a.room, epoch, a.at[0].seq})
		if there && (!ok || came < at) {
			at, ok = came, true
		}
	}
	if !ok || at > w.due {
		c.fail(Slow, "%s had not shown row %d of %s at %v", o.who, a.at[0].seq, a.room, w.due)
		return
	}
	within := w.due - w.from
	c.report.Slowest[within] = max(c.report.Slowest[within], at-w.from)
}

// allowed is the window as it is for this observer. It returns false if the observer was not
// up for all of it.
func (o *observer) allowed(w window) (window, bool) {
	for _, s := range o.up {
		if due := w.due + s.late; s.from <= w.from && (s.to < 0 || s.to >= due) {
			return window{w.from, due}, true
		}
	}
	return window{}, false
}

// stays reports whether the observer was up all of the time.
func (o *observer) stays(from, to time.Duration) bool {
	return slices.ContainsFunc(o.up, func(s span) bool { return s.from <= from && (s.to < 0 || s.to >= to) })
}

// secrets: no observer gets a text that it may not have.
func (c *checker) secrets() {
	var canaries []Record
	for _, r := range c.history {
		if r.Op == Canary {
			canaries = append(canaries, r)
		}
		if r.Op != Heard {
			continue
		}
		for _, canary := range canaries {
			if strings.Contains(r.Text, canary.Text) && !slices.Contains(canary.UIDs, r.UID) {
				c.fail(Leaked, "%s, who is %s, got %q at %v", r.Who, r.UID, canary.Text, r.T)
			}
		}
	}
}

// presence: all observers that are up see that a person comes or goes, as soon as promised.
func (c *checker) presence() {
	for i, r := range c.history {
		if r.Op != Come && r.Op != Go {
			continue
		}
		due := r.T + r.Within
		if due > c.end || c.turns(i, due) {
			continue
		}
		for _, o := range c.observers {
			if o.room != r.Room || !o.stays(r.T, due) {
				continue
			}
			if shown, known := o.shows(r.UID, due); known && shown != (r.Op == Come) {
				c.fail(Presence, "%s shows %s wrongly in %s at %v, after: %s at %v", o.who, r.UID, o.room, due, r.Op, r.T)
			}
		}
	}
}

// turns reports whether a later record undoes record i before its due time.
func (c *checker) turns(i int, due time.Duration) bool {
	r := c.history[i]
	return slices.ContainsFunc(c.history[i+1:], func(later Record) bool {
		return (later.Op == Come || later.Op == Go) && later.UID == r.UID && later.Room == r.Room && later.T <= due
	})
}

// shows reports whether an observer shows a person at a time.
func (o *observer) shows(uid string, at time.Duration) (shown, known bool) {
	for _, r := range o.people {
		if r.T > at {
			break
		}
		shown, known = slices.Contains(r.UIDs, uid), true
	}
	return shown, known
}
