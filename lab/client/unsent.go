package client

import (
	"time"

	"projectchat/internal/wire"
)

// patience is how long an entry is on its way before it is shown as failed.
const patience = 15 * time.Second

// Unsent is an entry of the outbox as the person sees it.
type Unsent struct {
	CID, Kind, Text string
	Target          int64 // of a change; it and Kind as in [Entry]
	// State is "pending"; "failed" after a refusal, or 15 s on the way without an
	// acknowledgement, after which it is tried on; or "waiting" for the person's word.
	State string
}

// Unsent gives what is not among the shown rows yet, in the order of writing.
func (m *Machine) Unsent() (list []Unsent) {
	for _, it := range m.out.items {
		list = append(list, Unsent{it.CID, it.Kind, it.Text, it.Target, it.state(m.now)})
	}
	return list
}

// canSend tells whether there is a way out.
func (m *Machine) canSend() bool {
	switch {
	case m.ended:
		return false
	case m.poll.on:
		return m.poll.ready
	}
	return m.current != nil && !m.rejoining
}

// send sends a message by socket or by HTTP and calls done with what comes of it,
// once.
func (m *Machine) send(body wire.SendBody, done func(frame, *refusal)) {
	if m.poll.on {
		body.Room = m.cfg.Room
		m.ask("POST", "/api/messages", body, done)
		return
	}
	f := wire.Send{Head: m.current.head(wire.ActionSend), SendBody: body}
	m.request(m.current, wire.ActionSend, f, answerLimit, done)
}

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
	return i.late || i.seq == 0 && !i.firstTry.IsZero() && now.Sub(i.firstTry) >= patience
}
