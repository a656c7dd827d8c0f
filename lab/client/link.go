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
	pongLimit      = 5 * time.Second
)

type linkState int

const (
	opening linkState = iota
	open
	retired // no request goes out on it any more; it closes when nothing is waited for
	closed
)

// link is one WebSocket: it matches replies to requests by id.
type link struct {
	id        int
	state     linkState
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

// refusal is an answer that is none: the server's error, or silence.
type refusal struct {
	code       string
	temporary  bool
	retryAfter time.Duration
	timedOut   bool
}

// offline is the code of an unknown outcome. The server never sends it.
const offline = "offline"

func unknownOutcome() *refusal { return &refusal{code: offline, temporary: true} }

func (m *Machine) dial() *link {
	m.lastLink++
	l := &link{id: m.lastLink}
	l.handshake.fire = func() {
		m.act(Hangup{l.id})
		m.lost(l)
	}
	m.set(&l.handshake, handshakeLimit)
	m.links = append(m.links, l)
	m.act(Dial{l.id})
	return l
}

// request sends a frame and calls done with what comes of it, once.
func (m *Machine) request(l *link, action string, f any, limit time.Duration, done func(frame, *refusal)) {
	if l == nil || l.state != open {
		done(frame{}, unknownOutcome())
		return
	}
	r := &request{id: strconv.Itoa(l.lastID), action: action, done: done}
	r.limit.fire = func() {
		l.take(r.id)
		r.done(frame{}, &refusal{code: offline, temporary: true, timedOut: true})
		if l == m.current {
			m.heart.beat() // it may be dead
		}
		m.settle(l)
	}
	l.waiting = append(l.waiting, r)
	m.set(&r.limit, limit)
	m.act(Transmit{l.id, wire.Encode(f)})
}

// head makes the head of the next request on a link.
func (l *link) head(action string) wire.Head {
	l.lastID++
	id := strconv.Itoa(l.lastID)
	return wire.Head{Action: action, ID: &id}
}

func (l *link) take(id string) *request {
	i := slices.IndexFunc(l.waiting, func(r *request) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	r := l.waiting[i]
	l.waiting = slices.Delete(l.waiting, i, i+1)
	return r
}

// lost forgets a link that is no more. First the machine learns of it, then
// those who wait for a reply.
func (m *Machine) lost(l *link) {
	if l == nil || l.state == closed {
		return
	}
	wasOpen := l.state != opening
	waiting := m.end(l)
	m.lostLink(l, wasOpen)
	for _, r := range waiting {
		r.done(frame{}, unknownOutcome())
	}
}

// hangUp closes a link without further word.
func (m *Machine) hangUp(l *link) {
	if l.state == closed {
		return
	}
	m.act(Hangup{l.id})
	for _, r := range m.end(l) {
		r.done(frame{}, unknownOutcome())
	}
}

func (m *Machine) end(l *link) (waiting []*request) {
	l.state = closed
	m.clear(&l.handshake)
	waiting, l.waiting = l.waiting, nil
	for _, r := range waiting {
		m.clear(&r.limit)
	}
	m.links = slices.DeleteFunc(m.links, func(other *link) bool { return other == l })
	return waiting
}

// retire closes a link as soon as nothing is waited for.
func (m *Machine) retire(l *link) {
	if l.state != closed {
		l.state = retired
		m.settle(l)
	}
}

func (m *Machine) settle(l *link) {
	if l.state == retired && len(l.waiting) == 0 {
		m.hangUp(l)
	}
}

func (m *Machine) received(l *link, text []byte) {
	if l == nil || (l.state != open && l.state != retired) {
		return
	}
	f, ok := decode(text)
	f = m.known(f)
	switch {
	case !ok:
		return
	case f.Type == "":
		m.rejectAll(l, unknownOutcome()) // one of API Gateway's own
	case f.Type == wire.TypeError && f.ID == nil:
		m.errorWithoutID(l, f)
	default:
		m.handOn(l, f)
	}
	m.settle(l)
}

func (m *Machine) handOn(l *link, f frame) {
	var r *request
	if f.ID != nil {
		r = l.take(*f.ID)
	}
	if r == nil {
		m.unasked(l, f)
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

// errorWithoutID is about the one request under way, if there is just one.
func (m *Machine) errorWithoutID(l *link, f frame) {
	if len(l.waiting) == 1 {
		m.rejectAll(l, f.refusal())
		return
	}
	m.rejectAll(l, unknownOutcome())
}

func (m *Machine) rejectAll(l *link, why *refusal) {
	waiting := l.waiting
	l.waiting = nil
	for _, r := range waiting {
		m.clear(&r.limit)
		r.done(frame{}, why)
	}
}
