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
	// closeGrace is the time for writing the last frames to a client.
	closeGrace = 5 * time.Second
	// lingerTime and lingerBytes bound the wait for a client's answer to a close.
	lingerTime  = 2 * time.Second
	lingerBytes = 256 << 10
)

// cause is the reason why a connection ended, in $disconnect's terms.
type cause struct {
	code   int
	reason string
	// farewell is the payload of the close frame to send.
	farewell []byte
	// cut closes the socket without a close frame.
	cut bool
	// note explains the end in the trace. reset makes a cut a TCP reset.
	note  string
	reset bool
}

// The causes that API Gateway is known for, and those that RFC 6455 asks for.
var (
	causeGoingAway = closeWith(ws.StatusGoingAway, "Going away")
	causeDeleted   = closeWith(ws.StatusNormalClosure, "Connection Closed Normally")
	causeTooBig    = closeWith(ws.StatusMessageTooBig, "Message too big")
	causeBinary    = closeWith(ws.StatusUnsupportedData, "Binary is not supported")
	causeNotUTF8   = closeWith(ws.StatusInvalidFramePayloadData, "Invalid UTF-8")
	causeProtocol  = closeWith(ws.StatusProtocolError, "Protocol error")
	causeCut       = cause{code: int(ws.StatusAbnormalClosure), cut: true}
	causeNoCode    = cause{code: int(ws.StatusNoStatusRcvd), reason: "Client-side close frame status not set"}
)

func closeWith(code ws.StatusCode, reason string) cause {
	return cause{code: int(code), reason: reason, farewell: ws.NewCloseFrameBody(code, reason)}
}

// because returns a copy of the cause with a note for the trace.
func (w cause) because(note string) *cause {
	w.note = note
	return &w
}

// conn is one WebSocket connection. An idle one costs one goroutine, which
// reads, with the smallest possible stack. A second goroutine lives while there
// is something to write. Since thousands of connections may be idle at once,
// buffers and channels exist only while they are needed, and equal strings are
// stored once.
type conn struct {
	gw                          *WebSocket
	id                          string
	domain, sourceIP, userAgent unique.Handle[string]
	connectedAt                 time.Time
	// authorizer is the authorizer's context, nil if there is no authorizer.
	authorizer map[string]any

	nc net.Conn
	// early holds bytes that were read from the socket but did not pass through
	// in. The reader in is nil while there is nothing to read. Only the reading
	// goroutine uses these fields.
	early  []byte
	header [ws.MaxHeaderSize]byte
	in     *bufio.Reader

	// vanished simulates a broken network: nothing passes in either direction, and
	// neither side learns of it.
	vanished atomic.Bool

	mu sync.Mutex
	// atWork counts the messages that are at work or whose reply is not yet
	// written. freed, if a goroutine waits for it, is closed when the count falls.
	atWork int
	freed  chan struct{}
	// gone, if a goroutine waits for it, is closed when the connection begins to
	// end.
	gone       chan struct{}
	lastActive time.Time
	why        *cause
	ended      bool
	out        outbox
	// held is a post that waits for the next one to overtake it.
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

// opened starts the connection's timers and sends the posts that came before
// the 101.
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

// abandon undoes establish if the client did not get its 101.
func (c *conn) abandon() {
	c.gw.forget(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.nc.Close()
}

// end begins to end the connection. It reports whether this call did so: only
// the first call has an effect. From here on, posts are answered 410. The
// queued messages are still written, then the close frame.
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

// ending returns a channel that is closed once the connection begins to end.
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

// finish ends the connection, runs $disconnect and closes the socket. Nothing
// happens to a connection afterwards.
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

// hangUp closes the socket after the last frame is written and the client has
// had time to read it. Closing a socket with unread input resets it, and the
// client might lose the frame.
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

// active records that a message went in one of the two directions.
func (c *conn) active() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastActive = time.Now()
}

// remaining returns the time until the connection's deadline.
func (c *conn) remaining() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Until(c.deadline())
}

// expiry returns the cause for a connection that is past its deadline.
func (c *conn) expiry() *cause {
	if time.Since(c.connectedAt) < c.gw.maxLifetime {
		return causeGoingAway.because("idle for " + c.gw.idleTimeout.String())
	}
	reason := or(c.gw.unsettled.LifetimeReason, defaultLifetimeReason)
	return closeWith(ws.StatusGoingAway, reason).because("open for " + c.gw.maxLifetime.String())
}

// deadline returns the time at which the connection will be idle too long or
// too old. The caller holds mu.
func (c *conn) deadline() time.Time {
	idle, old := c.lastActive.Add(c.gw.idleTimeout), c.connectedAt.Add(c.gw.maxLifetime)
	if idle.Before(old) {
		return idle
	}
	return old
}
