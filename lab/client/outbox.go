package client

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"projectchat/internal/wire"
)

const (
	waitingAge  = 24 * time.Hour
	longestText = 4000
	// maxConflicts is how often an entry looks for its own row under its cid.
	maxConflicts = 3
)

// passing are refusals after which the same message may still go in.
var passing = []string{"behind", "not_joined", "unauthorized", offline}

// mayPass tells whether the same entry may still go in after a refusal.
//
// That another row has its cid can mean its own, whose text was changed since: a
// function from before there were changes takes that for another message. So it
// looks for it first.
func (i *item) mayPass(code string) bool {
	if code == "cid_conflict" && !i.overwrites() {
		return i.conflicts < maxConflicts
	}
	return slices.Contains(passing, code)
}

// item is an entry of the outbox with what only this machine knows of it.
type item struct {
	Entry
	notBefore time.Time
	backoff   backoff
	found     int64     // its row, as long as that is no acknowledgement; see [Entry.overwrites]
	seq       int64     // its place in the log once it is acknowledged, else 0
	firstTry  time.Time // over the connection at hand; from then on its 15 s count
	late      bool      // they have passed
	told      bool      // that it waits
	patient   bool      // the server said when to try again
	conflicts int       // how often another row was said to have its cid
}

func (i *item) waits(now time.Time) bool { return i.Reset || now.Sub(i.WordAt) > waitingAge }
func (i *item) queued(now time.Time) bool {
	return i.seq == 0 && i.Refused == "" && (i.found != 0 || !i.waits(now))
}

// outbox is texts on their way into the log: none lost, none twice, in the order
// of writing. One goes out at a time, and waits for its answer.
type outbox struct {
	m     *Machine
	items []*item
	shared
	attempting *attempt
	wake       timer
	changes    timer // as long as it runs they are held back; see [outbox.notUnderstood]
	lastAt     time.Time
}

type attempt struct{ item *item }

func (o *outbox) init(m *Machine, kept []Entry) {
	o.m = m
	o.wake.fire, o.changes.fire = o.kick, o.kick
	for _, e := range kept {
		if e.UID == m.cfg.UID {
			o.items = append(o.items, &item{Entry: e, backoff: backoff{m: m}})
			if e.Written.After(o.lastAt) {
				o.lastAt = e.Written
			}
		}
	}
}

func (o *outbox) write(c Change) {
	if c.Kind != "" && !o.m.knows(withChanges) {
		return
	}
	at := o.m.now
	if !at.After(o.lastAt) {
		at = o.lastAt.Add(1)
	}
	o.lastAt = at
	e := Entry{
		UID: o.m.cfg.UID, Kind: c.Kind, Target: c.Target, Text: c.Text, Written: at, WordAt: at, Since: o.m.feed.position(),
		CID: fmt.Sprintf("%x-%x", at.UnixMilli(), o.m.random.Uint64()),
	}
	if len([]rune(c.Text)) > longestText {
		e.Refused = "too_large"
	}
	it := &item{Entry: e, backoff: backoff{m: o.m}}
	o.items = append(o.items, it)
	o.keep(it)
	o.kick()
}

// retry is the person's word: send it again, with the same cid.
func (o *outbox) retry(cid string) {
	it := o.find(cid)
	if it == nil || it.seq != 0 {
		return
	}
	if it.Reset {
		// The old place means nothing; that it may go in twice is the person's choice.
		it.Since, it.Tried = nil, false
	}
	it.Reset, it.Refused, it.WordAt, it.notBefore, it.told = false, "", o.m.now, time.Time{}, false
	it.firstTry, it.late = time.Time{}, false
	o.keep(it)
	o.giveUp(it)
	o.kick()
}

func (o *outbox) discard(cid string) {
	if it := o.find(cid); it != nil {
		o.remove(it)
		o.m.act(Forget{cid})
		o.giveUp(it)
		o.kick()
	}
}

// seen looks for acknowledgements in a list of rows, before any other rule.
func (o *outbox) seen(epoch string, rows []wire.Message) {
	for _, row := range rows {
		if row.UID != o.m.cfg.UID {
			continue
		}
		o.noteMine(epoch, row)
		if it := o.find(row.CID); it == nil {
			continue
		} else if it.overwrites() {
			o.found(it, epoch, row.Seq)
		} else {
			o.acknowledge(it, epoch, row.Seq)
		}
	}
}

// sent takes an acknowledgement, however late it comes.
func (o *outbox) sent(f frame) {
	it := o.find(f.CID)
	if it == nil {
		return
	}
	o.acknowledge(it, f.Epoch, f.Seq)
	if f.Duplicate {
		o.m.feed.head(f.Epoch, f.Seq) // the log tells the row as it is now
	} else {
		o.m.feed.sent(f.Epoch, wire.Message{
			Seq: f.Seq, Kind: cmp.Or(it.Kind, kindMessage), Target: it.Target, CID: f.CID, UID: it.UID, Name: o.m.presence.nameOf(it.UID), Text: it.Text, At: f.At,
		})
	}
	o.publish()
}

// joined: what was written against another log waits for the person's word.
func (o *outbox) joined(epoch string, reset bool) {
	for _, it := range slices.Clone(o.items) {
		if it.Since == nil || !reset && it.Since.Epoch == epoch {
			continue
		}
		if it.seq != 0 {
			o.remove(it)
			continue
		}
		if it.found != 0 {
			o.discard(it.CID) // what it changed is gone, too
			continue
		}
		it.Reset = true
		if !o.m.cfg.Shared {
			o.keep(it) // else another tab may have sent it: that is looked up before
		}
	}
	o.look()
	o.publish()
}

