package gateway

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
	"unique"

	"github.com/gobwas/ws"
)

const (
	// closeGrace is how long the last frames to a client may take.
	closeGrace = 5 * time.Second
	// lingerTime and lingerBytes are what a client has to answer a close.
	lingerTime  = 2 * time.Second
	lingerBytes = 256 << 10
)

// cause is why a connection ended, in $disconnect's terms.
type cause struct {
	code   int
	reason string
	// farewell is the close frame's payload. Without one the socket is cut.
	farewell []byte
	cut      bool
	// note explains it in the trace; reset cuts without a word even of TCP's.
	note  string
	reset bool
}

// The causes that API Gateway is known for, and those that RFC 6455 asks for.
var (
	goingAway     = closeWith(ws.StatusGoingAway, "Going away")
	deleted       = closeWith(ws.StatusNormalClosure, "Connection Closed Normally")
	tooBig        = closeWith(ws.StatusMessageTooBig, "Message too big")
	notText       = closeWith(ws.StatusUnsupportedData, "Binary is not supported")
	notUTF8       = closeWith(ws.StatusInvalidFramePayloadData, "Invalid UTF-8")
	protocolError = closeWith(ws.StatusProtocolError, "Protocol error")
	cutOff        = cause{code: int(ws.StatusAbnormalClosure), cut: true}
	closedNoCode  = cause{code: int(ws.StatusNoStatusRcvd), reason: "Client-side close frame status not set"}
)

func closeWith(code ws.StatusCode, reason string) cause {
	return cause{code: int(code), reason: reason, farewell: ws.NewCloseFrameBody(code, reason)}
}

// because is the cause with a note.
func (w cause) because(note string) *cause {
	w.note = note
	return &w
}

// conn is one WebSocket connection. It costs one goroutine with the smallest
// stack that there is, which reads; a second one lives while there is something
// to write. What thousands of idle ones do not need is not there until it is
// needed, and what is the same in all of them is there once.
type conn struct {
	gw                          *WebSocket
	id                          string
	domain, sourceIP, userAgent unique.Handle[string]
	connectedAt                 time.Time
	// authorizer is the context that the authorizer gave, nil if there is none.
	authorizer map[string]any

	nc net.Conn
	// early is what came in and is not yet in in, which is nil while there is
	// nothing to read. Only the goroutine that reads uses these.
	early  []byte
	header [ws.MaxHeaderSize]byte
	in     *bufio.Reader

	// vanished: nothing goes either way any more, though nobody was told.
	vanished atomic.Bool

	mu sync.Mutex
	// atWork counts the messages at work or waiting for their reply's way out.
	// freed, if somebody waits for that, is closed when there is one less.
	atWork int
	freed  chan struct{}
	// gone, if somebody waits for that, is closed when the connection begins to
	// end.
	gone       chan struct{}
	lastActive time.Time
	why        *cause
	ended      bool
	out        outbox
	// held waits for the next post to overtake it.
	held *outgoing
}

func newConn(g *WebSocket, r *http.Request) *conn {
	now := time.Now()
	c := &conn{
		gw:          g,
		id:          newID(idMessage),
		domain:      unique.Make(r.Host),
		sourceIP:    unique.Make(hostOf(r.RemoteAddr)),
		userAgent:   unique.Make(r.UserAgent()),
		connectedAt: now,
		lastActive:  now,
	}
	c.out.writing = true // until the 101 is out
	return c
}

// opened starts the connection's time and lets out what was posted before the
// 101.
func (c *conn) opened() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out.writing = false
	if !c.ended {
		c.nc.SetWriteDeadline(time.Time{})
		c.nc.SetReadDeadline(c.deadline())
	}
	c.startWriter()
}

// abandon undoes establish where the client did not get its 101.
func (c *conn) abandon() {
	c.gw.forget(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.nc.Close()
}

// end begins the connection's end and reports whether this call did so: only
// the first one has an effect. From here on posts are answered 410. What is
// queued still goes out, then the close frame.
func (c *conn) end(why cause) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return false
	}
	if why.cut && why.reason == "" {
		why.reason = or(c.gw.unsettled.CutReason, defaultCutReason)
	}
	c.ended, c.why = true, &why
	c.gw.forget(c)
	if c.gone != nil {
		close(c.gone)
	}
	if why.cut {
		hangUpAbruptly(c.nc, why.reset)
		return true
	}
	c.letGo()
	c.nc.SetReadDeadline(time.Unix(1, 0)) // wakes await
	c.nc.SetWriteDeadline(time.Now().Add(closeGrace))
	c.out.add(outgoing{frame: frames(ws.OpClose, why.farewell)})
	c.startWriter()
	return true
}

// ending is a channel that is closed once the connection begins to end.
func (c *conn) ending() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone == nil {
		c.gone = make(chan struct{})
		if c.ended {
			close(c.gone)
		}
	}
	return c.gone
}

// finish is the last that happens to a connection.
func (c *conn) finish(why cause) {
	defer c.gw.functions.running.Done()
	c.putInput()
	c.end(why)
	disconnected := make(chan struct{})
	go func() {
		defer close(disconnected)
		c.disconnect()
	}()
	c.hangUp()
	<-disconnected
}

// hangUp waits until the last frame is out and the client has had time to read
// it: closing a socket with unread input would take the frame away again.
func (c *conn) hangUp() {
	defer c.nc.Close()
	<-c.out.stopped(&c.mu)
	if c.why.cut || c.vanished.Load() {
		return
	}
	if half, ok := c.nc.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	c.nc.SetReadDeadline(time.Now().Add(lingerTime))
	io.CopyN(io.Discard, c.nc, lingerBytes)
}

// active notes that a message went one way or the other.
func (c *conn) active() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastActive = time.Now()
}

// remaining is how long the connection may still live if nothing happens.
func (c *conn) remaining() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Until(c.deadline())
}

// expiry is the cause of a connection that is past its deadline.
func (c *conn) expiry() *cause {
	if time.Since(c.connectedAt) < c.gw.maxLifetime {
		return goingAway.because("idle for " + c.gw.idleTimeout.String())
	}
	reason := or(c.gw.unsettled.LifetimeReason, defaultLifetimeReason)
	return closeWith(ws.StatusGoingAway, reason).because("open for " + c.gw.maxLifetime.String())
}

// deadline is when the connection is idle too long or too old. mu is held.
func (c *conn) deadline() time.Time {
	idle, old := c.lastActive.Add(c.gw.idleTimeout), c.connectedAt.Add(c.gw.maxLifetime)
	if idle.Before(old) {
		return idle
	}
	return old
}
