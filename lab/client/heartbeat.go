package client

import (
	"time"

	"projectchat/internal/wire"
)

const (
	lively  = 5 * time.Minute
	soon    = 2 * time.Second
	eager   = 25 * time.Second
	quiet   = 2 * time.Minute
	longest = 4 * time.Minute
	over    = 500 * time.Millisecond // so much after the count of people may be wrong it is asked for
)

// heartbeat says when to ask whether the socket lives and how far the room is:
// 25 s after the room's last push of messages while it is in view and was lively in the
// last five minutes, 2 min where it is quiet, else, and whatever arrives, 4 min
// after the last ping, and at once when a request got no answer; and, while it is
// in view, as soon as the count of people may be wrong because one of them has
// vanished. People who live give signs of it in time, so that in a quiet room this
// comes first at most 20 s before the 2 min are over, and seldom; docs/client.md
// works it out.
type heartbeat struct {
	m                               *Machine
	timer                           timer
	lastPing, lastPush, lastMessage time.Time
	until                           time.Time // the count of people holds; zero: not known
	running, asking, doubt          bool
}

func (h *heartbeat) init(m *Machine) { h.m, h.timer.fire = m, h.beat }

// start: a join counts as a ping; it tells the same.
func (h *heartbeat) start() {
	h.lastPing, h.lastPush = h.m.now, h.m.now
	h.running, h.asking = true, false
	h.plan()
}

func (h *heartbeat) stop() {
	h.running, h.asking = false, false
	h.m.clear(&h.timer)
}

// pushed: no other frame than messages shows that pushes come and how far the log
// is.
func (h *heartbeat) pushed() {
	h.lastPush = h.m.now
	h.plan()
}

// message: somebody wrote. What comes while one is there is new, whatever this
// machine's clock says; of what a first join brings the row's own time counts.
func (h *heartbeat) message(newest wire.Message) {
	at, err := time.Parse(time.RFC3339, newest.At)
	if h.m.everLive || h.m.poll.ever || err == nil && h.m.now.Sub(at) < lively {
		h.lastMessage = h.m.now
		h.plan()
	}
}

// holds: the count of people was said to hold for so many ms, 0 if that is not known.
func (h *heartbeat) holds(ms int64) {
	h.until = time.Time{}
	if ms > 0 {
		h.until = h.m.now.Add(time.Duration(ms) * time.Millisecond)
	}
	h.plan()
}

// soon: what the last pong said is to be asked again, in 2 s.
func (h *heartbeat) soon() { h.doubt = true }

func (h *heartbeat) plan() {
	if !h.running {
		return
	}
	due := h.lastPing.Add(longest)
	if h.m.visible {
		idle := quiet
		if h.m.now.Sub(h.lastMessage) < lively {
			idle = eager
		}
		due = earlier(due, h.lastPush.Add(idle))
		if !h.until.IsZero() {
			due = earlier(due, h.until.Add(over))
		}
	}
	// Of two functions each goes by its own clock: none makes a client ask on and on.
	if least := h.lastPing.Add(soon); h.doubt || due.Before(least) {
		due = least
	}
	h.m.set(&h.timer, due.Sub(h.m.now))
}

func (h *heartbeat) beat() {
	if h.running && !h.asking {
		h.asking, h.doubt, h.lastPing, h.until = true, false, h.m.now, time.Time{}
		h.m.ping()
	}
}

func (h *heartbeat) beaten() {
	h.asking = false
	h.lastPush = h.m.now // a pong tells as much
	h.plan()
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
