package client

import (
	"slices"

	"projectchat/internal/wire"
)

type lockState int

const (
	lockFree lockState = iota
	lockWanted
	lockHeld
)

// shared is what an outbox has to know where other tabs use the same store.
type shared struct {
	lock lockState
	mine map[string]wire.Position // rows of one's own that were seen, by cid
}

// hasLock tells whether an entry may go out; if not, it asks for the lock.
func (o *outbox) hasLock() bool {
	if !o.m.cfg.Shared || o.lock == lockHeld {
		return true
	}
	if o.lock == lockFree {
		o.lock = lockWanted
		o.m.act(Lock{})
	}
	return false
}

func (o *outbox) unlock() {
	if o.lock != lockFree {
		o.lock = lockFree
		o.m.act(Unlock{})
	}
}

func (o *outbox) locked(entries []Entry) {
	if o.lock != lockWanted {
		return
	}
	o.lock = lockHeld
	o.loaded(entries)
}

// look asks what other tabs have left, sent or taken out.
func (o *outbox) look() {
	if o.m.cfg.Shared {
		o.m.act(Load{})
	}
}

// loaded makes the entries here those of the store: what another tab has sent or
// taken out is gone, what it has tried was tried.
func (o *outbox) loaded(entries []Entry) {
	if o.m.ended {
		return
	}
	stored := map[string]Entry{}
	for _, e := range entries {
		stored[e.CID] = e
	}
	for _, it := range slices.Clone(o.items) {
		switch e, ok := stored[it.CID]; {
		case it.seq != 0:
		case ok:
			o.asStored(it, e)
		default:
			o.remove(it)
			o.giveUp(it)
		}
	}
	for _, e := range entries {
		if e.UID == o.m.cfg.UID && o.find(e.CID) == nil {
			o.items = append(o.items, &item{Entry: e, backoff: backoff{m: o.m}})
		}
		if e.Written.After(o.lastAt) {
			o.lastAt = e.Written
		}
	}
	slices.SortStableFunc(o.items, func(a, b *item) int { return a.Written.Compare(b.Written) })
	o.seenBefore()
	o.ofOtherEpochs()
	o.publish()
	o.kick()
}

// asStored: the store tells what became of an entry, but not yet that the log has
// begun anew since; unless the person has had a word on it.
func (o *outbox) asStored(it *item, e Entry) {
	reset := it.Reset && !e.Reset && !e.WordAt.After(it.WordAt)
	it.Entry = e
	if reset {
		it.Reset = true
		o.keep(it)
	}
}

// ofOtherEpochs: what was written against another log waits for the person's word.
func (o *outbox) ofOtherEpochs() {
	epoch := o.m.feed.log.epoch
	for _, it := range slices.Clone(o.items) {
		switch {
		case epoch == "" || it.Since == nil || it.Since.Epoch == epoch || it.Reset || it.seq != 0:
		case it.found != 0:
			o.discard(it.CID)
		default:
			it.Reset = true
			o.keep(it)
		}
	}
}

// noteMine: the store may tell of an entry only after its row came.
func (o *outbox) noteMine(epoch string, row wire.Message) {
	if o.mine == nil {
		o.mine = map[string]wire.Position{}
	}
	if o.m.cfg.Shared {
		o.mine[row.CID] = wire.Position{Epoch: epoch, Seq: row.Seq}
	}
}

func (o *outbox) seenBefore() {
	for _, it := range slices.Clone(o.items) {
		at, ok := o.mine[it.CID]
		switch {
		case !ok || it.seq != 0 || at.Epoch != o.m.feed.log.epoch:
		case it.overwrites():
			o.found(it, at.Epoch, at.Seq)
		default:
			o.acknowledge(it, at.Epoch, at.Seq)
		}
	}
}
