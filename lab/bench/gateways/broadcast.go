package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// broadcastAll lets one socket send to a room again and again: the function reads the room's
// connections from a list and posts to each. The next message goes out when the last
// connection has the one before. It returns deliveries a second.
func broadcastAll(ctx context.Context, g *gateway, sender *sock, members []*sock, d time.Duration) (perSecond float64, err error) {
	if err := listMembers(g, members); err != nil {
		return 0, err
	}
	var arrived arrivals
	var readers sync.WaitGroup
	for _, c := range members {
		_ = c.raw.SetReadDeadline(time.Now().Add(d + time.Minute))
		readers.Go(func() { _, _ = io.Copy(&arrived, c.raw) })
	}
	defer readers.Wait()
	defer closeAll(members)
	message := fmt.Appendf(nil, `{"action":"broadcast","data":"%s"}`, bytes.Repeat([]byte("x"), payloadBytes))
	say := func() error {
		all := arrived.expect(len(members) * frameBytes)
		if err := sender.Write(ctx, websocket.MessageText, message); err != nil {
			return fmt.Errorf("broadcast: %w", err)
		}
		select {
		case <-all:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(30 * time.Second):
			return errors.New("a broadcast does not reach all connections")
		}
	}
	// The first one starts the function.
	if err := say(); err != nil {
		return 0, err
	}
	began, messages := time.Now(), 0
	for time.Since(began) < d {
		if err := say(); err != nil {
			return 0, err
		}
		messages++
	}
	return float64(messages*len(members)) / time.Since(began).Seconds(), nil
}

// listMembers writes the list that the function reads.
func listMembers(g *gateway, members []*sock) error {
	ids := make([]string, len(members))
	for i, c := range members {
		var err error
		if ids[i], err = ask(c); err != nil {
			return err
		}
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return os.WriteFile(g.list, list, 0o644)
}

// arrivals counts the bytes that are written to it.
type arrivals struct {
	mu      sync.Mutex
	missing int
	all     chan struct{}
}

// expect returns a channel that is closed when this many bytes more have come.
func (a *arrivals) expect(n int) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.missing, a.all = n, make(chan struct{})
	return a.all
}

// Write never fails.
func (a *arrivals) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.missing -= len(b); a.missing <= 0 && a.all != nil {
		close(a.all)
		a.all = nil
	}
	return len(b), nil
}
