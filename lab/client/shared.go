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

// shared is the state of an outbox whose store other tabs use, too.
type shared struct {
	lock lockState
	mine map[string]wire.Position // the person's rows that arrived, by cid
}

// hasLock reports whether an entry may go out. If not, it asks for the lock.
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

func (o *outbox) locked(entries []Stored) {
	if o.lock != lockWanted {
		return
	}
	o.lock = lockHeld
	o.loaded(entries)
}

// look asks for the stored entries: other tabs may have left, sent or discarded some.
func (o *outbox) look() {
	if o.m.cfg.Shared {
		o.m.act(Load{})
	}
}

// loaded makes the entries here those of the store. Another tab may have tried an entry, or
// have sent or discarded it.
func (o *outbox) loaded(entries []Stored) {
	if o.m.ended {
		return
	}
	stored := map[string]Stored{}
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
			o.items = append(o.items, &item{Stored: e, backoff: backoff{m: o.m}})
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

// asStored takes an entry as the store has it. The store may not know yet that the log was
// reset; the entry keeps that mark unless the person has decided since.
func (o *outbox) asStored(it *item, e Stored) {
	reset := it.Reset && !e.Reset && !e.WordAt.After(it.WordAt)
	it.Stored = e
	if reset {
		it.Reset = true
		o.keep(it)
	}
}

// ofOtherEpochs: entries that were written against another log wait until the person decides.
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

// noteMine keeps a row of the person: the store may tell of its entry later.
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
