package check

import (
	"slices"
	"time"
)

// holding is that somebody has a message in an outbox from a time on.
type holding struct {
	who  string
	from time.Duration
}

// inOutbox takes what is told of a message that was tried, but for that it is in
// the log.
func (c *checker) inOutbox(r Record) {
	a := c.attempts[message{r.Room, r.UID, r.CID}]
	switch {
	case a == nil:
	case r.Op == Hold:
		a.holds = append(a.holds, holding{r.Who, r.T})
	default:
		a.answers = append(a.answers, r)
	}
}

func (a *attempt) isRefused() bool {
	return slices.ContainsFunc(a.answers, func(r Record) bool { return r.Op == Refuse })
}

// sending: what is written goes out. Whoever has it in an outbox, and is up, is
// answered as soon as promised; whoever of them sends it.
func (c *checker) sending() {
	marks := c.marks()
	for _, a := range c.inOrder {
		due := false
		for _, h := range a.holds {
			o := c.byName[[2]string{h.who, a.room}]
			if o == nil {
				continue // it was never up
			}
			for _, w := range windows(marks, h.from) {
				if w, ok := o.allowed(w); ok && w.due <= c.end {
					due = c.answered(a, h, w) || due
				}
			}
		}
		if due {
			c.report.Due++
		}
	}
}

// answered judges a message in one outbox; false if there was an answer before.
func (c *checker) answered(a *attempt, h holding, w window) (due bool) {
	i := slices.IndexFunc(a.answers, func(r Record) bool { return r.answers(h) })
	if i < 0 || a.answers[i].T > w.due {
		c.fail(Unacknowledged, "%s had %s of %s in its outbox since %v, and no answer at %v", h.who, a.cid, a.room, h.from, w.due)
		return true
	}
	r := a.answers[i]
	if r.T < w.from {
		return false
	}
	if within := w.due - w.from; r.Op == Ack {
		c.report.SlowestAck[within] = max(c.report.SlowestAck[within], r.T-w.from)
	}
	return true
}

// answers tells whether a record ends what began with a holding. A refusal before
// it does not, nor does that it had to wait: since then it was to be sent again.
func (r Record) answers(h holding) bool {
	return r.Op == Ack || r.Op == Discard || r.T >= h.from
}
