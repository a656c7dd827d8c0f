package gateway

import (
	"fmt"
	"strconv"
	"sync"
	"time"
)

// disconnect runs $disconnect, whose reply nobody hears.
func (c *conn) disconnect() {
	start := time.Now()
	route, ok := c.gw.routes["$disconnect"]
	if !ok {
		c.tellEnd(start, "there is no $disconnect route")
		return
	}
	times, outcome := c.failDisconnect()
	requestID := newID(idRequest)
	event := c.disconnectEvent(*c.why, requestID, time.Now())
	for range times {
		if _, err := c.gw.call(route, "$disconnect", requestID, event); err != nil {
			outcome = explained(err)
		}
	}
	c.tellEnd(start, outcome)
}

func (c *conn) tellEnd(start time.Time, outcome string) {
	if c.gw.trace == nil {
		return
	}
	text := fmt.Sprintf("closed %d %q", c.why.code, c.why.reason)
	if c.why.note != "" {
		text = c.why.note + ": " + text
	}
	if outcome != "" {
		text += "; " + outcome
	}
	c.gw.trace.line("$disconnect", c.id, start, c.why.note != "" || outcome != "", text)
}

// failDisconnect waits where a fault says so, and returns how often $disconnect
// is to run.
func (c *conn) failDisconnect() (times int, outcome string) {
	f := c.gw.faults
	if f.happens(DisconnectDrop, c.id) {
		return 0, "fault " + string(DisconnectDrop)
	}
	if rule, hit := f.hit(DisconnectDelay, c.id); hit {
		outcome = "fault " + string(DisconnectDelay)
		c.gw.functions.pause(rule.wait(), nil)
	}
	if rule, hit := f.hit(DisconnectReorder, c.id); hit {
		outcome = "fault " + string(DisconnectReorder)
		c.gw.functions.pause(rule.wait(), c.gw.passing.next())
	}
	if f.happens(DisconnectDouble, c.id) {
		return 2, "fault " + string(DisconnectDouble)
	}
	return 1, outcome
}

// pause lasts so long, or until something is done or the functions are to stop.
func (f *functions) pause(d time.Duration, done <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	case <-f.ctx.Done():
	}
}

// passing tells who waits for it that some function has run.
type passing struct {
	mu   sync.Mutex
	wait chan struct{}
}

func (p *passing) next() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wait == nil {
		p.wait = make(chan struct{})
	}
	return p.wait
}

func (p *passing) passed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wait != nil {
		close(p.wait)
		p.wait = nil
	}
}

// grouped is n with commas between thousands.
func grouped(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
