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

// inputBytes is the size of one read. Most messages fit.
const inputBytes = 1 << 10

// await waits for the client. An idle connection costs little more than this
// goroutine's stack, which starts with 2 KiB and hardly shrinks once it has
// grown. So await calls nothing deeper than a read of the socket and never
// returns to waiting: awake starts a new goroutine for that.
func (c *conn) await() {
	n, err := c.nc.Read(c.header[:])
	c.awake(n, err)
}

// awake handles the end of a wait: input, a deadline or an error.
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

// proceed serves the message, if there is one, and lets the next one come.
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

// accept waits until a message may be served. It returns a cause if the
// connection must end instead.
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

// next starts a goroutine for the next input.
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

// nextMessage reads one text message with all its fragments, and answers the
// control frames between them. After a control frame that comes before any
// message it returns without a message. It checks a length before it waits for
// the payload or allocates memory for it.
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
			return nil, causeNotUTF8.because("a message that is not UTF-8")
		}
		return message, nil
	}
}

// check checks a frame's header. before is the length of the message's earlier
// fragments.
func check(h ws.Header, state ws.State, before int) *cause {
	switch {
	case ws.CheckHeader(h, state) != nil:
		return causeProtocol.because("a frame that RFC 6455 forbids")
	case h.OpCode == ws.OpBinary:
		return causeBinary.because("a binary frame")
	case h.Length > maxFrameBytes:
		return causeTooBig.because("a frame of " + withThousands(h.Length) + " bytes")
	case int64(before)+h.Length > maxMessageBytes:
		return causeTooBig.because("a message of " + withThousands(int64(before)+h.Length) + " bytes or more")
	}
	return nil
}

// control answers a ping, and returns the cause that a close frame contains. A
// pong has no effect.
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

// closedBy returns the cause that a client's close frame contains. Its farewell
// repeats the client's code.
func closedBy(payload []byte) cause {
	if len(payload) == 0 {
		return causeNoCode
	}
	code, reason := ws.ParseCloseFrameData(payload)
	if code > 4999 {
		return *causeProtocol.because("a close code that RFC 6455 forbids")
	}
	switch err := ws.CheckCloseFrameData(code, reason); {
	case errors.Is(err, ws.ErrProtocolInvalidUTF8):
		return *causeNotUTF8.because("a close reason that is not UTF-8")
	case err != nil:
		return *causeProtocol.because("a close frame that RFC 6455 forbids")
	}
	return cause{code: int(code), reason: reason, farewell: ws.NewCloseFrameBody(code, "")}
}

// errExpired means that the connection is idle too long or too old.
var errExpired = errors.New("idle or too old")

// causeOf returns the cause for a failed read. It has no effect if another
// goroutine has ended the connection and thereby woken the reader.
func (c *conn) causeOf(err error) *cause {
	if errors.Is(err, errExpired) {
		return c.expiry()
	}
	if errors.Is(err, ws.ErrHeaderLengthMSB) {
		return causeProtocol.because("a frame of 2^63 bytes or more")
	}
	return causeCut.because("no close frame came")
}

// Read reads from the client. It fails only if the connection must end.
// Messages do not move the socket's deadline; when it passes, extend compares
// it with the connection's present one.
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

// extend sets the socket's deadline to the connection's present one, if that
// lies in the future.
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
