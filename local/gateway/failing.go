package gateway

import (
	"context"
	"net"
	"net/http"
	"time"
)

// breakDown returns the cause with which a message ends its connection if a
// fault is active, else nil.
func (c *conn) breakDown() *cause {
	f := c.gw.faults
	switch {
	case f.happens(Cut, c.id):
		why := cutBy(Cut)
		return &why
	case f.happens(CloseEarly, c.id):
		return causeGoingAway.because("fault " + string(CloseEarly))
	case f.happens(CutSilent, c.id):
		c.vanish()
		why := c.outlast()
		return &why
	}
	return nil
}

func cutBy(fault Fault) cause {
	why := *causeCut.because("fault " + string(fault))
	why.reset = true
	return why
}

// Disrupt applies [Cut], [CutSilent] or [CloseEarly] to open connections at
// once, without waiting for a message. The function chosen selects connections
// by id; nil selects all. Disrupt returns the number of connections that it
// disrupted. Other faults have no effect.
func (g *WebSocket) Disrupt(fault Fault, chosen func(connectionID string) bool) int {
	n := 0
	for _, c := range g.open() {
		if (chosen == nil || chosen(c.id)) && c.disrupt(fault) {
			n++
		}
	}
	return n
}

func (c *conn) disrupt(fault Fault) bool {
	switch fault {
	case Cut:
		return c.end(cutBy(Cut))
	case CloseEarly:
		return c.end(*causeGoingAway.because("fault " + string(CloseEarly)))
	case CutSilent:
		return c.vanish()
	}
	return false
}

// vanish makes the connection look as after a network failure: neither side
// learns that nothing passes any more. It reports whether it did.
func (c *conn) vanish() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.ended && !c.vanished.Swap(true)
}

// outlast waits until a vanished connection reaches its deadline.
func (c *conn) outlast() cause {
	for {
		wait := c.remaining()
		if wait <= 0 {
			return *c.expiry().because("fault " + string(CutSilent))
		}
		timer := time.NewTimer(wait)
		select {
		case <-c.ending():
			timer.Stop()
			return causeCut // without effect: the connection has its cause already
		case <-timer.C:
		}
	}
}

// hangUpAbruptly closes the socket without a close frame. With reset it makes
// TCP send a RST, also through TLS and other wrappers with a NetConn method.
func hangUpAbruptly(nc net.Conn, reset bool) {
	if reset {
		for wrapped, ok := nc.(wrapper); ok; wrapped, ok = nc.(wrapper) {
			nc = wrapped.NetConn()
		}
		if l, ok := nc.(interface{ SetLinger(int) error }); ok {
			l.SetLinger(0)
		}
	}
	nc.Close()
}

// wrapper is a connection on top of another one, like *tls.Conn.
type wrapper interface{ NetConn() net.Conn }

// failReply replaces an answer if a fault is active.
func (c *conn) failReply(a answer, requestID string) answer {
	f := c.gw.faults
	switch {
	case f.happens(ReplyDrop, c.id):
		return answer{silent: true, refused: true, outcome: "fault " + string(ReplyDrop)}
	case f.happens(ReplyError, c.id):
		return c.failure("Internal server error", requestID, "fault "+string(ReplyError))
	case f.happens(ReplyTimeout, c.id):
		return c.failure("Endpoint request timed out", requestID, "fault "+string(ReplyTimeout))
	}
	return a
}

// failPost applies the active faults to a post. done means that the post needs
// no further handling.
func (c *conn) failPost(ctx context.Context, out outgoing) (outcome string, no *refusal, done bool) {
	f := c.gw.faults
	if f == nil {
		return "", nil, false
	}
	if no := c.refusePost(out); no != nil {
		return "", no, true
	}
	if f.happens(PostDrop, c.id) {
		return "200: fault " + string(PostDrop), nil, true
	}
	if rule, hit := f.hit(PostHang, c.id); hit {
		return "", hang(ctx, rule), true
	}
	if rule, hit := f.hit(PostDelay, c.id); hit {
		time.AfterFunc(rule.wait(), func() { c.enqueue(out) })
		return "200: fault " + string(PostDelay), nil, true
	}
	if rule, hit := f.hit(PostReorder, c.id); hit && c.hold(out, rule.wait()) {
		return "200: fault " + string(PostReorder), nil, true
	}
	if f.happens(PostDouble, c.id) {
		c.enqueue(out)
	}
	return "", nil, false
}

// refusePost returns a fault's refusal of a post, nil without one. Some faults
// deliver the post all the same.
func (c *conn) refusePost(out outgoing) *refusal {
	f := c.gw.faults
	why := func(status string, fault Fault) string { return status + ": fault " + string(fault) }
	broken := func(fault Fault) *refusal {
		return refuse(http.StatusInternalServerError, "InternalServerErrorException", "Internal server error", why("500", fault))
	}
	switch {
	case f.happens(PostLimit, c.id):
		return c.gw.limitExceeded(why("429", PostLimit))
	case f.happens(PostGone, c.id):
		return gone(why("410", PostGone))
	case f.happens(PostError, c.id):
		return broken(PostError)
	case f.happens(PostGoneDelivered, c.id):
		c.enqueue(out)
		return gone(why("410", PostGoneDelivered))
	case f.happens(PostErrorDelivered, c.id):
		c.enqueue(out)
		return broken(PostErrorDelivered)
	}
	return nil
}

// hang waits until the caller gives up or the rule's time is over.
func hang(ctx context.Context, rule Rule) *refusal {
	var enough <-chan time.Time
	if rule.For > 0 {
		timer := time.NewTimer(rule.For)
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-ctx.Done():
	case <-enough:
	}
	return refuse(http.StatusGatewayTimeout, "InternalServerErrorException", "Endpoint request timed out", "fault "+string(PostHang))
}

// hold keeps a post back until the next one has overtaken it or atMost is over.
// It reports false if it cannot: a connection holds at most one post.
func (c *conn) hold(out outgoing, atMost time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || c.held != nil {
		return false
	}
	c.held = &out
	time.AfterFunc(atMost, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.letGo()
		c.startWriter()
	})
	return true
}

// letGo queues the held post, if there is one. The caller holds mu.
func (c *conn) letGo() {
	if c.held != nil {
		c.out.add(*c.held)
	}
	c.held = nil
}

// dawdle delays a write, as if the client were slow to read.
func (c *conn) dawdle() {
	rule, hit := c.gw.faults.hit(SlowReader, c.id)
	if !hit {
		return
	}
	timer := time.NewTimer(rule.wait())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ending():
	}
}
