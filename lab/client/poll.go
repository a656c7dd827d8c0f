package client

import (
	"fmt"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"

	"projectchat/internal/wire"
)

const (
	// hopeless handshakes running, though HTTP works, mean that no socket can be had.
	hopeless = 3

	pollBusy   = 2 * time.Second
	pollIdle   = 10 * time.Second
	pollHidden = time.Minute
	busyFor    = 2 * time.Minute
	// While it polls it looks for a socket every one to two minutes.
	lookFrom = time.Minute
	lookSpan = time.Minute
)

// poll asks over HTTP again and again, where no socket can be had: every 2 s
// while somebody writes, else every 10 s, every minute out of view.
type poll struct {
	m       *Machine
	timer   timer
	on      bool
	ready   bool // something was pulled since the start: messages may go out
	ever    bool // something was pulled at some time
	pulling bool
	urgent  bool // once more after that
}

func (p *poll) init(m *Machine) { p.m, p.timer.fire = m, p.now }

// turn begins to poll, or ends it.
func (p *poll) turn(on bool) {
	if p.on == on {
		return
	}
	p.on = on
	if on {
		p.m.presence.clear()
		p.now()
		if p.m.candidate == nil {
			p.m.later(0)
		}
		return
	}
	p.ready = false
	p.m.clear(&p.timer)
	if p.m.current == nil {
		p.m.out.interrupted()
	}
}

// now asks at once; if that is being done, once more after it.
func (p *poll) now() {
	switch {
	case p.pulling:
		p.urgent = true
	case p.on:
		p.pulling, p.urgent = true, false
		p.m.clear(&p.timer)
		anew := p.m.anew
		p.m.feed.pull(anew, func(refused *refusal) {
			if refused == nil && anew {
				p.m.anew = false
			}
			p.pulled(refused)
		})
	}
}

func (p *poll) pulled(refused *refusal) {
	p.pulling = false
	wait := time.Duration(0)
	switch {
	case !p.on:
		return
	case refused == nil:
		p.succeeded()
	default:
		wait = refused.retryAfter
		p.failed(refused)
	}
	if !p.on || p.pulling {
		return
	}
	if p.urgent && wait == 0 {
		p.now()
		return
	}
	p.m.set(&p.timer, max(wait, p.every()))
}

func (p *poll) succeeded() {
	p.ready, p.ever = true, true
	if epoch := p.m.feed.log.epoch; epoch != "" {
		p.m.out.joined(epoch, false)
		p.m.feed.mend()
	}
	p.m.out.kick()
}

func (p *poll) failed(refused *refusal) {
	switch {
	case refused.code == offline: // HTTP does not answer either
		p.turn(false)
		p.m.later(0)
	case refused.code == "unauthorized":
		p.m.verify()
	case !refused.temporary:
		p.m.act(Failed{refused.code})
	}
}

func (p *poll) every() time.Duration {
	switch {
	case !p.m.visible:
		return pollHidden
	case p.m.now.Sub(p.m.heart.lastMessage) < busyFor:
		return pollBusy
	}
	return pollIdle
}

// handshakesFailed counts those that failed, once the session is known to be good.
func (m *Machine) handshakesFailed() {
	m.failures += m.doubtful
	m.doubtful = 0
	if m.cfg.Polls && m.current == nil && m.failures >= hopeless {
		m.poll.turn(true)
	}
}

// pull gets the newest page, or what came after the known end.
func (d *feed) pull(anew bool, done func(*refusal)) {
	at := d.position()
	if anew {
		at = nil
	}
	d.m.ask("GET", d.m.messages(at), nil, func(page frame, refused *refusal) {
		switch {
		case refused == nil:
			d.pulled(page, at, done)
		case refused.code == "reset" && !anew:
			d.pull(true, done)
		case refused.code == "not_found": // nobody has spoken in it yet
			done(nil)
		default:
			done(refused)
		}
	})
}

func (d *feed) pulled(page frame, at *wire.Position, done func(*refusal)) {
	d.m.out.seen(page.Epoch, page.Messages)
	switch goesOn := page.Epoch == d.log.epoch && !d.torn(page.Messages); {
	case goesOn:
		d.apply(page.Messages, 0)
	case at != nil:
		d.pull(true, done)
		return
	default:
		page.Seq = 0
		if n := len(page.Messages); n > 0 {
			page.Seq = page.Messages[n-1].Seq
		}
		d.replace(page)
	}
	if at != nil && page.More {
		d.log.note(d.log.last + 1)
	}
	if !d.log.behind() {
		done(nil)
		return
	}
	d.catchUp(func(*refusal) { done(nil) })
}

// messages is the address of the page after a place, or of the newest.
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

// ask asks over HTTP and calls done with what comes of it, once.
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

// statusCodes are what a status means where the answer is not the chat's own.
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
	return unknownOutcome() // it may have come after the work was done
}
