package netproxy

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// grace is how long an end may take to close after it got a FIN.
const grace = 5 * time.Second

// pair is one connection through the proxy.
type pair struct {
	client, server *net.TCPConn
	delay          time.Duration
	buffer         int
	over           chan struct{} // closed when both directions have ended
	ending         sync.Once

	mu      sync.Mutex
	broken  Cut // "": not yet
	stalled time.Time
}

// run carries bytes until both directions have ended.
func (c *pair) run() {
	var both sync.WaitGroup
	both.Go(func() { c.pump(c.server, c.client) })
	both.Go(func() { c.pump(c.client, c.server) })
	both.Wait()
	c.reset()
}

func (c *pair) pump(to, from *net.TCPConn) {
	piece := make([]byte, c.buffer)
	for {
		n, err := from.Read(piece)
		if n > 0 && !c.pass(to, piece[:n]) {
			return
		}
		if err != nil {
			c.ended(to, from, err)
			return
		}
	}
}

// pass hands a piece on, as late as the network is. It returns false if it cannot.
func (c *pair) pass(to *net.TCPConn, piece []byte) bool {
	if !c.wait() {
		return false
	}
	if c.how() != "" {
		return true // taken, and lost
	}
	if _, err := to.Write(piece); err != nil && c.how() == "" {
		c.reset()
		return false
	}
	return true
}

// wait waits out the delay, and a stall. It returns false if the connection ends meanwhile.
func (c *pair) wait() bool {
	c.mu.Lock()
	d := max(c.delay, time.Until(c.stalled))
	c.mu.Unlock()
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.over:
		return false
	}
}

// ended tells one end how the other's stream has ended, if the network still carries that.
func (c *pair) ended(to, from *net.TCPConn, err error) {
	switch {
	case c.how() == Silence:
		from.Close()
	case c.how() == Finish:
	case errors.Is(err, io.EOF):
		to.CloseWrite()
	default:
		c.reset()
	}
}

func (c *pair) how() Cut {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

func (c *pair) stall(until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stalled = until
}

func (c *pair) cut(how Cut, silence time.Duration) {
	c.mu.Lock()
	first := c.broken == ""
	if first {
		c.broken = how
	}
	c.mu.Unlock()
	if !first && how == Silence {
		return
	}
	switch how {
	case Reset:
		c.reset()
	case Finish:
		// Close would send a RST if something is unread.
		c.client.CloseWrite()
		c.server.CloseWrite()
		c.resetAfter(grace)
	case Silence:
		c.resetAfter(silence)
	}
}

func (c *pair) resetAfter(d time.Duration) {
	timer := time.AfterFunc(d, c.reset)
	go func() {
		<-c.over
		timer.Stop()
	}()
}

// reset ends by RST each direction that has not ended yet.
func (c *pair) reset() {
	c.ending.Do(func() {
		abort(c.client)
		abort(c.server)
		close(c.over)
	})
}
