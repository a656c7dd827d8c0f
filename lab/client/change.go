package client

import "projectchat/internal/wire"

// The kinds of rows.
const (
	kindMessage = "message"
	kindEdit    = "edit"
	kindDelete  = "delete"
	kindReact   = "react"
)

// changing are the kinds of rows that are about a message; true if the row
// overwrites the message.
var changing = map[string]bool{kindEdit: true, kindDelete: true, kindReact: false}

// withChanges is the revision of a server that knows of changes and of typing.
const withChanges = 2

// typingID lets a client tell an answer to [wire.Typing], which only a server
// that does not know it gives, from the answer to a request under way.
var typingID = "t"

// knows tells whether the client itself knows a revision.
func (m *Machine) knows(revision int) bool {
	return m.cfg.Revision == 0 || m.cfg.Revision >= revision
}

// canChange tells whether the server takes changes, as far as is known. Over HTTP
// that is taken for granted: functions are deployed before the page.
func (m *Machine) canChange() bool { return m.revision >= withChanges || m.poll.on }

// overwrites tells that the row of an entry changes another. Its own row in a list
// is then no acknowledgement: the function may have died between the two.
func (e Entry) overwrites() bool { return changing[e.Kind] }

// found: an entry that overwrites is in the log; it goes on until it is answered.
// Its since stays before its row, so that the server finds it.
func (o *outbox) found(it *item, epoch string, seq int64) {
	if it.seq != 0 || it.found != 0 {
		return
	}
	it.found, it.Tried = seq, true
	it.Since = &wire.Position{Epoch: epoch, Seq: seq - 1}
	o.keep(it)
}

// heldBack tells whether an entry waits for a server that takes changes. It holds
// up the changes after it, and no message.
func (o *outbox) heldBack(it *item) bool {
	return it.Kind != "" && (!o.m.canChange() || o.m.running(&o.changes))
}

// notUnderstood: a function from before there were changes answers a change with
// bad_request, whatever joined said: functions are deployed one after the other.
// It does not know either whether the row is in the log. So the change is no more
// refused than lost; it goes out again later, if by the next answer to a join the
// server knows of changes at all.
func (o *outbox) notUnderstood(it *item) {
	o.m.set(&o.changes, it.backoff.next(0, 1))
	o.m.rejoin(false)
}

// typing tells the others that the person writes.
func (m *Machine) typing() {
	if l := m.current; l != nil && l.state == open && m.revision >= withChanges && m.knows(withChanges) {
		head := wire.Head{Action: wire.ActionTyping, ID: &typingID}
		m.act(Transmit{l.id, wire.Encode(wire.Typing{Head: head, Room: m.key})})
	}
}
