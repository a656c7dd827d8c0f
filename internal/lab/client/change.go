package client

import "projectchat/internal/wire"

// The kinds of rows.
const (
	kindMessage = "message"
	kindEdit    = "edit"
	kindDelete  = "delete"
	kindReact   = "react"
)

// withChanges is the revision of a server that knows of changes and of typing.
const withChanges = 2

// overwrites tells that the row of an entry changes another. Its own row in a list
// is then no acknowledgement: the function may have died between the two.
func (e Entry) overwrites() bool { return e.Kind == kindEdit || e.Kind == kindDelete }

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

// typing tells the others that the person writes.
func (m *Machine) typing() {
	if l := m.current; l != nil && l.state == open && m.revision >= withChanges {
		m.act(Transmit{l.id, wire.Encode(wire.Typing{Head: wire.Head{Action: wire.ActionTyping}, Room: m.key})})
	}
}
