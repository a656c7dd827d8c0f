package client

import (
	"fmt"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"

	"projectchat/internal/wire"
)

const (
	// How many rows a page may have that follows a known row; the server gives no more.
	pageSize = 100
	// How long a pong may take.
	pongLimit = 5 * time.Second
)

func (m *Machine) ping() {
	c := m.current
	if c == nil {
		m.heart.beaten()
		return
	}
	f := wire.Ping{Head: c.head(wire.ActionPing), Rooms: []string{m.room}}
	m.request(c, wire.ActionPing, f, pongLimit, func(reply frame, refused *refusal) {
		switch {
		case refused == nil:
			m.takePong(reply)
		case refused.timedOut: // any other answer, even a refusal, shows that the socket lives
			m.drop(c, nil)
		case refused.code == "unauthorized": // the server has forgotten the connection
			m.drop(c, refused)
		}
		m.heart.beaten()
	})
}

// canAsk reports whether a page can be asked for.
func (m *Machine) canAsk() bool { return m.poll.on || m.current != nil }

// canSend reports whether a message can go out.
func (m *Machine) canSend() bool {
	switch {
	case m.ended:
		return false
	case m.poll.on:
		return m.poll.ready
	}
	return m.current != nil && !m.rejoining
}

// send sends a message by socket or by HTTP and calls done once, with the answer or the
// refusal.
func (m *Machine) send(body wire.SendBody, done func(frame, *refusal)) {
	if m.poll.on {
		body.Room = m.cfg.Room
		m.ask("POST", "/api/messages", body, done)
		return
	}
	f := wire.Send{Head: m.current.head(wire.ActionSend), SendBody: body}
	m.request(m.current, wire.ActionSend, f, answerLimit, done)
}

// messages returns the address of the page after a position, or of the newest page.
func (m *Machine) messages(after *wire.Position) string {
	target := "/api/messages?room=" + url.QueryEscape(m.cfg.Room)
	if after != nil {
		target += fmt.Sprintf("&after=%d&limit=%d", after.Seq, pageSize)
	}
	return target
}

// asked is a request over HTTP without an answer.
type asked struct {
	limit timer
	done  func(frame, *refusal)
}

// ask asks over HTTP and calls done once, with the answer or the refusal.
func (m *Machine) ask(method, target string, body any, done func(frame, *refusal)) {
	m.lastAsk++
	id := m.lastAsk
	a := &asked{done: done}
	a.limit.fire = func() { m.fetched(Fetched{ID: id}) }
	m.asked[id] = a
	m.set(&a.limit, answerLimit)
	f := Fetch{ID: id, Method: method, Target: target}
	if body != nil {
		f.Body = wire.Encode(body)
	}
	m.act(f)
}

func (m *Machine) fetched(e Fetched) {
	a := m.asked[e.ID]
	if a == nil || m.ended {
		return
	}
	delete(m.asked, e.ID)
	m.clear(&a.limit)
	var f frame
	unreadable := json.Unmarshal(e.Body, &f) != nil
	f = m.known(f)
	switch {
	case e.Status/100 != 2:
		a.done(frame{}, httpRefusal(e.Status, f))
	case unreadable || f.Epoch == "":
		a.done(frame{}, unknownOutcome())
	default:
		a.done(f, nil)
	}
}

// statusCodes is the meaning of a status where the body is not the chat's own.
var statusCodes = map[int]string{401: "unauthorized", 403: "forbidden", 413: "too_large", 429: "rate_limited"}

func httpRefusal(status int, f frame) *refusal {
	code, known := statusCodes[status]
	switch {
	case f.Code != "":
		return f.refusal()
	case known:
		return &refusal{code: code, temporary: status == 429}
	case status >= 400 && status < 500:
		return &refusal{code: "bad_request"}
	}
	return unknownOutcome() // the request may have had its effect
}

func (d *feed) history(after int64, done func(frame, *refusal)) {
	if d.m.poll.on {
		d.m.ask("GET", d.m.messages(&wire.Position{Seq: after}), nil, done)
		return
	}
	c, limit := d.m.current, pageSize
	if c == nil {
		done(frame{}, unknownOutcome())
		return
	}
	f := wire.History{Head: c.head(wire.ActionHistory), Room: d.m.room, After: &after, Limit: &limit}
	d.m.request(c, wire.ActionHistory, f, answerLimit, done)
}
