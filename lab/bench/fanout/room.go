package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// room is a room with the sockets of all its connections.
type room struct {
	sender *websocket.Conn
	others int
	frame  func(text string) []byte // the frame that the sender sends
	reply  []byte                   // part of the sender's reply; nil if there is none
	acked  chan struct{}

	mu      sync.Mutex
	text    []byte // the message that everybody waits for
	missing int
	done    chan time.Time

	socks []*websocket.Conn
	sent  int
}

// newRoom takes over sockets that are in a room already, the sender's first.
func newRoom(socks []*websocket.Conn, frame func(text string) []byte, reply string) *room {
	r := &room{
		sender: socks[0], others: len(socks) - 1, socks: socks,
		frame: frame, reply: []byte(reply), acked: make(chan struct{}, 1), done: make(chan time.Time, 1),
	}
	go r.readReplies()
	for _, c := range socks[1:] {
		go r.read(c)
	}
	return r
}

func (r *room) readReplies() {
	for {
		_, frame, err := r.sender.Read(context.Background())
		if err != nil {
			return
		}
		if len(r.reply) > 0 && bytes.Contains(frame, r.reply) {
			r.acked <- struct{}{}
		}
	}
}

// read reads every frame of a connection, and notes the message that is waited for.
func (r *room) read(c *websocket.Conn) {
	for {
		_, frame, err := c.Read(context.Background())
		if err != nil {
			return
		}
		r.mu.Lock()
		if r.missing > 0 && bytes.Contains(frame, r.text) {
			if r.missing--; r.missing == 0 {
				r.done <- time.Now()
			}
		}
		r.mu.Unlock()
	}
}

// measure sends one message and waits until the last of the others has it.
func (r *room) measure(ctx context.Context) (time.Duration, error) {
	r.sent++
	text := fmt.Sprintf("message %06d of the measurement, as long as people's messages are ", r.sent)
	text += string(bytes.Repeat([]byte("x"), 200-len(text)))
	r.mu.Lock()
	r.text, r.missing = []byte(text), r.others
	r.mu.Unlock()
	began := time.Now()
	if err := r.sender.Write(ctx, websocket.MessageText, r.frame(text)); err != nil {
		return 0, fmt.Errorf("send: %w", err)
	}
	timeout := time.After(10 * time.Second)
	var took time.Duration
	for waiting := r.waits(); waiting > 0; waiting-- {
		select {
		case last := <-r.done:
			took = last.Sub(began)
		case <-r.acked:
		case <-timeout:
			return 0, errors.New("a connection did not get the message within 10 s")
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return took, nil
}

// waits is how many events end a measurement: the last connection's frame, and the sender's
// reply if there is one, so that one message is over before the next.
func (r *room) waits() int {
	if len(r.reply) > 0 {
		return 2
	}
	return 1
}

func (r *room) close() {
	for _, c := range r.socks {
		c.CloseNow()
	}
}
