package sim

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"projectchat/lab/client"
)

const (
	idleClose = 10 * time.Minute
	cutAfter  = 2 * time.Hour
)

// gateway is API Gateway's WebSocket side in memory.
type gateway struct {
	w     *world
	made  int
	conns map[string]*conn // until their $disconnect is done
}

type connState int

const (
	connecting connState = iota
	connOpen
	connClosed
)

// conn is one connection, as the gateway has it.
type conn struct {
	id        string
	tab       *tab
	channel   int
	state     connState
	aborted   bool // the client hung up before the handshake was over
	silent    bool // the network between the two sides is broken, and neither side knows
	in, out   time.Time
	idle, cut *event
	toldOfEnd bool
}

// dial starts a handshake.
func (g *gateway) dial(t *tab, channel int) {
	g.made++
	c := &conn{id: fmt.Sprintf("conn%06d", g.made), tab: t, channel: channel}
	t.conns[channel] = c
	g.w.stats["dials"]++
	switch {
	case t.noSockets:
		g.w.stats["handshakes that a proxy broke"]++
		c.state = connClosed
		g.w.loop.in(g.w.latency(), func() { t.closed(c) })
		return
	case g.w.strikes(0.05, "handshake refused (429, 403, 5xx)"):
		c.state = connClosed
		g.w.loop.in(g.w.latency(), func() { t.closed(c) })
		return
	case g.w.strikes(0.02, "handshake hangs"):
		c.state = connClosed
		return
	}
	g.conns[c.id] = c
	g.w.loop.in(g.w.latency(), func() { g.connect(c) })
}

func (g *gateway) connect(c *conn) {
	e := socketEvent("$connect", c.id, "")
	e.Headers = map[string]string{"Authorization": "Bearer " + c.tab.person.token}
	e.QueryStringParameters = map[string]string{"v": "1"}
	g.w.invoke("$connect", e, func(o outcome, reply []byte) {
		var r events.APIGatewayProxyResponse
		if o != answered || json.Unmarshal(reply, &r) != nil || r.StatusCode != 200 {
			c.state = connClosed
			g.w.stats["handshakes failed"]++
			g.w.loop.in(g.w.latency(), func() { c.tab.closed(c) })
			return
		}
		if c.aborted {
			c.state = connClosed
			g.disconnected(c)
			return
		}
		c.state = connOpen
		c.cut = g.w.loop.in(cutAfter, func() { g.w.stats["2-hour cuts"]++; g.close(c) })
		g.alive(c)
		g.toClient(c, func() { c.tab.event(client.Opened{Channel: c.channel}) })
	})
}

// alive postpones the idle close.
func (g *gateway) alive(c *conn) {
	g.w.loop.cancel(c.idle)
	c.idle = g.w.loop.in(idleClose, func() { g.w.stats["idle closes"]++; g.close(c) })
}

// toClient delivers to the client in the order of sending.
func (g *gateway) toClient(c *conn, deliver func()) {
	at := time.Now().Add(g.w.latency())
	if !at.After(c.out) {
		at = c.out.Add(1)
	}
	c.out = at
	g.w.loop.at(at, func() {
		if !c.silent {
			deliver()
		}
	})
}

// fromClient takes a frame. API Gateway runs the frames of a connection at the same time, but
// they arrive in order.
func (g *gateway) fromClient(c *conn, frame []byte) {
	at := time.Now().Add(g.w.latency())
	if !at.After(c.in) {
		at = c.in.Add(1)
	}
	c.in = at
	g.w.loop.at(at, func() {
		if c.silent || c.state != connOpen {
			return
		}
		g.alive(c)
		g.route(c, frame)
	})
}

func (g *gateway) route(c *conn, frame []byte) {
	route, taken := g.known(c, actionOf(frame))
	if !taken {
		return
	}
	g.w.stats["requests on a socket: "+route]++
	g.w.invoke(route, socketEvent(route, c.id, string(frame)), func(o outcome, reply []byte) {
		var r events.APIGatewayProxyResponse
		switch {
		case o == answered && json.Unmarshal(reply, &r) == nil:
			if route != "typing" { // its route has no response
				g.frame(c, []byte(r.Body))
			}
		case o == timedOut && g.w.chance(0.5):
			g.own(c, "Endpoint request timed out")
		case g.w.chance(0.7):
			g.own(c, "Internal server error")
		}
	})
}

