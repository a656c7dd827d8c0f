package client

import (
	"slices"
	"time"
)

const (
	// API Gateway cuts at 2 h. Every client moves over before that, but not all at once.
	handOverFrom = 100 * time.Minute
	handOverSpan = 15 * time.Minute
	// How many handshakes must fail in a row, though HTTP works, before the client polls.
	failuresUntilPolling = 3
	// While it polls, it looks for a socket every one to two minutes.
	pollRetryFrom = time.Minute
	pollRetrySpan = time.Minute

	// How many clients a hidden tab assumes will reconnect when it does. It cannot see the
	// others; in an outage most tabs are hidden ones in small rooms.
	hiddenTabClients = 900
)

// finalJoinCodes are refusals of a join that the same join will meet again.
var finalJoinCodes = []string{"bad_request", "forbidden", "not_found", "too_large"}

// open starts a connection beside the one in use, unless one is under way.
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

func (m *Machine) opened(c *channel) {
	if c == nil || c.state != opening {
		return
	}
	m.clear(&c.handshake)
	c.state = open
	m.join(c, func(refused *refusal) {
		switch {
		case c != m.candidate:
		case refused == nil:
			m.adopt(c)
		default:
			m.notJoined(c, refused)
		}
	})
}

// adopt makes a joined channel the one in use. The old one is closed last: replies that it
// still waits for may arrive there.
func (m *Machine) adopt(c *channel) {
	old := m.current
	m.current, m.candidate, m.everLive, m.failures = c, nil, true, 0
	m.poll.turn(false)
	m.clear(&m.retry)
	m.backoff.up()
	m.set(&m.handOver, handOverFrom+time.Duration(m.chance()*float64(handOverSpan)))
	m.live()
	if old != nil {
		m.retire(old)
	}
}

func (m *Machine) notJoined(c *channel, why *refusal) {
	m.candidate = nil
	m.hangUp(c)
	if why.code == "unauthorized" {
		m.verify()
	}
	if slices.Contains(finalJoinCodes, why.code) && !why.temporary {
		m.act(Failed{why.code})
		return
	}
	m.tryAgain(why.retryAfter)
}

// drop closes the channel in use: it is dead, or of no use. A new one is opened at once, or
// after a refusal a little later.
func (m *Machine) drop(c *channel, why *refusal) {
	if c != m.current || c == nil {
		return
	}
	m.lostCurrent()
	m.hangUp(c)
	if why != nil && why.code == "unauthorized" {
		m.verify()
	}
	switch {
	case m.candidate != nil:
	case why != nil:
		m.tryAgain(why.retryAfter)
	default:
		m.open()
	}
}

func (m *Machine) lostChannel(c *channel, wasOpen bool) {
	switch c {
	case m.current:
		m.lostCurrent()
		if m.candidate == nil { // else a hand-over is under way: no way back is quicker
			m.tryAgain(0)
		}
	case m.candidate:
		m.candidate = nil
		if !wasOpen {
			m.doubtful++
			m.verify()
		}
		m.tryAgain(0)
	}
}

func (m *Machine) lostCurrent() {
	m.current = nil
	m.clear(&m.handOver)
	m.down()
}

func (m *Machine) tryAgain(retryAfter time.Duration) {
	if m.ended || m.candidate != nil {
		return
	}
	if m.poll.on {
		m.set(&m.retry, pollRetryFrom+time.Duration(m.chance()*float64(pollRetrySpan)))
		return
	}
	m.set(&m.retry, m.backoff.next(retryAfter, m.clients()))
}

// clients returns how many clients would reconnect together if all of them were cut off.
func (m *Machine) clients() int {
	if m.visible {
		return m.presence.told
	}
	return max(m.presence.told, hiddenTabClients)
}

// bye: the server is about to close the channel.
func (m *Machine) bye(c *channel, retry bool) {
	if !retry {
		m.signOut()
		return
	}
	m.act(Hangup{c.id})
	m.lost(c)
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
	for _, c := range slices.Clone(m.channels) {
		m.hangUp(c)
	}
	m.timers = nil
}

// handshakesFailed counts the failed handshakes once the session is known to be good.
func (m *Machine) handshakesFailed() {
	m.failures += m.doubtful
	m.doubtful = 0
	if m.cfg.Polls && m.current == nil && m.failures >= failuresUntilPolling {
		m.poll.turn(true)
	}
}
