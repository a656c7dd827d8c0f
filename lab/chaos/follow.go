package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"projectchat/lab/netproxy"
)

// patience is how long the run may go on without an acknowledgement.
const patience = 90 * time.Second

// errCrashed says that the server ended by itself.
var errCrashed = errors.New("the server has crashed; its log, server.log, says why")

// brownoutFactor is how much more often the store fails in a brownout.
const brownoutFactor = 8

// follow does each step of a part when as many messages as it says have been acknowledged,
// until the part's end.
func (r *run) follow(ctx context.Context, steps []step, until int, out *result) error {
	f := &following{run: r, out: out, failed: make(chan error, 1)}
	defer f.under.Wait()
	acked, since := 0, time.Now()
	for {
		if now := int(r.record.acked.Load()); now > acked {
			acked, since = now, time.Now()
		}
		for len(steps) > 0 && steps[0].at <= acked {
			f.do(ctx, steps[0])
			steps = steps[1:]
		}
		select {
		case err := <-f.failed:
			return err
		default:
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case r.backend.crashed():
			return errCrashed
		case acked >= until && len(steps) == 0:
			return nil
		case time.Since(since) > patience:
			return fmt.Errorf("nothing was acknowledged for %v, after %d messages", patience, acked)
		}
		sleep(ctx, 10*time.Millisecond)
	}
}

// following is a part of the plan under way.
type following struct {
	*run
	out    *result
	under  sync.WaitGroup // steps that take time
	kill   sync.Mutex     // one kill at a time
	failed chan error

	mu sync.Mutex // of out
}

// do does a step. A step that takes time goes on in the background.
func (f *following) do(ctx context.Context, s step) {
	switch s.what {
	case storm:
		f.stormNow()
	case killServer:
		f.under.Go(func() { f.killing(ctx, s.what, f.backend.killServer) })
	case killDatabase:
		f.under.Go(func() { f.killing(ctx, s.what, f.backend.killDatabase) })
	case brownout:
		f.under.Go(func() { f.brownout(ctx, s.long) })
	case reload:
		f.events.note(reload, 0)
		f.under.Go(func() {
			t := f.tabs[s.tab]
			t.crash()
			t.open(ctx)
		})
	case stall:
		if f.tabs[s.tab].network.Stall(s.long) > 0 {
			f.events.note(stall, s.long)
		}
	default:
		if f.tabs[s.tab].network.Cut(netproxy.Cut(s.what), s.long) > 0 {
			f.events.note(s.what, s.long)
		}
	}
}

func (f *following) brownout(ctx context.Context, long time.Duration) {
	f.events.note(brownout, long)
	f.store.Set(f.profile.store.Times(brownoutFactor))
	sleep(ctx, long)
	f.store.Set(f.profile.store)
}

// killing kills a process, and measures how the run recovers.
func (f *following) killing(ctx context.Context, what string, kill func(context.Context) error) {
	f.kill.Lock()
	defer f.kill.Unlock()
	live, from := f.live.Load(), f.record.at()
	if err := kill(ctx); err != nil {
		select {
		case f.failed <- fmt.Errorf("%s: %w", what, err):
		default:
		}
		return
	}
	f.events.lasted(what, from)
	back := recovery{what: what, at: from, serving: f.record.at() - from}
	acked := f.record.acked.Load()
	if err := f.await(ctx, "an acknowledgement after "+what, patience, func() bool { return f.record.acked.Load() > acked }); err == nil {
		back.acked = f.record.at() - from
	}
	if err := f.await(ctx, "everybody after "+what, 3*time.Minute, func() bool { return f.live.Load() >= live-int64(len(f.tabs)/50) }); err == nil {
		back.back = f.record.at() - from
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out.recovered = append(f.out.recovered, back)
}
