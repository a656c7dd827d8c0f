package sim

import (
	"slices"

	"projectchat/lab/check"
	"projectchat/lab/client"
)

// held is what one life of a tab knows of the messages in its outbox.
type held map[string]holding

type holding int

const (
	notHeld holding = iota
	sending         // it is to send it
	over            // it is in the log, or was given up
)

// keep is the tab's storage. What is first kept is tried from then on, as far as
// its author can tell: the order of writing is that in which it should stand.
func (t *tab) keep(e client.Stored) {
	if !t.store.keep(e) {
		t.w.record(check.Record{Op: check.Try, Who: t.name, Room: t.room, UID: e.UID, CID: e.CID, Kind: e.Kind, Target: e.Target, Text: e.Text})
		if e.Kind != "" {
			t.w.stats[e.Kind+" tried"]++
		}
	}
	t.holds([]client.Stored{e})
}

// holds records what the tab finds in its outbox, and is to send.
func (t *tab) holds(entries []client.Stored) {
	for _, e := range entries {
		if t.outbox[e.CID] == notHeld && e.UID == t.person.uid && !e.Reset && e.Refused == "" {
			t.outbox[e.CID] = sending
			t.record(check.Hold, check.Record{UID: e.UID, CID: e.CID})
		}
	}
}

// forget takes an entry out of the storage. Unasked a client does so only where it
// is in the log; but an edit or a deletion that is in a log before a restore has
// nothing to change any more.
func (t *tab) forget(cid string) {
	if i := t.store.index(cid); i >= 0 && slices.Contains([]string{"edit", "delete"}, t.store.entries[i].Kind) {
		t.discarded(cid)
	}
	t.store.forget(cid)
}

// discarded records that an entry is taken out without being acknowledged.
func (t *tab) discarded(cid string) {
	if t.outbox[cid] != over {
		t.outbox[cid] = over
		t.record(check.Discard, check.Record{UID: t.person.uid, CID: cid})
	}
}
