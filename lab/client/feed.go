package client

import (
	"slices"
	"time"

	"projectchat/internal/wire"
)

const (
	hold         = 300 * time.Millisecond
	pageSize     = 100
	foreignLimit = 100 // pushes of another epoch that are kept until joined names theirs
)

var mustRejoin = []string{"reset", "behind", "not_joined"}

// feed keeps the log level with the server: a push is only a hint.
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

// joined takes the answer to a join that asked for what came after since, or to
// begin anew. The log may have come to the answer's epoch since it was asked.
func (d *feed) joined(f frame, since *wire.Position, anew bool) {
	d.m.out.seen(f.Epoch, f.Messages)
	ofEpoch := since != nil && since.Epoch == f.Epoch
	switch goesOn := f.Epoch == d.log.epoch && !anew && !(ofEpoch && f.Reset); {
	case !goesOn:
		d.replace(f)
	case ofEpoch && d.torn(f.Messages):
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
		// It was there before the join: no push will bring it.
		d.catchUp(nil)
	}
}

func (d *feed) push(f frame) {
	d.m.out.seen(f.Epoch, f.Messages)
	if f.Epoch == d.log.epoch {
		d.apply(f.Messages, 0)
		return
	}
	if len(d.foreign) < foreignLimit {
		d.foreign = append(d.foreign, f)
	}
	d.m.rejoin(false)
}

// head takes what a pong tells of the room.
func (d *feed) head(epoch string, seq int64) {
	if epoch == d.log.epoch {
		d.apply(nil, seq)
		return
	}
	d.m.rejoin(false)
}

// sent takes an acknowledged message of one's own, as the row that it is.
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

func (d *feed) apply(messages []wire.Message, head int64) {
	fresh := d.log.add(messages)
	d.log.note(head)
	d.changed(fresh)
	d.settle()
}

func (d *feed) changed(fresh []wire.Message) {
	if len(fresh) > 0 {
		d.m.act(Shown{d.log.epoch, fresh})
		d.fold.take(fresh)
		d.bare.took(fresh)
		d.m.heart.message(fresh[len(fresh)-1])
		d.m.out.seen(d.log.epoch, fresh)
	}
	d.m.out.publish()
}

// settle gives what is missing a moment to arrive by push, then asks.
func (d *feed) settle() {
	if !d.log.behind() || !d.m.canAsk() {
		d.m.clear(&d.gap)
	} else if !d.m.running(&d.gap) && !d.catching {
		d.m.set(&d.gap, hold)
	}
}

// catchUp asks for what comes after the log's end, until there is no more; one
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
			d.backoff.isUp()
			d.ended(nil)
		}
	})
}

// canAsk tells whether there is somebody to ask for a page.
func (m *Machine) canAsk() bool { return m.poll.on || m.current != nil }

func (d *feed) history(after int64, done func(frame, *refusal)) {
	if d.m.poll.on {
		d.m.ask("GET", d.m.messages(&wire.Position{Seq: after}), nil, done)
		return
	}
	l, limit := d.m.current, pageSize
	if l == nil {
		done(frame{}, unknownOutcome())
		return
	}
	f := wire.History{Head: l.head(wire.ActionHistory), Room: d.m.key, After: &after, Limit: &limit}
	d.m.request(l, wire.ActionHistory, f, answerLimit, done)
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

// took takes a page after a place; false when there is nothing to go on with now.
func (d *feed) took(page frame, at *wire.Position) bool {
	d.m.out.seen(page.Epoch, page.Messages)
	if at.Epoch != d.log.epoch {
		return true
	}
	if page.Epoch != at.Epoch || d.torn(page.Messages) {
		// The answer to the join tells whether it is another log, or has lost its beginning.
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
		d.later(0) // rows are held that the log did not show yet: a query is no snapshot
	}
	return false
}

func (d *feed) torn(page []wire.Message) bool { return len(page) > 0 && page[0].Seq > d.log.last+1 }

func (d *feed) failed(refused *refusal) {
	if slices.Contains(mustRejoin, refused.code) {
		d.m.rejoin(false)
	} else if refused.temporary {
		d.later(refused.retryAfter)
	}
	d.ended(refused)
}

func (d *feed) later(retryAfter time.Duration) {
	d.m.set(&d.gap, hold+d.backoff.next(retryAfter, 1))
}

// lookOn looks at the log behind since, wherever that is, until what is known
// goes on from there and is level.
func (d *feed) lookOn(since wire.Position, done func(wire.Position, *refusal)) {
	if since.Seq >= d.log.first-1 {
		d.catchUp(func(refused *refusal) {
			if since.Epoch == d.log.epoch {
				since.Seq = d.log.last
			}
			done(since, refused)
		})
		return
	}
	d.history(since.Seq, func(page frame, refused *refusal) {
		if refused != nil || page.Epoch != since.Epoch {
			done(since, refused)
			return
		}
		d.m.out.seen(page.Epoch, page.Messages)
		from := since.Seq
		for _, row := range page.Messages {
			if row.Seq == since.Seq+1 {
				since.Seq++
			}
		}
		if since.Seq == from {
			done(since, nil)
			return
		}
		d.lookOn(since, done)
	})
}
