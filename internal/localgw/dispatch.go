package localgw

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// acquire waits until the connection may have one more message at work, and
// reports false if the connection is to end instead.
func (c *conn) acquire() bool {
	select {
	case c.slots <- struct{}{}:
		return true
	default:
	}
	for {
		wait := c.remaining()
		if wait <= 0 {
			return false
		}
		timer := time.NewTimer(wait)
		select {
		case c.slots <- struct{}{}:
			timer.Stop()
			return true
		case <-c.gone:
			timer.Stop()
			return false
		case <-timer.C:
		}
	}
}

func (c *conn) release() { <-c.slots }

// dispatch lets the route's function have the message while the next one is
// read: API Gateway promises no order within a connection.
func (c *conn) dispatch(body []byte) {
	c.gw.functions.running.Add(1)
	go func() {
		defer c.gw.functions.running.Done()
		frame, ok := c.answer(body)
		if !ok {
			c.release()
			return
		}
		c.reply(frame)
	}()
}

// answer is the text for the client, if there is one.
func (c *conn) answer(body []byte) ([]byte, bool) {
	requestID := newID(idRequest)
	key, route, ok := c.gw.routeOf(body)
	if !ok {
		return errorFrame("Forbidden", c.id, requestID), true
	}
	event := c.messageEvent(key, body, requestID, time.Now())
	reply, err := c.gw.functions.call(route, key, requestID, event)
	if err != nil {
		return errorFrame(messageFor(err), c.id, requestID), true
	}
	text, err := routeResponse(reply)
	if err != nil {
		c.gw.functions.log.Error("malformed reply", "route", key, "requestId", requestID, "error", err.Error())
		return errorFrame(messageFor(err), c.id, requestID), true
	}
	return text, route.TwoWay
}

// routeResponse is the body of a well-formed reply. The status does not matter.
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

// reply sends the answer to a message, whose slot is free once it is written.
// So a client that does not read its answers is not read any more either.
func (c *conn) reply(text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.out.add(outgoing{frame: frames(ws.OpText, text), reply: true, message: true})
	c.startWriter()
}

// pong answers a ping. Where many wait to be written this one is left out: RFC
// 6455 asks for an answer to the latest ping only.
func (c *conn) pong(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || c.out.full(c.gw, len(payload)) {
		return
	}
	c.out.add(outgoing{frame: frames(ws.OpPong, payload), counted: true})
	c.startWriter()
}
