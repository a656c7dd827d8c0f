package check

import (
	"cmp"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// log names one epoch of a room.
type log struct{ room, epoch string }

// order judges the order of messages: those of one sender, and all of a room.
func (c *checker) order() {
	byLog, logs := map[log][]*attempt{}, []log{}
	for _, a := range c.inOrder {
		if len(a.at) > 0 {
			l := log{a.at[0].room, a.at[0].epoch}
			if byLog[l] == nil {
				logs = append(logs, l)
			}
			byLog[l] = append(byLog[l], a)
		}
	}
	for _, l := range logs {
		c.senders(byLog[l])
		c.realTime(byLog[l])
	}
}

// senders: the messages of one sender are in the log in the order of sending.
func (c *checker) senders(inOrder []*attempt) {
	last := map[string]*attempt{}
	for _, a := range inOrder {
		who := a.who
		if c.o.Mixed && a.kind != "" {
			who += ", changes"
		}
		before := last[who]
		if before != nil && before.at[0].seq > a.at[0].seq {
			c.fail(SenderOrder, "%s sent %s before %s; they are rows %d and %d of %s",
				a.who, before.cid, a.cid, before.at[0].seq, a.at[0].seq, a.room)
		}
		if before == nil || before.at[0].seq < a.at[0].seq {
			last[who] = a
		}
	}
}

// realTime: a message that was acknowledged before another was tried stands before it.
func (c *checker) realTime(inOrder []*attempt) {
	type ack struct {
		at time.Duration
		a  *attempt
	}
	var acks []ack
	for _, a := range inOrder {
		if len(a.acks) > 0 {
			acks = append(acks, ack{a.acks[0].T, a})
		}
	}
	slices.SortStableFunc(acks, func(a, b ack) int { return cmp.Compare(a.at, b.at) })
	var furthest *attempt
	next := 0
	for _, a := range inOrder { // in the order of their tries
		for next < len(acks) && acks[next].at < a.tried {
			if furthest == nil || acks[next].a.at[0].seq > furthest.at[0].seq {
				furthest = acks[next].a
			}
			next++
		}
		if furthest != nil && furthest.at[0].seq > a.at[0].seq {
			c.fail(RealTime, "%s was acknowledged at %v, before %s was tried at %v; they are rows %d and %d of %s",
				furthest.cid, furthest.acks[0].T, a.cid, a.tried, furthest.at[0].seq, a.at[0].seq, a.room)
		}
	}
}

// Linearizable reports by porcupine whether the sends of each log could have been appended
// one after the other: each at some moment between its try and its acknowledgement (or any
// time later, if it got none), so that each became the row that it is. It is a second opinion
// on real-time order, for small histories: its cost may be exponential. Use it only for runs
// without deletions.
func Linearizable(history []Record) bool {
	c := newChecker(history, Options{})
	byLog := map[log][]porcupine.Operation{}
	for i, a := range c.inOrder {
		if len(a.at) == 0 {
			continue
		}
		until := c.end + 1
		if len(a.acks) > 0 {
			until = a.acks[0].T
		}
		l := log{a.at[0].room, a.at[0].epoch}
		byLog[l] = append(byLog[l], porcupine.Operation{
			ClientId: i, Input: a.cid, Output: a.at[0].seq, Call: int64(a.tried), Return: int64(until),
		})
	}
	model := porcupine.Model{
		Init: func() any { return int64(0) },
		Step: func(state, _, output any) (bool, any) { return output == state.(int64)+1, output },
	}
	for _, operations := range byLog {
		if !porcupine.CheckOperations(model, operations) {
			return false
		}
	}
	return true
}
