package client

import (
	"slices"
	"time"

	"projectchat/internal/wire"
)

const (
	// How long missing rows may still come by push before they are asked for.
	gapDelay = 300 * time.Millisecond
	// How many pushes of another epoch are kept until joined names it.
	foreignLimit = 100
)

// rejoinCodes are refusals of a page after which only a join helps.
var rejoinCodes = []string{"reset", "behind", "not_joined"}

// feed keeps the known log level with the server's. A push is only a hint; the server's log
// is the truth.
type feed struct {
	m        *Machine
	log      roomLog
	fold     fold
	gap      timer
	backoff  backoff
	catching bool
	caught   []func(*refusal)
	foreign  []frame
	bare     mend
}

func (d *feed) init(m *Machine) {
	d.m, d.backoff.m = m, m
	d.log.ahead = map[int64]wire.Message{}
	d.fold = fold{}
	d.log.first = 1
	d.gap.fire = func() { d.catchUp(nil) }
}

func (d *feed) position() *wire.Position {
	if d.log.epoch == "" {
		return nil
	}
	return &wire.Position{Epoch: d.log.epoch, Seq: d.log.last}
}

// joined takes the answer to a join that asked for the rows after since, or for the newest
// page. The log may have reached the answer's epoch between question and answer.
func (d *feed) joined(f frame, since *wire.Position, fromNewest bool) {
	d.m.out.arrived(f.Epoch, f.Messages)
	ofEpoch := since != nil && since.Epoch == f.Epoch
	switch goesOn := f.Epoch == d.log.epoch && !fromNewest && !(ofEpoch && f.Reset); {
	case !goesOn:
		d.replace(f)
	case ofEpoch && d.isTorn(f.Messages):
		d.m.rejoin(true)
		return
	default:
		d.apply(f.Messages, f.Seq)
	}
	waiting := d.foreign
	d.foreign = nil
	for _, push := range waiting {
		if push.Epoch == d.log.epoch {
			d.push(push)
		}
	}
	if d.log.behind() {
		// These rows were there before the join: no push will bring them.
		d.catchUp(nil)
	}
}

func (d *feed) push(f frame) {
	d.m.out.arrived(f.Epoch, f.Messages)
	if f.Epoch == d.log.epoch {
		d.apply(f.Messages, 0)
		return
	}
	if len(d.foreign) < foreignLimit {
		d.foreign = append(d.foreign, f)
	}
	d.m.rejoin(false)
}

// reaches notes that the room's log reaches a position.
func (d *feed) reaches(epoch string, seq int64) {
	if epoch == d.log.epoch {
		d.apply(nil, seq)
		return
	}
	d.m.rejoin(false)
}

// sent takes the row of an acknowledged message.
func (d *feed) sent(epoch string, row wire.Message) {
	if epoch == d.log.epoch {
		d.apply([]wire.Message{row}, row.Seq)
		return
	}
	d.m.rejoin(false)
}

func (d *feed) replace(f frame) {
	fresh := d.log.replace(f.Epoch, f.Messages, f.Seq)
	d.m.act(Began{f.Epoch, d.log.first - 1})
	clear(d.fold)
	d.bare.seqs = nil
	d.changed(fresh)
	d.settle()
}

func (d *feed) apply(messages []wire.Message, end int64) {
	fresh := d.log.add(messages)
	d.log.note(end)
	d.changed(fresh)
	d.settle()
}

func (d *feed) changed(fresh []wire.Message) {
	if len(fresh) > 0 {
		d.m.act(Shown{d.log.epoch, fresh})
		d.fold.take(fresh)
		d.bare.took(fresh)
		d.m.heart.message(fresh[len(fresh)-1])
		d.m.out.arrived(d.log.epoch, fresh)
	}
	d.m.out.publish()
}

// settle gives missing rows a moment to arrive by push, then asks for them.
func (d *feed) settle() {
	if !d.log.behind() || !d.m.canAsk() {
		d.m.clear(&d.gap)
	} else if !d.m.running(&d.gap) && !d.catching {
		d.m.set(&d.gap, gapDelay)
	}
}

// catchUp asks for the rows after the last known one until there are no more. It makes one
// request at a time. done may be nil.
func (d *feed) catchUp(done func(*refusal)) {
	if done != nil {
		d.caught = append(d.caught, done)
	}
	if !d.catching {
		d.catching = true
		d.askOn()
	}
}

func (d *feed) askOn() {
	d.m.clear(&d.gap)
	at := d.position()
	if !d.m.canAsk() || at == nil {
		d.ended(nil)
		return
	}
	d.history(at.Seq, func(page frame, refused *refusal) {
		switch {
		case refused != nil:
			d.failed(refused)
		case !d.took(page, at):
			d.ended(nil)
		case page.More || d.log.behind():
			d.askOn()
		default:
			d.backoff.up()
			d.ended(nil)
		}
	})
}

func (d *feed) ended(refused *refusal) {
	d.catching = false
	caught := d.caught
	d.caught = nil
	for _, done := range caught {
		done(refused)
	}
	d.settle()
}

// took takes a page after a position. It returns false if asking must stop for now.
func (d *feed) took(page frame, at *wire.Position) bool {
	d.m.out.arrived(page.Epoch, page.Messages)
	if at.Epoch != d.log.epoch {
		return true
	}
	if page.Epoch != at.Epoch || d.isTorn(page.Messages) {
		// The answer to the join tells whether this is another log, or one that lost its beginning.
		d.m.rejoin(false)
		return false
	}
	d.apply(page.Messages, 0)
	if d.log.last > at.Seq {
		return true
	}
	if !page.More {
		d.log.level()
	}
	if d.log.behind() {
		d.later(0) // rows wait that the page did not show yet: a query is no snapshot
	}
	return false
}

// isTorn reports whether the page does not continue the known rows.
func (d *feed) isTorn(page []wire.Message) bool { return len(page) > 0 && page[0].Seq > d.log.last+1 }

func (d *feed) failed(refused *refusal) {
	if slices.Contains(rejoinCodes, refused.code) {
		d.m.rejoin(false)
	} else if refused.temporary {
		d.later(refused.retryAfter)
	}
	d.ended(refused)
}

func (d *feed) later(retryAfter time.Duration) {
	d.m.set(&d.gap, gapDelay+d.backoff.next(retryAfter, 1))
}

// pull loads the newest page, or the rows after the last known one.
func (d *feed) pull(fromNewest bool, done func(*refusal)) {
	at := d.position()
	if fromNewest {
		at = nil
	}
	d.m.ask("GET", d.m.messages(at), nil, func(page frame, refused *refusal) {
		switch {
		case refused == nil:
			d.pulled(page, at, done)
		case refused.code == "reset" && !fromNewest:
			d.pull(true, done)
		case refused.code == "not_found": // nobody has written in the room yet
			done(nil)
		default:
			done(refused)
		}
	})
}

func (d *feed) pulled(page frame, at *wire.Position, done func(*refusal)) {
	d.m.out.arrived(page.Epoch, page.Messages)
	switch goesOn := page.Epoch == d.log.epoch && !d.isTorn(page.Messages); {
	case goesOn:
		d.apply(page.Messages, 0)
	case at != nil:
		d.pull(true, done)
		return
	default:
		page.Seq = 0
		if n := len(page.Messages); n > 0 {
			page.Seq = page.Messages[n-1].Seq
		}
		d.replace(page)
	}
	if at != nil && page.More {
		d.log.note(d.log.last + 1)
	}
	if !d.log.behind() {
		done(nil)
		return
	}
	d.catchUp(func(*refusal) { done(nil) })
}