// own sends one of API Gateway's own frames.
func (g *gateway) own(c *conn, message string) {
	g.w.stats["gateway's own frames"]++
	g.frame(c, fmt.Appendf(nil, `{"message": %q, "connectionId":%q, "requestId":"r"}`, message, c.id))
}

// frame sends a frame to the client.
func (g *gateway) frame(c *conn, frame []byte) {
	if c.state == connOpen {
		g.toClient(c, func() { c.tab.received(c, frame) })
	}
}

// close ends a connection from the gateway's side.
func (g *gateway) close(c *conn) {
	if c.state != connOpen {
		return
	}
	g.toClient(c, func() { c.tab.closed(c) })
	g.ended(c)
}

func (g *gateway) ended(c *conn) {
	c.state = connClosed
	g.w.loop.cancel(c.idle)
	g.w.loop.cancel(c.cut)
	g.disconnected(c)
}

// drop is DeleteConnection. It returns false if it fails.
func (g *gateway) drop(id string) bool {
	if c := g.conns[id]; c != nil && !g.w.mute {
		g.close(c)
	}
	return !g.w.mute
}

// hungUp: the client closed the connection.
func (g *gateway) hungUp(c *conn) {
	g.w.loop.in(g.w.latency(), func() {
		switch {
		case c.silent:
		case c.state == connOpen:
			g.ended(c)
		case c.state == connecting:
			c.aborted = true
			if g.w.strikes(0.5, "$disconnect before $connect ended") {
				g.disconnected(c)
			}
		}
	})
}

// reset breaks the connection. Both sides notice at once, or, if silent, neither does.
func (g *gateway) reset(c *conn, silent bool) {
	if c.state != connOpen {
		return
	}
	if silent {
		c.silent = true
		return
	}
	g.close(c)
}

// disconnected delivers $disconnect. API Gateway tries to, and may fail.
func (g *gateway) disconnected(c *conn) {
	if c.toldOfEnd {
		return
	}
	c.toldOfEnd = true
	after := g.w.between(10*time.Millisecond, 400*time.Millisecond)
	switch {
	case g.w.strikes(0.3, "$disconnect lost"):
		return
	case g.w.strikes(0.2, "$disconnect late"):
		after = g.w.between(time.Second, time.Minute)
	}
	tell := func() { g.w.invoke("$disconnect", socketEvent("$disconnect", c.id, ""), func(outcome, []byte) {}) }
	g.w.loop.in(after, tell)
	if g.w.strikes(0.1, "$disconnect doubled") {
		g.w.loop.in(after+g.w.between(1, 5*time.Second), tell)
	}
}

type postVerdict int

const (
	postFailed postVerdict = iota // also: it timed out
	postDone
	postGone
	postHangs
)

// post is PostToConnection.
func (g *gateway) post(id string, frame []byte) postVerdict {
	g.w.stats["posts"]++
	if !g.w.ending && strings.Contains(string(frame), `"left":[{`) {
		g.w.stats["leaves pushed"]++
	}
	c := g.conns[id]
	switch {
	case g.w.mute:
		g.w.stats["posts while @connections is out"]++
		return postFailed
	case c == nil || c.state != connOpen:
		g.w.stats["posts to connections that are gone"]++
		return postGone
	case g.w.strikes(0.01, "post: wrong 410"):
		if g.w.chance(0.5) {
			g.frame(c, frame)
		}
		return postGone
	case g.w.strikes(0.03, "post: 429"), g.w.strikes(0.005, "post: 403"), g.w.strikes(0.02, "post: 5xx"):
		return postFailed
	case g.w.strikes(0.01, "post: hangs"):
		return postHangs
	case g.w.strikes(0.03, "push lost"):
		return postDone
	case g.w.strikes(0.03, "push late"):
		g.w.loop.in(g.w.between(100*time.Millisecond, 8*time.Second), func() { g.frame(c, frame) })
		return postDone
	case g.w.strikes(0.03, "push doubled"):
		g.w.loop.in(g.w.between(1, 2*time.Second), func() { g.frame(c, frame) })
	}
	g.frame(c, frame)
	return postDone
}
