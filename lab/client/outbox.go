package client

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"projectchat/internal/wire"
)

const (
	longestText = 4000
	// maxConflicts is how often an entry looks for its own row under its cid.
	maxConflicts = 3
)

// outbox is texts on their way into the log. None is lost, none goes in twice, and all go in
// the order of writing. One goes out at a time, and the next waits for its answer.
type outbox struct {
	m     *Machine
	items []*item
	shared
	attempting *attempt
	wake       timer
	changes    timer // changes are held back as long as it runs; see [outbox.notUnderstood]
	lastAt     time.Time
}

type attempt struct{ item *item }

func (o *outbox) init(m *Machine, kept []Stored) {
	o.m = m
	o.wake.fire, o.changes.fire = o.kick, o.kick
	for _, e := range kept {
		if e.UID == m.cfg.UID {
			o.items = append(o.items, &item{Stored: e, backoff: backoff{m: m}})
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
	e := Stored{
		UID: o.m.cfg.UID, Kind: c.Kind, Target: c.Target, Text: c.Text, Written: at, WordAt: at, Since: o.m.feed.position(),
		CID: fmt.Sprintf("%x-%x", at.UnixMilli(), o.m.random.Uint64()),
	}
	if len([]rune(c.Text)) > longestText {
		e.Refused = "too_large"
	}
	it := &item{Stored: e, backoff: backoff{m: o.m}}
	o.items = append(o.items, it)
	o.keep(it)
	o.kick()
}

// retry sends an entry again, with the same cid, because the person wants it.
func (o *outbox) retry(cid string) {
	it := o.find(cid)
	if it == nil || it.seq != 0 {
		return
	}
	if it.Reset {
		// The old position means nothing. The text may go in twice: the person has chosen that.
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

// arrived looks for acknowledgements in a list of rows, before any other rule.
func (o *outbox) arrived(epoch string, rows []wire.Message) {
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
		o.m.feed.reaches(f.Epoch, f.Seq) // the row may have been changed since: ask the log
	} else {
		o.m.feed.sent(f.Epoch, wire.Message{
			Seq: f.Seq, Kind: cmp.Or(it.Kind, kindMessage), Target: it.Target, CID: f.CID, UID: it.UID, Name: o.m.presence.nameOf(it.UID), Text: it.Text, At: f.At,
		})
	}
	o.publish()
}

// joined: entries that were written against another log wait until the person decides.
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
			o.discard(it.CID) // the message that it changed is gone, too
			continue
		}
		it.Reset = true
		if !o.m.cfg.Shared {
			o.keep(it) // else the store is read first: another tab may have sent it
		}
	}
	o.look()
	o.publish()
}

// resume: messages can go out again.
func (o *outbox) resume() {
	o.look()
	for _, it := range o.items {
		if !it.patient {
			it.notBefore = time.Time{}
		}
	}
	o.kick()
}

// interrupted: the channel is gone, so no answer will come.
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

// ready returns the entry that can go out now, if there is one.
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

func (o *outbox) try(it *item) {
	it.place(&o.m.feed.log)
	if it.firstTry.IsZero() {
		it.firstTry = o.m.now
	}
	it.Tried = true // the store must know of the try before it begins
	o.keep(it)
	a := &attempt{it}
	o.attempting = a
	body := wire.SendBody{Room: o.m.room, CID: it.CID, Kind: it.Kind, Target: it.Target, Text: it.Text, Since: it.Since, As: it.UID}
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
		if it.Since == nil || it.Since.Epoch == o.m.feed.log.epoch { // else the client has joined the new log meanwhile
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

// recover prepares a better next try.
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
				o.keep(it) // else the next read of a shared store would undo it
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

// giveUp ends the attempt that is under way if it is this entry's. An answer that comes later
// counts, too.
func (o *outbox) giveUp(it *item) {
	if o.attempting != nil && o.attempting.item == it {
		o.attempting = nil
		o.kick()
	}
}

// publish drops the entries that are known rows now.
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

func (o *outbox) keep(it *item) { o.m.act(Keep{it.Stored}) }
