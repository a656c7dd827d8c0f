package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// floor is the plainest chat: a set of sockets in memory, and every frame goes to all others.
// It has no names, no order over processes and no history.
type floor struct {
	server *http.Server
	url    string

	mu      sync.Mutex
	members map[*websocket.Conn]chan []byte
}

func newFloor() (*floor, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the plain chat: %w", err)
	}
	f := &floor{url: "ws://" + listener.Addr().String(), members: map[*websocket.Conn]chan []byte{}}
	f.server = &http.Server{Handler: f}
	go f.server.Serve(listener)
	return f, nil
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	out := make(chan []byte, 256)
	f.mu.Lock()
	f.members[c] = out
	f.mu.Unlock()
	go func() {
		for frame := range out {
			if c.Write(context.Background(), websocket.MessageText, frame) != nil {
				return
			}
		}
	}()
	for {
		_, frame, err := c.Read(context.Background())
		if err != nil {
			break
		}
		f.broadcast(c, frame)
	}
	f.mu.Lock()
	delete(f.members, c)
	close(out)
	f.mu.Unlock()
}

func (f *floor) broadcast(from *websocket.Conn, frame []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c, out := range f.members {
		if c != from {
			out <- frame
		}
	}
}

func (f *floor) open(ctx context.Context, n int) (*room, error) {
	socks := make([]*websocket.Conn, 0, n)
	for range n {
		c, _, err := websocket.Dial(ctx, f.url, nil)
		if err != nil {
			return nil, fmt.Errorf("connect to the plain chat: %w", err)
		}
		socks = append(socks, c)
	}
	return newRoom(socks, func(text string) []byte { return []byte(text) }, ""), nil
}

func (f *floor) close() { f.server.Close() }
