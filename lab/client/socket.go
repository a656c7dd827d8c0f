package client

import (
	"slices"
	"time"
)

const (
	// API Gateway cuts at 2 h; everybody moves over before that, not all at once.
	handOverFrom = 100 * time.Minute
	handOverSpan = 15 * time.Minute

	backoffCap  = 30 * time.Second
	backoffBase = 500 * time.Millisecond
	// A thousand clients that are each up for so long knock no more than 100 times a second.
	steady = 10 * time.Second

	// comeBack is how many a second may come back: API Gateway takes 500 new
	// connections a second.
	comeBack = 150
	// outOfView is the crowd that a tab reckons with of which nobody sees whether it
	// is there: in a storm most of the tabs of many small rooms are such.
	outOfView = 900
)

// hopelessJoin are refusals of a join that the same join will meet again.
var hopelessJoin = []string{"bad_request", "forbidden", "not_found", "too_large"}

// backoff is full jitter: rand(0, min(30 s, first · 2ⁿ)), beginning anew once
// something was up for 10 s.
type backoff struct {
	m     *Machine
	tries int
	up    time.Time
}

// next is how long to wait, never less than retryAfter. first is 0.5 s, or what
// a crowd of so many needs to come back one after the other.
func (b *backoff) next(retryAfter time.Duration, crowd int) time.Duration {
	if !b.up.IsZero() && b.m.now.Sub(b.up) >= steady {
		b.tries = 0
	}
	b.up = time.Time{}
	first := max(backoffBase, time.Duration(crowd)*time.Second/comeBack)
	span := min(backoffCap, first<<min(b.tries, 10))
	b.tries++
	return retryAfter + time.Duration(b.m.chance()*float64(span))
}

func (b *backoff) isUp() { b.up = b.m.now }

// open begins a connection beside the one in use, unless one is under way.
func (m *Machine) open() {
	if m.ended || m.candidate != nil {
		return
	}
	m.clear(&m.retry)
	m.candidate = m.dial()
}

func (m *Machine) retryNow() {
	if m.current == nil {
		m.open()
	}
}

func (m *Machine) opened(l *link) {
	if l == nil || l.state != opening {
		return
	}
	m.clear(&l.handshake)
	l.state = open
	m.join(l, func(refused *refusal) {
		switch {
		case l != m.candidate:
		case refused == nil:
			m.adopt(l)
		default:
			m.notJoined(l, refused)
		}
	})
}

// adopt makes a joined link the one in use, and only then lets go of the old.
func (m *Machine) adopt(l *link) {
	old := m.current
	m.current, m.candidate, m.everLive, m.failures = l, nil, true, 0
	m.poll.turn(false)
	m.clear(&m.retry)
	m.again.isUp()
	m.set(&m.handOver, handOverFrom+time.Duration(m.chance()*float64(handOverSpan)))
	m.live()
	if old != nil {
		m.retire(old)
	}
}

func (m *Machine) notJoined(l *link, why *refusal) {
	m.candidate = nil
	m.hangUp(l)
	if why.code == "unauthorized" {
		m.verify()
	}
	if slices.Contains(hopelessJoin, why.code) && !why.temporary {
		m.act(Failed{why.code})
		return
	}
	m.later(why.retryAfter)
}

// drop gives the link in use up: it is dead, or of no use.
func (m *Machine) drop(l *link, why *refusal) {
	if l != m.current || l == nil {
		return
	}
	m.lostCurrent()
	m.hangUp(l)
	if why != nil && why.code == "unauthorized" {
		m.verify()
	}
	switch {
	case m.candidate != nil:
	case why != nil:
		m.later(why.retryAfter)
	default:
		m.open()
	}
}

func (m *Machine) lostLink(l *link, wasOpen bool) {
	switch l {
	case m.current:
		m.lostCurrent()
		if m.candidate == nil { // else a hand-over that is under way is the quickest way back
			m.later(0)
		}
	case m.candidate:
		m.candidate = nil
		if !wasOpen {
			m.doubtful++
			m.verify()
		}
		m.later(0)
	}
}

func (m *Machine) lostCurrent() {
	m.current = nil
	m.clear(&m.handOver)
	m.down()
}

func (m *Machine) later(retryAfter time.Duration) {
	if m.ended || m.candidate != nil {
		return
	}
	if m.poll.on {
		m.set(&m.retry, lookFrom+time.Duration(m.chance()*float64(lookSpan)))
		return
	}
	m.set(&m.retry, m.again.next(retryAfter, m.crowd()))
}

// crowd is how many may come back together with this one, were all cut off.
func (m *Machine) crowd() int {
	if m.visible {
		return m.presence.told
	}
	return max(m.presence.told, outOfView)
}

// bye: the server is about to close the link.
func (m *Machine) bye(l *link, retry bool) {
	if !retry {
		m.signOut()
		return
	}
	m.act(Hangup{l.id})
	m.lost(l)
}

// verify asks whether the session is still there.
func (m *Machine) verify() {
	if !m.asking && !m.ended {
		m.asking = true
		m.act(AskSession{})
	}
}

func (m *Machine) sessionIs(e SessionIs) {
	m.asking = false
	if e.Known && e.UID != m.cfg.UID {
		m.signOut()
	}
	if !e.Known || m.ended {
		m.doubtful = 0
		return
	}
	m.handshakesFailed()
}

func (m *Machine) signOut() {
	if !m.ended {
		m.stop()
		m.act(SignedOut{})
	}
}

func (m *Machine) stop() {
	if m.ended {
		return
	}
	m.ended = true
	m.current, m.candidate = nil, nil
	m.poll.turn(false)
	m.down()
	for _, l := range slices.Clone(m.links) {
		m.hangUp(l)
	}
	m.timers = nil
}
