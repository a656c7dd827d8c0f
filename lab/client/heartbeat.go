package client

import (
	"time"

	"projectchat/internal/wire"
)

const (
	// How long after its last message a room counts as lively.
	livelyPeriod = 5 * time.Minute
	// How long after the last push of messages the client pings, in view: in a lively room,
	// and in a quiet one.
	livelyInterval = 25 * time.Second
	quietInterval  = 2 * time.Minute
	// How long after the last ping the next one comes in any case, also out of view.
	longestInterval = 4 * time.Minute
	// How long after the last ping the next planned one may come.
	shortestInterval = 2 * time.Second
	// How long after the count of people has expired the client asks for it.
	countDelay = 500 * time.Millisecond
)

// heartbeat says when to ask whether the socket lives and how far the room's log is. A ping
// goes out when its interval (above) is over; in view also when the count of people has
// expired, as one of them may have vanished. It goes out at once when the page comes into
// view, the network comes back, or a request got no answer. docs/client.md says why that
// costs next to nothing.
type heartbeat struct {
	m                               *Machine
	timer                           timer
	lastPing, lastPush, lastMessage time.Time
	until                           time.Time // when the count of people expires; zero: not known
	running, asking, doubt          bool
}

func (h *heartbeat) init(m *Machine) { h.m, h.timer.fire = m, h.beat }

// start: a channel is in use. The join on it counts as a ping, as it tells the same.
func (h *heartbeat) start() {
	h.lastPing, h.lastPush = h.m.now, h.m.now
	h.running, h.asking = true, false
	h.plan()
}

func (h *heartbeat) stop() {
	h.running, h.asking = false, false
	h.m.clear(&h.timer)
}

// pushed: messages were pushed. Only this frame shows that pushes still come, and how far
// the log is.
func (h *heartbeat) pushed() {
	h.lastPush = h.m.now
	h.plan()
}

// message: somebody wrote. A row that comes while the room is open is new, whatever this
// machine's clock says. For a row of the first join, its own time counts.
func (h *heartbeat) message(newest wire.Message) {
	at, err := time.Parse(time.RFC3339, newest.At)
	if h.m.everLive || h.m.poll.ever || err == nil && h.m.now.Sub(at) < livelyPeriod {
		h.lastMessage = h.m.now
		h.plan()
	}
}

// holds: the count of people expires after this many ms, or never for 0.
func (h *heartbeat) holds(ms int64) {
	h.until = time.Time{}
	if ms > 0 {
		h.until = h.m.now.Add(time.Duration(ms) * time.Millisecond)
	}
	h.plan()
}

// askSoon: the last pong is in doubt. It asks again at the shortest interval.
func (h *heartbeat) askSoon() { h.doubt = true }

func (h *heartbeat) plan() {
	if !h.running {
		return
	}
	due := h.lastPing.Add(longestInterval)
	if h.m.visible {
		idle := quietInterval
		if h.m.now.Sub(h.lastMessage) < livelyPeriod {
			idle = livelyInterval
		}
		due = earlier(due, h.lastPush.Add(idle))
		if !h.until.IsZero() {
			due = earlier(due, h.until.Add(countDelay))
		}
	}
	// Two functions have two clocks. The shortest interval keeps their difference from
	// making a client ping on and on.
	if least := h.lastPing.Add(shortestInterval); h.doubt || due.Before(least) {
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
	h.lastPush = h.m.now // a pong tells as much as a push
	h.plan()
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
