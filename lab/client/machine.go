// Package client is a client of the chat's wire protocol: one tab of one person
// in one room. [Machine] is the whole of it, a state machine without I/O, clock
// or goroutine; [Run] drives one over real sockets. docs/client.md describes
// the machine as states, events and actions; web/src/client follows the same
// description.
package client

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Config says for whom a machine works.
type Config struct {
	Room   string  // in any spelling
	UID    string  // who the session says one is
	Seed   uint64  // of jitter and cids
	Outbox []Entry // what an earlier machine kept, in the order of writing
	Hidden bool    // the room is not in view at first
	// Polls: where no socket can be had it asks over HTTP, with [Fetch].
	Polls bool
	// Shared: other tabs use the same stored outbox. An entry goes out only under
	// its lock; see [Lock].
	Shared bool
	// Revision is the highest revision of the protocol that the client knows, as
	// that of a page which was loaded long ago; 0: the newest.
	Revision int
	// Chance gives what jitter is made of, at least 0 and less than 1. Nil: from Seed.
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

	links              []*link
	lastLink           int
	current, candidate *link
	ended, everLive    bool
	asking             bool // for the session
	retry, handOver    timer
	doubtful, failures int // handshakes that failed: the session is asked for; it is good
	asked              map[int]*asked
	lastAsk            int
	again              backoff

	key       string // the room as replies and pushes name it
	anew      bool   // the next join asks for the newest page, whatever is known
	rejoining bool
	visible   bool
	revision  int // of the server's protocol, as joined named it

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
	m.again.m = m
	m.feed.init(m)
	m.out.init(m, cfg.Outbox)
	m.heart.init(m)
	m.poll.init(m)
	m.presence.init(m)
	return m
}

// Handle takes an event at a moment that is not before the last one's, and gives
// what is to be done, in that order.
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
		m.opened(m.link(e.Link))
	case Received:
		m.received(m.link(e.Link), e.Frame)
	case Closed:
		m.lost(m.link(e.Link))
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

// Wake tells when the machine wants a [Tick] at the latest; ok is false if no
// time matters to it.
func (m *Machine) Wake() (at time.Time, ok bool) {
	if t := m.earliest(); t != nil {
		return t.at, true
	}
	return time.Time{}, false
}

// Position is up to where the log is known; Seq 0 and no epoch at first.
func (m *Machine) Position() (epoch string, seq int64) { return m.feed.log.epoch, m.feed.log.last }

// Live tells whether the machine has joined its room on an open connection.
func (m *Machine) Live() bool { return m.current != nil }

// Polling tells whether the machine asks over HTTP, for want of a socket.
func (m *Machine) Polling() bool { return m.poll.on }

// Pending is how many entries the outbox holds that will go out by themselves.
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

func (m *Machine) link(id int) *link {
	i := slices.IndexFunc(m.links, func(l *link) bool { return l.id == id })
	if i < 0 {
		return nil
	}
	return m.links[i]
}

// timer fires once, when its time comes.
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
