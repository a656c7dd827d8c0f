package chattest

import (
	"context"
	"errors"
	"slices"
	"sync"

	"projectchat/internal/chat"
)

// ErrInjected is the error of a fake that was told to fail.
var ErrInjected = errors.New("chattest: injected failure")

// Broadcaster is a [chat.Broadcaster] that records its pushes and byes. It is
// safe for concurrent use. [NewBroadcaster] makes one; the zero value is not
// usable.
type Broadcaster struct {
	mu      sync.Mutex
	pushes  map[string][]chat.Push
	byes    map[string]chat.Bye
	faults  map[string]fault
	calls   int
	changed chan struct{} // closed and replaced at every change
}

type fault int

const (
	isGone fault = iota + 1
	fails
	hangs
)

var _ chat.Broadcaster = (*Broadcaster)(nil)

// NewBroadcaster makes a broadcaster that reaches every connection.
func NewBroadcaster() *Broadcaster {
	return &Broadcaster{
		pushes:  map[string][]chat.Push{},
		byes:    map[string]chat.Bye{},
		faults:  map[string]fault{},
		changed: make(chan struct{}),
	}
}

// Gone makes connections answer as gone.
func (b *Broadcaster) Gone(ids ...string) { b.setFault(isGone, ids) }

// Fail makes every push to these connections fail.
func (b *Broadcaster) Fail(ids ...string) { b.setFault(fails, ids) }

// Hang makes every push to these connections last until its context is over.
func (b *Broadcaster) Hang(ids ...string) { b.setFault(hangs, ids) }

// Heal makes these connections reachable again.
func (b *Broadcaster) Heal(ids ...string) { b.setFault(0, ids) }

func (b *Broadcaster) setFault(f fault, ids []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		b.faults[id] = f
	}
}

// Push implements [chat.Broadcaster].
func (b *Broadcaster) Push(ctx context.Context, to []string, p chat.Push) (gone []string) {
	hung := false
	b.mu.Lock()
	b.calls++
	for _, id := range to {
		switch b.faults[id] {
		case isGone:
			gone = append(gone, id)
		case hangs:
			hung = true
		case fails:
		default:
			b.pushes[id] = append(b.pushes[id], copyPush(p))
		}
	}
	b.signal()
	b.mu.Unlock()
	if hung {
		<-ctx.Done()
	}
	return gone
}

// Disconnect implements [chat.Broadcaster]. The connection is gone afterwards.
func (b *Broadcaster) Disconnect(ctx context.Context, id string, bye chat.Bye) error {
	b.mu.Lock()
	f := b.faults[id]
	if f == 0 {
		b.byes[id] = bye
		b.faults[id] = isGone
		b.signal()
	}
	b.mu.Unlock()
	switch f {
	case fails:
		return ErrInjected
	case hangs:
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// Pushes lists the pushes to a connection, in order.
func (b *Broadcaster) Pushes(id string) []chat.Push {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.pushes[id])
}

// Messages lists the messages of a room that were pushed to a connection, in
// order.
func (b *Broadcaster) Messages(id, room string) []chat.Message {
	var messages []chat.Message
	for _, p := range b.Pushes(id) {
		if m, ok := p.(chat.MessagesPush); ok && m.Room == room {
			messages = append(messages, m.Messages...)
		}
	}
	return messages
}

// Bye returns the bye with which a connection was closed.
func (b *Broadcaster) Bye(id string) (bye chat.Bye, closed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	bye, closed = b.byes[id]
	return bye, closed
}

// Calls returns how often Push was called.
func (b *Broadcaster) Calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// Reset forgets all pushes and byes. Connections that are gone, fail or hang
// stay so.
func (b *Broadcaster) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.pushes)
	clear(b.byes)
	b.calls = 0
}

// Changed returns a channel that is closed at the next Push or Disconnect, once
// its effects can be seen. A hanging Push may not have returned by then.
func (b *Broadcaster) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

// Await waits until cond is true, looking again after every Push and Disconnect.
func (b *Broadcaster) Await(ctx context.Context, cond func() bool) error {
	for {
		changed := b.Changed()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// AwaitPushes waits until a connection was sent at least n pushes.
func (b *Broadcaster) AwaitPushes(ctx context.Context, id string, n int) error {
	return b.Await(ctx, func() bool { return len(b.Pushes(id)) >= n })
}

func (b *Broadcaster) signal() {
	close(b.changed)
	b.changed = make(chan struct{})
}

func copyPush(p chat.Push) chat.Push {
	switch p := p.(type) {
	case chat.MessagesPush:
		p.Messages = slices.Clone(p.Messages)
		return p
	case chat.PresencePush:
		p.Joined, p.Left = slices.Clone(p.Joined), slices.Clone(p.Left)
		return p
	}
	return p
}
