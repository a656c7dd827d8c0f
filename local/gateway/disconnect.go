package gateway

import (
	"fmt"
	"strconv"
	"sync"
	"time"
)

// disconnect runs $disconnect. Its reply goes nowhere: the client is gone.
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
			outcome = explanation(err)
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

// failDisconnect applies the active faults: it waits if a fault says so, and
// returns how often $disconnect must run.
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
		c.gw.functions.pause(rule.wait(), c.gw.completion.next())
	}
	if f.happens(DisconnectDouble, c.id) {
		return 2, "fault " + string(DisconnectDouble)
	}
	return 1, outcome
}

// pause waits for d, until done is closed, or until the functions must stop.
func (f *functions) pause(d time.Duration, done <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	case <-f.ctx.Done():
	}
}

// completion lets goroutines wait until any function has returned.
type completion struct {
	mu   sync.Mutex
	wait chan struct{}
}

// next returns a channel that is closed when the next function returns.
func (p *completion) next() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wait == nil {
		p.wait = make(chan struct{})
	}
	return p.wait
}

func (p *completion) passed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wait != nil {
		close(p.wait)
		p.wait = nil
	}
}

// withThousands formats n with commas between the thousands.
func withThousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", withThousands(n/1000), n%1000)
}
