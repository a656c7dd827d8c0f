package client

import (
	"slices"
	"time"

	"projectchat/internal/wire"
)

const (
	// The age from which an entry waits until the person decides.
	waitingAge = 24 * time.Hour
	// How long after its first try an entry is shown as failed.
	lateAge = 15 * time.Second
)

// item is an entry of the outbox: the part that the store keeps, and the part that only this
// tab knows.
type item struct {
	Stored
	notBefore time.Time
	backoff   backoff
	found     int64     // the seq of its row, if that arrived though no answer came; see [Stored.overwrites]
	seq       int64     // of its row, once it is acknowledged; else 0
	firstTry  time.Time // over the connection in use; lateAge counts from there
	late      bool      // it was not acknowledged in time; it is tried on all the same
	told      bool      // [Waits] has gone out
	patient   bool      // the server said when to try again
	conflicts int       // how often the server said that another row has its cid
}

// passingCodes are refusals after which the same entry may still go in.
var passingCodes = []string{"behind", "not_joined", "unauthorized", offline}

// mayPass reports whether the entry may still go in after a refusal. The other row that has
// its cid may be its own, with a text that was edited since: a function of revision 1 takes
// that for another message. So the client looks for that row a few times before it believes
// the refusal.
func (i *item) mayPass(code string) bool {
	if code == "cid_conflict" && !i.overwrites() {
		return i.conflicts < maxConflicts
	}
	return slices.Contains(passingCodes, code)
}

func (i *item) waits(now time.Time) bool { return i.Reset || now.Sub(i.WordAt) > waitingAge }

func (i *item) queued(now time.Time) bool {
	return i.seq == 0 && i.Refused == "" && (i.found != 0 || !i.waits(now))
}

// place moves since on, but only over rows that were looked at without a gap. An entry that
// was never tried can be in no row. One that was tried before an epoch was known can be in
// any.
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

// overwrites reports whether the entry changes the row of another message. Its own row in a
// list is no acknowledgement then: the server changes the other row later, and may have died
// before.
func (e Stored) overwrites() bool { return changing[e.Kind] }

func (i *item) state(now time.Time) string {
	switch {
	case i.seq != 0:
		return "pending"
	case i.Refused != "":
		return "failed"
	case i.waits(now):
		return "waiting"
	case i.isLate(now):
		return "failed"
	}
	return "pending"
}

func (i *item) isLate(now time.Time) bool {
	return i.late || i.seq == 0 && !i.firstTry.IsZero() && now.Sub(i.firstTry) >= lateAge
}
