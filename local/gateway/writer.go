package gateway

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// outgoing is one thing to write: all frames of a message, or a control frame.
type outgoing struct {
	frame []byte
	// reply: a slot is free once it is written.
	reply bool
	// message: it counts as activity.
	message bool
	// counted: it counts towards the bounds of the queue.
	counted bool
}

// outbox is what waits to be written to a connection, under the connection's
// lock. Posts and pongs are bounded by the API's QueueMessages and QueueBytes,
// replies by the connection's slots.
type outbox struct {
	queue   []outgoing
	count   int
	bytes   int
	writing bool
	// idle is closed when the writer stops, if somebody waits for that.
	idle chan struct{}
}

func (o *outbox) add(out outgoing) {
	o.queue = append(o.queue, out)
	if out.counted {
		o.count, o.bytes = o.count+1, o.bytes+len(out.frame)
	}
}

// full reports whether more bytes do not fit. One message always does.
func (o *outbox) full(g *WebSocket, more int) bool {
	return o.count >= g.queueMessages || o.count > 0 && o.bytes+more > g.queueBytes
}

// take is everything that waits, or nothing, and then the writer stops.
func (o *outbox) take() []outgoing {
	batch := o.queue
	o.queue = nil
	if len(batch) == 0 {
		o.writing = false
		if o.idle != nil {
			close(o.idle)
			o.idle = nil // a late reply may start another writer
		}
	}
	return batch
}

// stopped is a channel that is closed once no writer works.
func (o *outbox) stopped(mu *sync.Mutex) <-chan struct{} {
	mu.Lock()
	defer mu.Unlock()
	idle := make(chan struct{})
	if o.writing {
		o.idle = idle
	} else {
		close(idle)
	}
	return idle
}

var (
	errGone = errors.New("connection is gone")
	errFull = errors.New("queue is full")
)

// enqueue queues a message from the management API.
func (c *conn) enqueue(out outgoing) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return errGone
	}
	if c.out.full(c.gw, len(out.frame)) {
		return errFull
	}
	c.out.add(out)
	c.letGo()
	c.startWriter()
	return nil
}

// startWriter sees to it that somebody writes. mu is held.
func (c *conn) startWriter() {
	if c.out.writing || len(c.out.queue) == 0 {
		return
	}
	c.out.writing = true
	go c.write()
}

// write writes until nothing waits any more.
func (c *conn) write() {
	for {
		c.mu.Lock()
		batch := c.out.take()
		c.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		c.dawdle()
		err := c.writeAll(batch)
		c.written(batch)
		if err != nil {
			c.end(*cutOff.because("the client does not take what is written"))
		}
	}
}

func (c *conn) writeAll(batch []outgoing) error {
	if c.vanished.Load() {
		return nil
	}
	if len(batch) == 1 {
		_, err := c.nc.Write(batch[0].frame)
		return err
	}
	buffers := make(net.Buffers, len(batch))
	for i, out := range batch {
		buffers[i] = out.frame
	}
	_, err := buffers.WriteTo(c.nc)
	return err
}

// written frees what a batch held.
func (c *conn) written(batch []outgoing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, out := range batch {
		if out.reply {
			c.freeSlot()
		}
		if out.message {
			c.lastActive = time.Now()
		}
		if out.counted {
			c.out.count, c.out.bytes = c.out.count-1, c.out.bytes-len(out.frame)
		}
	}
}

// frames is payload as a frame, or as several where it is text and longer than
// one may be.
func frames(op ws.OpCode, payload []byte) []byte {
	b := make([]byte, 0, len(payload)+(1+len(payload)/maxFrameBytes)*maxServerHeader)
	for {
		n := min(len(payload), maxFrameBytes)
		b = appendHeader(b, op, n, n == len(payload))
		b = append(b, payload[:n]...)
		if payload, op = payload[n:], ws.OpContinuation; len(payload) == 0 {
			return b
		}
	}
}

// maxServerHeader is the header of the longest frame that a gateway sends: it is
// not masked, and 16 bits hold its length.
const maxServerHeader = 4

// appendHeader writes a frame's header (RFC 6455, 5.2).
func appendHeader(b []byte, op ws.OpCode, length int, fin bool) []byte {
	first := byte(op)
	if fin {
		first |= 0x80
	}
	if length < 126 {
		return append(b, first, byte(length))
	}
	return append(b, first, 126, byte(length>>8), byte(length))
}
