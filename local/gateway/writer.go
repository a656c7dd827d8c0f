package gateway

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// outgoing is a message with all its frames, or a control frame, to be written.
type outgoing struct {
	frame []byte
	// reply means that writing it frees a slot.
	reply bool
	// message means that writing it counts as activity.
	message bool
	// counted means that it counts towards the bounds of the queue.
	counted bool
}

// outbox is the queue of a connection's writer. The connection's lock protects
// it. QueueMessages and QueueBytes bound the posts and pongs in it, the
// connection's slots bound the replies.
type outbox struct {
	queue   []outgoing
	count   int
	bytes   int
	writing bool
	// idle, if a goroutine waits for it, is closed when the writer stops.
	idle chan struct{}
}

func (o *outbox) add(out outgoing) {
	o.queue = append(o.queue, out)
	if out.counted {
		o.count, o.bytes = o.count+1, o.bytes+len(out.frame)
	}
}

// full reports whether a frame of more bytes does not fit. One always fits into
// an empty queue.
func (o *outbox) full(g *WebSocket, more int) bool {
	return o.count >= g.queueMessages || o.count > 0 && o.bytes+more > g.queueBytes
}

// take removes and returns the whole queue. If it is empty, the writer must
// stop.
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

// stopped returns a channel that is closed once no writer is running.
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

// startWriter starts a writer if there is something to write and none is
// running. The caller holds mu.
func (c *conn) startWriter() {
	if c.out.writing || len(c.out.queue) == 0 {
		return
	}
	c.out.writing = true
	go c.write()
}

// write writes until the queue is empty.
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
			c.end(*causeCut.because("the client does not take what is written"))
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

// written releases the slots and the queue space of a batch.
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

// frames returns payload as one frame, or as several if it is text and longer
// than a frame may be.
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

// maxServerHeader is the header length of the gateway's longest frame: it has
// no mask, and its length fits in 16 bits.
const maxServerHeader = 4

// appendHeader appends a frame's header (RFC 6455, section 5.2).
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
