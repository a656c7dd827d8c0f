package main

import (
	"context"
	"time"

	"github.com/coder/websocket"
)

// stuckBuffer is about how much the stuck reader's network holds.
const stuckBuffer = 4 << 10

// stick joins a room and never reads a frame, until ctx ends. If the connection breaks, it
// joins again.
func stick(ctx context.Context, r road, room string) {
	for ctx.Err() == nil {
		if c, err := r.dial(ctx); err == nil {
			stickTo(ctx, c, room)
			c.CloseNow()
		}
		sleep(ctx, 200*time.Millisecond)
	}
}

// stickTo writes now and then. A failing write tells it that the connection is gone.
func stickTo(ctx context.Context, c *websocket.Conn, room string) {
	frame := []byte(`{"action":"join","room":"` + room + `"}`)
	for ctx.Err() == nil {
		if c.Write(ctx, websocket.MessageText, frame) != nil {
			return
		}
		frame = []byte(`{"action":"ping","rooms":[]}`)
		sleep(ctx, 2*time.Second)
	}
}
