package client

import "time"

// How often it asks: while somebody writes, else, and out of view.
const (
	pollLively = 2 * time.Second
	pollQuiet  = 10 * time.Second
	pollHidden = time.Minute
	// How long after the last message the room counts as lively.
	pollLivelyPeriod = 2 * time.Minute
)

// poll asks over HTTP at the intervals above, where no socket can be had.
type poll struct {
	m       *Machine
	timer   timer
	on      bool
	ready   bool // a pull has succeeded since the start: messages may go out
	ever    bool // a pull has succeeded at some time
	pulling bool
	urgent  bool // ask once more after that
}

func (p *poll) init(m *Machine) { p.m, p.timer.fire = m, p.now }

// turn starts or stops polling.
func (p *poll) turn(on bool) {
	if p.on == on {
		return
	}
	p.on = on
	if on {
		p.m.presence.clear()
		p.now()
		if p.m.candidate == nil {
			p.m.tryAgain(0)
		}
		return
	}
	p.ready = false
	p.m.clear(&p.timer)
	if p.m.current == nil {
		p.m.out.interrupted()
	}
}

// now asks at once; if a question is under way, once more after it.
func (p *poll) now() {
	switch {
	case p.pulling:
		p.urgent = true
	case p.on:
		p.pulling, p.urgent = true, false
		p.m.clear(&p.timer)
		fromNewest := p.m.fromNewest
		p.m.feed.pull(fromNewest, func(refused *refusal) {
			if refused == nil && fromNewest {
				p.m.fromNewest = false
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
		p.m.tryAgain(0)
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
	case p.m.now.Sub(p.m.heart.lastMessage) < pollLivelyPeriod:
		return pollLively
	}
	return pollQuiet
}
