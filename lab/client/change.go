package client

import (
	"projectchat/internal/wire"
)

// The kinds of rows.
const (
	kindMessage = "message"
	kindEdit    = "edit"
	kindDelete  = "delete"
	kindReact   = "react"
)

// changing has the kinds of rows that are about a message. The value reports whether
// the row overwrites the message.
var changing = map[string]bool{kindEdit: true, kindDelete: true, kindReact: false}

// withChanges is the first revision of the protocol with changes and typing.
const withChanges = 2

// typingID is the id of every [wire.Typing]. Only a server that does not know the action
// answers it; the id keeps that error apart from the answers to requests.
var typingID = "t"

// knows reports whether the client itself knows a revision.
func (m *Machine) knows(revision int) bool {
	return m.cfg.Revision == 0 || m.cfg.Revision >= revision
}

// canChange reports whether the server is known to take changes. HTTP tells no revision;
// it needs none, as functions are deployed before the page.
func (m *Machine) canChange() bool { return m.revision >= withChanges || m.poll.on }

// found notes the row of an entry that overwrites. The entry goes out again until it is
// answered. Its since stays before its row, so that the server finds the row.
func (o *outbox) found(it *item, epoch string, seq int64) {
	if it.seq != 0 || it.found != 0 {
		return
	}
	it.found, it.Tried = seq, true
	it.Since = &wire.Position{Epoch: epoch, Seq: seq - 1}
	o.keep(it)
}

// heldBack reports whether an entry waits for a server that takes changes. The changes
// after it wait, too; messages do not.
func (o *outbox) heldBack(it *item) bool {
	return it.Kind != "" && (!o.m.canChange() || o.m.running(&o.changes))
}

// notUnderstood takes the bad_request of a change. A function of revision 1 refuses
// changes, and cannot say whether the row is in the log. Functions are deployed one after
// the other, so this may differ from what joined said. The change goes out again later,
// if the next answer to a join says that the server knows changes.
func (o *outbox) notUnderstood(it *item) {
	o.m.set(&o.changes, it.backoff.next(0, 1))
	o.m.rejoin(false)
}

// typing sends word that the person is writing.
func (m *Machine) typing() {
	if c := m.current; c != nil && c.state == open && m.revision >= withChanges && m.knows(withChanges) {
		head := wire.Head{Action: wire.ActionTyping, ID: &typingID}
		m.act(Transmit{c.id, wire.Encode(wire.Typing{Head: head, Room: m.room})})
	}
}
