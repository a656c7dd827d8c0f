package client

import "projectchat/internal/wire"

// roomLog is the known part of a room's log in one epoch: rows without a hole between them,
// from first to last, and rows further on that wait until the hole is filled.
type roomLog struct {
	epoch       string // "": not known
	first, last int64  // of the known rows; first is last+1 if there are none
	ahead       map[int64]wire.Message
	end         int64 // the log is known to reach this seq
}

func (g *roomLog) behind() bool { return g.end > g.last }

// replace starts again from the newest page of the log, which reaches end or further.
func (g *roomLog) replace(epoch string, page []wire.Message, end int64) (fresh []wire.Message) {
	known := int64(0)
	if epoch == g.epoch {
		known = g.end
	}
	g.epoch, g.ahead = epoch, map[int64]wire.Message{}
	g.last = end
	if len(page) > 0 {
		g.last = page[0].Seq - 1
	}
	g.first, g.end = g.last+1, max(g.last, known)
	fresh = g.add(page)
	g.note(end)
	return fresh
}

// add takes the rows that continue the log, keeps those further on, drops the rest. It returns
// the rows that it took.
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

// note: the log reaches seq.
func (g *roomLog) note(seq int64) { g.end = max(g.end, seq) }

// level: the log turned out to end at last.
func (g *roomLog) level() {
	g.end = g.last
	for seq := range g.ahead {
		g.note(seq)
	}
}
