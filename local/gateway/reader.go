package gateway

import (
	"bufio"
	"errors"
	"io"
	"os"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// inputs are the buffers of connections that have something to read.
var inputs = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, inputBytes) }}

// inputBytes is what is read at once: most messages whole.
const inputBytes = 1 << 10

// await waits for the client. Its stack is most of what an idle connection
// costs: it begins with 2 KiB, and once it had to grow it hardly shrinks again.
// So nothing deeper than a read of the socket happens here, and nothing comes
// back: awake leaves the waiting to a new goroutine.
func (c *conn) await() {
	n, err := c.nc.Read(c.header[:])
	c.awake(n, err)
}

// awake goes on where something came in, or the deadline.
//
//go:noinline
func (c *conn) awake(n int, err error) {
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) && c.extend() == nil {
		go c.await()
		return
	}
	if n > 0 {
		c.early = c.header[:n]
	}
	c.takeInput()
	// A read that has failed fails again.
	body, why := c.nextMessage()
	for body == nil && why == nil && c.in.Buffered() > 0 {
		body, why = c.nextMessage()
	}
	c.proceed(body, why)
}

// proceed lets the message be served, if there is one, and the next one come.
func (c *conn) proceed(body []byte, why *cause) {
	if c.vanished.Load() {
		c.finish(c.outlast())
		return
	}
	if why == nil && body != nil {
		why = c.accept()
	}
	if why != nil {
		c.finish(*why)
		return
	}
	if body == nil {
		c.next()
		return
	}
	c.gw.functions.running.Add(1)
	c.next()
	c.serve(body)
}

// accept waits until a message may be served, or says why it ends the
// connection.
func (c *conn) accept() *cause {
	c.active()
	if why := c.breakDown(); why != nil {
		return why
	}
	if !c.acquire() {
		return c.expiry()
	}
	return nil
}

// next has a goroutine take what comes next.
func (c *conn) next() {
	if len(c.early) > 0 || c.in != nil && c.in.Buffered() > 0 {
		go c.awake(0, nil)
		return
	}
	c.putInput()
	go c.await()
}

func (c *conn) takeInput() {
	if c.in == nil {
		c.in = inputs.Get().(*bufio.Reader)
		c.in.Reset(c)
	}
}

func (c *conn) putInput() {
	if c.in != nil {
		c.in.Reset(nil)
		inputs.Put(c.in)
		c.in = nil
	}
}

// nextMessage reads one text message, however fragmented, and answers the
// control frames among its frames; after one that comes before it, it returns
// with no message. No payload is waited for, nor any memory given to it, before
// its length is known to be allowed.
func (c *conn) nextMessage() ([]byte, *cause) {
	var message []byte
	state := ws.StateServerSide
	for {
		h, err := ws.ReadHeaderBuffer(c.in, c.header[:])
		if err != nil {
			return nil, c.causeOf(err)
		}
		if why := check(h, state, len(message)); why != nil {
			return nil, why
		}
		payload := make([]byte, h.Length)
		if _, err := io.ReadFull(c.in, payload); err != nil {
			return nil, c.causeOf(err)
		}
		ws.Cipher(payload, h.Mask, 0)
		switch {
		case h.OpCode.IsControl():
			if why := c.control(h.OpCode, payload); why != nil || message == nil {
				return nil, why
			}
			continue
		case message == nil:
			message = payload
		default:
			message = append(message, payload...)
		}
		if !h.Fin {
			state = state.Set(ws.StateFragmented)
			continue
		}
		if !utf8.Valid(message) {
			return nil, notUTF8.because("a message that is not UTF-8")
		}
		return message, nil
	}
}

// check judges a frame by its header and the length of the message before it.
func check(h ws.Header, state ws.State, before int) *cause {
	switch {
	case ws.CheckHeader(h, state) != nil:
		return protocolError.because("a frame that RFC 6455 forbids")
	case h.OpCode == ws.OpBinary:
		return notText.because("a binary frame")
	case h.Length > maxFrameBytes:
		return tooBig.because("a frame of " + grouped(h.Length) + " bytes")
	case int64(before)+h.Length > maxMessageBytes:
		return tooBig.because("a message of " + grouped(int64(before)+h.Length) + " bytes or more")
	}
	return nil
}

// control answers a ping and judges a close. A pong needs nothing.
func (c *conn) control(op ws.OpCode, payload []byte) *cause {
	switch op {
	case ws.OpPing:
		if c.gw.unsettled.PingsAreActivity {
			c.active()
		}
		c.pong(payload)
	case ws.OpClose:
		why := closedBy(payload)
		return &why
	}
	return nil
}

// closedBy is the cause that a client's close frame gives, with the answer to
// it: its own code.
func closedBy(payload []byte) cause {
	if len(payload) == 0 {
		return closedNoCode
	}
	code, reason := ws.ParseCloseFrameData(payload)
	if code > 4999 {
		return *protocolError.because("a close code that RFC 6455 forbids")
	}
	switch err := ws.CheckCloseFrameData(code, reason); {
	case errors.Is(err, ws.ErrProtocolInvalidUTF8):
		return *notUTF8.because("a close reason that is not UTF-8")
	case err != nil:
		return *protocolError.because("a close frame that RFC 6455 forbids")
	}
	return cause{code: int(code), reason: reason, farewell: ws.NewCloseFrameBody(code, "")}
}

// errExpired says that the connection was idle too long or is too old.
var errExpired = errors.New("idle or too old")

// causeOf is the cause of a failed read: it does not count if somebody else ended
// the connection and thereby woke the reader.
func (c *conn) causeOf(err error) *cause {
	if errors.Is(err, errExpired) {
		return c.expiry()
	}
	if errors.Is(err, ws.ErrHeaderLengthMSB) {
		return protocolError.because("a frame of 2^63 bytes or more")
	}
	return cutOff.because("no close frame came")
}

// Read reads from the client and gives up only when the connection is to end.
// The socket's deadline is not moved with each message; when it comes, it is
// seen whether it has moved since.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.early) > 0 {
		n := copy(p, c.early)
		if c.early = c.early[n:]; len(c.early) == 0 {
			c.early = nil
		}
		return n, nil
	}
	for {
		n, err := c.nc.Read(p)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if err := c.extend(); err != nil {
			return 0, err
		}
	}
}

// extend moves the socket's deadline to where the connection's now is, if that
// is still to come.
func (c *conn) extend() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return os.ErrDeadlineExceeded
	}
	if d := c.deadline(); time.Now().Before(d) {
		return c.nc.SetReadDeadline(d)
	}
	return errExpired
}
