package gateway

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// acquire waits until the connection may have one more message at work. It
// reports false if the connection must end instead.
func (c *conn) acquire() bool {
	for {
		freed := c.takeSlot()
		if freed == nil {
			return true
		}
		wait := c.remaining()
		if wait <= 0 {
			return false
		}
		timer := time.NewTimer(wait)
		select {
		case <-freed:
		case <-c.ending():
			timer.Stop()
			return false
		case <-timer.C:
		}
		timer.Stop()
	}
}

// takeSlot takes one of the connection's slots and returns nil. If none is
// free, it returns a channel that is closed when one is.
func (c *conn) takeSlot() (freed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.atWork < c.gw.maxPerConnection {
		c.atWork++
		return nil
	}
	if c.freed == nil {
		c.freed = make(chan struct{})
	}
	return c.freed
}

// release frees a slot.
func (c *conn) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.freeSlot()
}

// freeSlot frees a slot. The caller holds mu.
func (c *conn) freeSlot() {
	c.atWork--
	if c.freed != nil {
		close(c.freed)
		c.freed = nil
	}
}

// serve passes the message to its route. The connection's next message is read
// meanwhile: API Gateway promises no order within a connection.
func (c *conn) serve(body []byte) {
	defer c.gw.functions.running.Done()
	start := time.Now()
	key, a := c.answer(body)
	if a.silent {
		c.release()
	} else {
		c.reply(a.text)
	}
	c.gw.trace.line(key, c.id, start, a.refused, a.outcome)
}

// answer is the outcome of a message.
type answer struct {
	text []byte
	// silent means that no frame is sent to the client.
	silent bool
	// refused and outcome are for the trace.
	refused bool
	outcome string
}

// failure returns one of API Gateway's own error frames.
func (c *conn) failure(message, requestID, why string) answer {
	return answer{text: errorFrame(message, c.id, requestID), refused: true, outcome: why + ": " + message}
}

// answer finds the message's route and runs its function, unless a limit, the
// route's model or a fault forbids it.
func (c *conn) answer(body []byte) (key string, a answer) {
	requestID := newID(idRequest)
	key, route, ok := c.gw.routeOf(body)
	switch {
	case !c.gw.account.Allow() || !route.throttle.Allow():
		message := or(c.gw.unsettled.ThrottledMessage, defaultThrottledMessage)
		return key, c.failure(message, requestID, "over the limit of the route or the account")
	case !ok:
		return "-", c.failure("Forbidden", requestID, "no route and no $default")
	case route.Validate != nil && route.Validate(body) != nil:
		return key, answer{text: badBodyFrame(c.id), refused: true, outcome: "not as the route's model wants it: Bad request body"}
	case c.gw.faults.happens(MessageError, c.id):
		return key, c.failure("Internal server error", requestID, "fault "+string(MessageError))
	}
	a = c.invoke(key, route, body, requestID)
	return key, c.failReply(a, requestID)
}

func (c *conn) invoke(key string, route Route, body []byte, requestID string) answer {
	event := c.messageEvent(key, body, requestID, time.Now())
	reply, err := c.gw.call(route, key, requestID, event)
	if err != nil {
		return c.failure(messageFor(err), requestID, explanation(err))
	}
	text, err := routeResponse(reply)
	switch {
	case err != nil:
		c.gw.functions.log.Error("malformed reply", "route", key, "requestId", requestID, "error", err.Error())
		return c.failure(messageFor(err), requestID, "malformed reply")
	case route.TwoWay:
		return answer{text: text, outcome: "answered"}
	case len(text) > 0:
		return answer{silent: true, outcome: "no route response: the reply was dropped"}
	}
	return answer{silent: true, outcome: "done"}
}

// routeResponse returns the body of a well-formed reply. The status has no
// effect.
func routeResponse(reply []byte) ([]byte, error) {
	res, err := parseResult(reply)
	if err != nil {
		return nil, err
	}
	if len(res.body) > maxMessageBytes {
		return nil, errors.New("body is longer than a message can be")
	}
	if !utf8.Valid(res.body) {
		return nil, errors.New("body is not text")
	}
	return res.body, nil
}

// reply queues the answer to a message. The message's slot stays taken until
// the answer is written, so the gateway stops reading from a client that does
// not read its answers.
func (c *conn) reply(text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.out.add(outgoing{frame: frames(ws.OpText, text), reply: true, message: true})
	c.startWriter()
}

// pong answers a ping. It leaves the answer out if the queue is full: RFC 6455
// (section 5.5.3) requires an answer to the latest ping only.
func (c *conn) pong(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || c.out.full(c.gw, len(payload)) {
		return
	}
	c.out.add(outgoing{frame: frames(ws.OpPong, payload), counted: true})
	c.startWriter()
}
