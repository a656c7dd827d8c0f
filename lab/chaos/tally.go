package main

import (
	"context"
	"maps"
	"strings"
	"sync"

	"projectchat/internal/chat"
	"projectchat/local/gateway"
)

// The counts of a [tally] beside outcomes.
const (
	postsFirst = "posts: of a message's first push"
	postsAgain = "posts: of a repeated push"
)

// tally counts the acts of the server.
type tally struct {
	mu     sync.Mutex
	n      map[string]int
	pushed map[place]bool
}

// place is a row of a log.
type place struct {
	room, epoch string
	seq         int64
}

func newTally() *tally { return &tally{n: map[string]int{}, pushed: map[place]bool{}} }

func (t *tally) counts() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.n)
}

// trace counts the outcome of each event of the gateway: "POST @connections 410".
func (t *tally) trace(line gateway.Trace) {
	outcome, _, _ := strings.Cut(line.Outcome, ":")
	if _, fault, ok := strings.Cut(line.Outcome, "fault "); ok {
		outcome = "fault " + fault
	}
	if strings.Contains(line.Outcome, "does not read") {
		outcome = "429 unread"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n[line.Route+" "+outcome]++
}

// pushing counts the posts of a push of messages. Posts of a message that had been pushed
// before count apart.
func (t *tally) pushing(p chat.MessagesPush, posts int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kind := postsAgain
	for _, m := range p.Messages {
		at := place{p.Room, p.Epoch, m.Seq}
		if !t.pushed[at] {
			t.pushed[at] = true
			kind = postsFirst
		}
	}
	t.n[kind] += posts
}

// counted is a broadcaster whose pushes are counted.
type counted struct {
	chat.Broadcaster
	tally *tally
}

// Push implements [chat.Broadcaster].
func (c counted) Push(ctx context.Context, to []string, p chat.Push) (gone []string) {
	if m, ok := p.(chat.MessagesPush); ok {
		c.tally.pushing(m, len(to))
	}
	return c.Broadcaster.Push(ctx, to, p)
}
