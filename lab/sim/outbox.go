package sim

import (
	"slices"

	"projectchat/lab/check"
	"projectchat/lab/client"
)

// held is the state of each message in the outbox, in one life of a tab.
type held map[string]holding

type holding int

const (
	notHeld holding = iota
	sending         // the tab is to send it
	over            // it is in the log, or was given up
)

// keep is the tab's storage. An entry is tried from its first store on, as far as its author
// can tell. The order of writing is the order that the log should have.
func (t *tab) keep(e client.Stored) {
	if !t.store.keep(e) {
		t.w.record(check.Record{Op: check.Try, Who: t.name, Room: t.room, UID: e.UID, CID: e.CID, Kind: e.Kind, Target: e.Target, Text: e.Text})
		if e.Kind != "" {
			t.w.stats[e.Kind+" tried"]++
		}
	}
	t.holds([]client.Stored{e})
}

// holds records the entries that the tab finds in its outbox and is to send.
func (t *tab) holds(entries []client.Stored) {
	for _, e := range entries {
		if t.outbox[e.CID] == notHeld && e.UID == t.person.uid && !e.Reset && e.Refused == "" {
			t.outbox[e.CID] = sending
			t.record(check.Hold, check.Record{UID: e.UID, CID: e.CID})
		}
	}
}

// forget takes an entry out of the storage. Without the person's decision a client does so
// only if the entry is in the log. The exception is an edit or a deletion that was in a log
// before a restore: its message is gone.
func (t *tab) forget(cid string) {
	if i := t.store.index(cid); i >= 0 && slices.Contains([]string{"edit", "delete"}, t.store.entries[i].Kind) {
		t.discarded(cid)
	}
	t.store.forget(cid)
}

// discarded records that an entry was taken out without an acknowledgement.
func (t *tab) discarded(cid string) {
	if t.outbox[cid] != over {
		t.outbox[cid] = over
		t.record(check.Discard, check.Record{UID: t.person.uid, CID: cid})
	}
}
