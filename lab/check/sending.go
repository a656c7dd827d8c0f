package check

import (
	"slices"
	"time"
)

// holding is a message in an observer's outbox from a time on.
type holding struct {
	who  string
	from time.Duration
}

// inOutbox takes the records about a tried message, except those of its row.
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

// sending: an entry of an outbox goes out. An observer that has it, and is up, is answered as
// soon as promised, whichever of them sends it.
func (c *checker) sending() {
	marks := c.marks()
	for _, a := range c.inOrder {
		due := false
		for _, h := range a.holds {
			o := c.byName[[2]string{h.who, a.room}]
			if o == nil {
				continue // the observer was never up
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

// answered judges a message in one outbox. It returns false if there was an answer before.
func (c *checker) answered(a *attempt, h holding, w window) (due bool) {
	i := slices.IndexFunc(a.answers, func(r Record) bool { return r.answers(h) })
	if i < 0 || a.answers[i].T > w.due {
		c.fail(Unacknowledged, "%s had %s of %s in its outbox since %v, without an answer at %v", h.who, a.cid, a.room, h.from, w.due)
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

// answers reports whether a record ends a holding. A refusal before the holding does not. Nor
// does a wait before it: since then the entry was to be sent again.
func (r Record) answers(h holding) bool {
	return r.Op == Ack || r.Op == Discard || r.T >= h.from
}
