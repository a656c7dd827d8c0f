package client

import (
	"slices"
	"strconv"
	"time"

	"projectchat/internal/wire"
)

const (
	answerLimit    = 10 * time.Second
	handshakeLimit = 10 * time.Second
)

type channelState int

const (
	opening channelState = iota
	open
	retired // no request goes out on it any more; it closes when no reply is awaited
	closed
)

// channel is one WebSocket. It matches replies to requests by id.
type channel struct {
	id        int
	state     channelState
	joined    bool    // the server said joined on it: pushes may be applied
	held      []frame // pushes that came before that
	waiting   []*request
	lastID    int
	handshake timer
}

// request waits for its one reply.
type request struct {
	id, action string
	limit      timer
	done       func(reply frame, refused *refusal)
}

// refusal is the server's error, or its silence.
type refusal struct {
	code       string
	temporary  bool
	retryAfter time.Duration
	timedOut   bool
}

// offline is the code of an unknown outcome. The server never sends it.
const offline = "offline"

func unknownOutcome() *refusal { return &refusal{code: offline, temporary: true} }

func (m *Machine) dial() *channel {
	m.lastChannel++
	c := &channel{id: m.lastChannel}
	c.handshake.fire = func() {
		m.act(Hangup{c.id})
		m.lost(c)
	}
	m.set(&c.handshake, handshakeLimit)
	m.channels = append(m.channels, c)
	m.act(Dial{c.id})
	return c
}

// request sends a frame and calls done once, with the reply or the refusal.
func (m *Machine) request(c *channel, action string, f any, limit time.Duration, done func(frame, *refusal)) {
	if c == nil || c.state != open {
		done(frame{}, unknownOutcome())
		return
	}
	r := &request{id: strconv.Itoa(c.lastID), action: action, done: done}
	r.limit.fire = func() {
		c.take(r.id)
		r.done(frame{}, &refusal{code: offline, temporary: true, timedOut: true})
		if c == m.current {
			m.heart.beat() // the channel may be dead
		}
		m.settle(c)
	}
	c.waiting = append(c.waiting, r)
	m.set(&r.limit, limit)
	m.act(Transmit{c.id, wire.Encode(f)})
}

// head makes the head of the next request on a channel.
func (c *channel) head(action string) wire.Head {
	c.lastID++
	id := strconv.Itoa(c.lastID)
	return wire.Head{Action: action, ID: &id}
}

func (c *channel) take(id string) *request {
	i := slices.IndexFunc(c.waiting, func(r *request) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	r := c.waiting[i]
	c.waiting = slices.Delete(c.waiting, i, i+1)
	return r
}

// lost forgets a channel that was closed. The machine learns of it before the requests
// that wait for a reply.
func (m *Machine) lost(c *channel) {
	if c == nil || c.state == closed {
		return
	}
	wasOpen := c.state != opening
	waiting := m.end(c)
	m.lostChannel(c, wasOpen)
	for _, r := range waiting {
		r.done(frame{}, unknownOutcome())
	}
}

// hangUp closes a channel. Requests that wait for a reply get an unknown outcome.
func (m *Machine) hangUp(c *channel) {
	if c.state == closed {
		return
	}
	m.act(Hangup{c.id})
	for _, r := range m.end(c) {
		r.done(frame{}, unknownOutcome())
	}
}

func (m *Machine) end(c *channel) (waiting []*request) {
	c.state = closed
	m.clear(&c.handshake)
	waiting, c.waiting = c.waiting, nil
	for _, r := range waiting {
		m.clear(&r.limit)
	}
	m.channels = slices.DeleteFunc(m.channels, func(other *channel) bool { return other == c })
	return waiting
}

// retire closes a channel as soon as no reply is awaited.
func (m *Machine) retire(c *channel) {
	if c.state != closed {
		c.state = retired
		m.settle(c)
	}
}

func (m *Machine) settle(c *channel) {
	if c.state == retired && len(c.waiting) == 0 {
		m.hangUp(c)
	}
}

func (m *Machine) received(c *channel, text []byte) {
	if c == nil || (c.state != open && c.state != retired) {
		return
	}
	f, ok := decode(text)
	f = m.known(f)
	switch {
	case !ok:
		return
	case f.Type == "":
		m.rejectAll(c, unknownOutcome()) // a frame of API Gateway's own
	case f.Type == wire.TypeError && f.ID == nil:
		m.errorWithoutID(c, f)
	default:
		m.handOn(c, f)
	}
	m.settle(c)
}

func (m *Machine) handOn(c *channel, f frame) {
	var r *request
	if f.ID != nil {
		r = c.take(*f.ID)
	}
	if r == nil {
		m.takeFrame(c, f)
		return
	}
	m.clear(&r.limit)
	switch f.Type {
	case replyTo[r.action]:
		r.done(f, nil)
	case wire.TypeError:
		r.done(frame{}, f.refusal())
	default:
		r.done(frame{}, unknownOutcome())
	}
}

// errorWithoutID refuses the request under way if there is only one. Of several nobody
// knows which it refuses.
func (m *Machine) errorWithoutID(c *channel, f frame) {
	if len(c.waiting) == 1 {
		m.rejectAll(c, f.refusal())
		return
	}
	m.rejectAll(c, unknownOutcome())
}

func (m *Machine) rejectAll(c *channel, why *refusal) {
	waiting := c.waiting
	c.waiting = nil
	for _, r := range waiting {
		m.clear(&r.limit)
		r.done(frame{}, why)
	}
}