// resume: there is a way out again.
func (o *outbox) resume() {
	o.look()
	for _, it := range o.items {
		if !it.patient {
			it.notBefore = time.Time{}
		}
	}
	o.kick()
}

// interrupted: an answer will not come any more.
func (o *outbox) interrupted() {
	o.attempting = nil
	for _, it := range o.items {
		it.late, it.firstTry = it.isLate(o.m.now), time.Time{}
	}
	o.unlock()
}

func (o *outbox) kick() {
	if o.attempting != nil {
		return
	}
	if it := o.ready(); it != nil && o.hasLock() {
		o.try(it)
	} else if it == nil {
		o.unlock()
	}
}

// ready gives the entry that can go out now, if there is one.
func (o *outbox) ready() *item {
	if !o.m.canSend() {
		return nil
	}
	it := o.next()
	if it == nil {
		return nil
	}
	if wait := it.notBefore.Sub(o.m.now); wait > 0 {
		o.m.set(&o.wake, wait)
		return nil
	}
	return it
}

func (o *outbox) next() *item {
	for _, it := range o.items {
		if it.queued(o.m.now) {
			if o.heldBack(it) {
				continue
			}
			return it
		}
		if it.seq == 0 && it.waits(o.m.now) && !it.told {
			it.told = true
			o.m.act(Waits{it.CID})
		}
	}
	return nil
}

// place moves since on: only over rows that were looked at, one after the other.
// An entry that was never tried is in no row at all; one that was tried before an
// epoch was known may be in any.
func (it *item) place(g *roomLog) {
	if g.epoch == "" || it.found != 0 {
		return
	}
	if it.Since == nil {
		it.Since = &wire.Position{Epoch: g.epoch}
		if !it.Tried {
			it.Since.Seq = g.last
		}
	}
	if it.Since.Epoch == g.epoch && it.Since.Seq >= g.first-1 && it.Since.Seq < g.last {
		it.Since = &wire.Position{Epoch: g.epoch, Seq: g.last}
	}
}

func (o *outbox) try(it *item) {
	it.place(&o.m.feed.log)
	if it.firstTry.IsZero() {
		it.firstTry = o.m.now
	}
	it.Tried = true // which must be known before it can be true
	o.keep(it)
	a := &attempt{it}
	o.attempting = a
	body := wire.SendBody{Room: o.m.key, CID: it.CID, Kind: it.Kind, Target: it.Target, Text: it.Text, Since: it.Since, As: it.UID}
	o.m.send(body, func(reply frame, refused *refusal) {
		mine := o.attempting == a
		if mine {
			o.attempting = nil
		}
		switch {
		case refused == nil:
			o.sent(reply)
		case mine && it.seq == 0:
			o.refused(it, refused)
		}
		if mine {
			o.kick()
		}
	})
}

func (o *outbox) refused(it *item, why *refusal) {
	if why.code == "cid_conflict" {
		it.conflicts++
	}
	switch {
	case why.code == "reset" && it.found != 0:
		o.discard(it.CID)
	case why.code == "reset":
		it.Reset = true
		o.keep(it)
		if it.Since == nil || it.Since.Epoch == o.m.feed.log.epoch { // else it has begun anew meanwhile
			o.m.rejoin(true)
		}
	case why.code == "bad_request" && it.Kind != "":
		o.notUnderstood(it)
	case !why.temporary && !it.mayPass(why.code):
		it.Refused = why.code
		o.keep(it)
		o.m.act(Refused{it.CID, why.code})
	default:
		it.patient = why.retryAfter > 0
		it.notBefore = o.m.now.Add(it.backoff.next(why.retryAfter, 1))
		o.recover(it, why)
	}
}

// recover does what makes the next try better than this one.
func (o *outbox) recover(it *item, why *refusal) {
	switch why.code {
	case "not_joined":
		o.m.rejoin(false)
	case "unauthorized":
		o.m.verify()
	case "behind", "cid_conflict":
		if it.Since == nil {
			return
		}
		o.m.feed.lookOn(*it.Since, func(since wire.Position, refused *refusal) {
			if refused == nil && it.found == 0 && it.seq == 0 {
				it.Since = &since
				o.keep(it) // else another look at the store, where tabs share one, takes it back
			}
			if refused == nil {
				it.notBefore = time.Time{}
			}
			o.kick()
		})
	}
}

func (o *outbox) acknowledge(it *item, epoch string, seq int64) {
	if it.seq != 0 {
		return
	}
	it.seq = seq
	o.m.act(Acknowledged{it.CID, epoch, seq})
	o.m.act(Forget{it.CID})
	o.giveUp(it)
}

// giveUp waits no longer for the answer to an attempt; when it comes it counts
// all the same.
func (o *outbox) giveUp(it *item) {
	if o.attempting != nil && o.attempting.item == it {
		o.attempting = nil
		o.kick()
	}
}

// publish lets entries go that are rows of the log's run now.
func (o *outbox) publish() {
	last := o.m.feed.log.last
	o.items = slices.DeleteFunc(o.items, func(it *item) bool { return it.seq != 0 && it.seq <= last })
}

func (o *outbox) find(cid string) *item {
	i := slices.IndexFunc(o.items, func(it *item) bool { return it.CID == cid })
	if i < 0 {
		return nil
	}
	return o.items[i]
}

func (o *outbox) remove(it *item) {
	o.items = slices.DeleteFunc(o.items, func(other *item) bool { return other == it })
}

func (o *outbox) keep(it *item) { o.m.act(Keep{it.Entry}) }
