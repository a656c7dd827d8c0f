package client

import "projectchat/internal/wire"

// roomLog is what is known of a room's log in one epoch: a run of rows without
// holes, from first to last, and rows further on that wait for those between.
type roomLog struct {
	epoch       string // "": not known
	first, last int64  // the run; first is last+1 where it is empty
	ahead       map[int64]wire.Message
	head        int64 // the log is known to reach it
}

func (g *roomLog) behind() bool { return g.head > g.last }

// replace starts again from the newest page, whose end is head or further on.
func (g *roomLog) replace(epoch string, page []wire.Message, head int64) (fresh []wire.Message) {
	known := int64(0)
	if epoch == g.epoch {
		known = g.head
	}
	g.epoch, g.ahead = epoch, map[int64]wire.Message{}
	g.last = head
	if len(page) > 0 {
		g.last = page[0].Seq - 1
	}
	g.first, g.head = g.last+1, max(g.last, known)
	fresh = g.add(page)
	g.note(head)
	return fresh
}

// add applies what follows on, holds what is further on, and drops the rest.
func (g *roomLog) add(messages []wire.Message) (fresh []wire.Message) {
	for _, m := range messages {
		if m.Seq > g.last {
			g.ahead[m.Seq] = m
		}
		g.note(m.Seq)
	}
	for {
		next, ok := g.ahead[g.last+1]
		if !ok {
			return fresh
		}
		delete(g.ahead, next.Seq)
		g.last = next.Seq
		fresh = append(fresh, next)
	}
}

func (g *roomLog) note(seq int64) { g.head = max(g.head, seq) }

// level: the log turned out to end at last.
func (g *roomLog) level() {
	g.head = g.last
	for seq := range g.ahead {
		g.note(seq)
	}
}
