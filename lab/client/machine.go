// Package client is a client of the chat's wire protocol: one tab of one person in one room.
// [Machine] is a state machine without I/O, clock or goroutine; [Driver] runs one over real
// sockets. docs/client.md describes the machine as states, events and actions.
// web/src/client follows the same description in the same words.
package client

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Config is the person and the room of a machine.
type Config struct {
	Room   string   // in any spelling
	UID    string   // of the session
	Seed   uint64   // of jitter and cids
	Outbox []Stored // the entries of an earlier machine, in the order of writing
	Hidden bool     // the room is not in view at first
	// Polls: the machine asks over HTTP, with [Fetch], where no socket can be had.
	Polls bool
	// Shared: other tabs use the same stored outbox. An entry goes out only under its lock;
	// see [Lock].
	Shared bool
	// Revision is the highest revision of the protocol that the client knows; 0: the newest.
	// A page that was loaded long ago knows an older one.
	Revision int
	// Chance returns numbers for jitter, at least 0 and less than 1. Nil: from Seed.
	Chance func() float64
}

// Machine is the client. It is not safe for concurrent use.
type Machine struct {
	cfg     Config
	random  *rand.Rand
	chance  func() float64 // of jitter
	now     time.Time
	actions []Action
	timers  []*timer

	channels           []*channel
	lastChannel        int
	current, candidate *channel
	ended, everLive    bool
	asking             bool // whether the session is still there
	retry, handOver    timer
	doubtful, failures int // failed handshakes: the session is in question; the session is good
	asked              map[int]*asked
	lastAsk            int
	backoff            backoff

	room       string // the room as replies and pushes name it
	fromNewest bool   // the next join asks for the newest page, whatever is known
	rejoining  bool
	visible    bool
	revision   int // of the server's protocol, as joined named it

	feed     feed
	out      outbox
	heart    heartbeat
	poll     poll
	presence presence
}

// New makes a machine. It does nothing before [Start].
func New(cfg Config) *Machine {
	m := &Machine{cfg: cfg, random: rand.New(rand.NewPCG(cfg.Seed, 0x636c69656e74)), visible: !cfg.Hidden}
	m.asked = map[int]*asked{}
	m.chance = cfg.Chance
	if m.chance == nil {
		m.chance = m.random.Float64
	}
	m.retry.fire, m.handOver.fire = m.open, m.open
	m.backoff.m = m
	m.feed.init(m)
	m.out.init(m, cfg.Outbox)
	m.heart.init(m)
	m.poll.init(m)
	m.presence.init(m)
	return m
}

// Handle takes an event and returns the actions to do, in that order. now must not be before
// the last event's.
func (m *Machine) Handle(now time.Time, e Event) []Action {
	m.now = now
	for m.fireDue() {
	}
	switch e := e.(type) {
	case Start:
		m.out.publish()
		m.open()
	case Stop:
		m.stop()
	case Opened:
		m.opened(m.channel(e.Channel))
	case Received:
		m.received(m.channel(e.Channel), e.Frame)
	case Closed:
		m.lost(m.channel(e.Channel))
	case SessionIs:
		m.sessionIs(e)
	case Fetched:
		m.fetched(e)
	case Locked:
		m.out.locked(e.Entries)
	case Loaded:
		m.out.loaded(e.Entries)
	case Write:
		m.out.write(Change{Text: e.Text})
	case Change:
		m.out.write(e)
	case Type:
		m.typing()
	case Retry:
		m.out.retry(e.CID)
	case Discard:
		m.out.discard(e.CID)
	case View:
		m.view(e.Visible)
	case Online:
		m.retryNow()
		m.heart.beat()
		m.poll.now()
	}
	actions := m.actions
	m.actions = nil
	return actions
}

// Wake returns when the machine needs a [Tick] at the latest. ok is false if it waits for no
// time.
func (m *Machine) Wake() (at time.Time, ok bool) {
	if t := m.earliest(); t != nil {
		return t.at, true
	}
	return time.Time{}, false
}

// Position returns the position up to which the log is known; no epoch and seq 0 at first.
func (m *Machine) Position() (epoch string, seq int64) { return m.feed.log.epoch, m.feed.log.last }

// Live reports whether the machine has joined its room on an open connection.
func (m *Machine) Live() bool { return m.current != nil }

// Polling reports whether the machine asks over HTTP, for want of a socket.
func (m *Machine) Polling() bool { return m.poll.on }

// Pending returns the number of entries that will go out without a decision of the person.
func (m *Machine) Pending() int {
	n := 0
	for _, item := range m.out.items {
		if item.queued(m.now) {
			n++
		}
	}
	return n
}

func (m *Machine) act(a Action) { m.actions = append(m.actions, a) }

func (m *Machine) view(visible bool) {
	m.visible = visible
	if visible {
		if !m.poll.on {
			m.retryNow()
		}
		m.heart.beat()
		m.poll.now()
		return
	}
	m.heart.plan()
}

func (m *Machine) channel(id int) *channel {
	i := slices.IndexFunc(m.channels, func(c *channel) bool { return c.id == id })
	if i < 0 {
		return nil
	}
	return m.channels[i]
}

// timer calls fire once, when its time comes.
type timer struct {
	at   time.Time
	fire func()
}

func (m *Machine) set(t *timer, d time.Duration) {
	m.clear(t)
	t.at = m.now.Add(max(d, 0))
	m.timers = append(m.timers, t)
}

func (m *Machine) clear(t *timer) {
	m.timers = slices.DeleteFunc(m.timers, func(other *timer) bool { return other == t })
}

func (m *Machine) running(t *timer) bool { return slices.Contains(m.timers, t) }

func (m *Machine) earliest() (first *timer) {
	for _, t := range m.timers {
		if first == nil || t.at.Before(first.at) {
			first = t
		}
	}
	return first
}

func (m *Machine) fireDue() bool {
	t := m.earliest()
	if t == nil || t.at.After(m.now) {
		return false
	}
	m.clear(t)
	t.fire()
	return true
}
