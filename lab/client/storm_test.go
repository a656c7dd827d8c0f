package client_test

import (
	"container/heap"
	"fmt"
	"strings"
	"testing"
	"time"

	"projectchat/lab/client"
)

// happening is an event of one of many machines.
type happening struct {
	at      time.Time
	machine int
	event   client.Event
}

type agenda []happening

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at.Before(a[j].at) }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(happening)) }
func (a *agenda) Pop() any {
	x := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return x
}

// crowd is many machines before a server that takes at most 500 connections a second, which
// is API Gateway's quota.
type crowd struct {
	machines []*client.Machine
	inRoom   int
	agenda   agenda
	now      time.Time
	dials    []time.Time
	let      map[int64]int // by second
	live     []time.Time   // when each was last seen live
}

const letIn = 500

func newCrowd(n, inRoom int, hidden bool) *crowd {
	c := &crowd{now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), inRoom: inRoom, let: map[int64]int{}, live: make([]time.Time, n)}
	for i := range n {
		c.machines = append(c.machines, client.New(client.Config{Room: "Room", UID: me, Seed: uint64(i), Hidden: hidden}))
		c.in(time.Duration(i)*10*time.Millisecond, i, client.Start{})
	}
	return c
}

func (c *crowd) in(d time.Duration, machine int, e client.Event) {
	heap.Push(&c.agenda, happening{c.now.Add(d), machine, e})
}

func (c *crowd) run(d time.Duration) {
	for end := c.now.Add(d); len(c.agenda) > 0 && !c.agenda[0].at.After(end); {
		h := heap.Pop(&c.agenda).(happening)
		c.now = h.at
		for _, a := range c.machines[h.machine].Handle(c.now, h.event) {
			c.do(h.machine, a)
		}
		if at, ok := c.machines[h.machine].Wake(); ok {
			c.in(at.Sub(c.now), h.machine, client.Tick{})
		}
	}
}

func (c *crowd) do(i int, a client.Action) {
	const trip = 50 * time.Millisecond
	switch a := a.(type) {
	case client.Dial:
		c.dials = append(c.dials, c.now)
		if second := c.now.Unix(); c.let[second] < letIn {
			c.let[second]++
			c.in(trip, i, client.Opened(a))
			return
		}
		c.in(trip, i, client.Closed(a))
	case client.AskSession:
		c.in(trip, i, client.SessionIs{Known: true, UID: me})
	case client.Transmit:
		_, rest, _ := strings.Cut(string(a.Frame), `"id":"`)
		id, _, _ := strings.Cut(rest, `"`)
		one, all := `"onlineCount":1`, fmt.Sprintf(`"onlineCount":%d`, c.inRoom)
		frame := strings.Replace(joined(id, 0, false, false, nil), one, all, 1)
		c.in(trip, i, client.Received{Channel: a.Channel, Frame: []byte(frame)})
	case client.Began:
		c.live[i] = c.now
	case client.People: // a joined without new rows causes no other action
		c.live[i] = c.now
	}
}

// busiest returns the greatest number of times within any second.
func busiest(times []time.Time) int {
	most, first := 0, 0
	for i, at := range times {
		for at.Sub(times[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// TestStorm cuts a thousand clients at once. All must be back within 30 s, with at most 200
// handshakes in any second.
func TestStorm(t *testing.T) {
	for name, test := range map[string]struct {
		inRoom int
		hidden bool
	}{
		"one room, in view":        {1000, false},
		"one room, out of view":    {1000, true},
		"small rooms, out of view": {10, true},
	} {
		t.Run(name, func(t *testing.T) { storm(t, newCrowd(1000, test.inRoom, test.hidden)) })
	}
}

func storm(t *testing.T, c *crowd) {
	c.run(2 * time.Minute)
	c.dials = nil
	cut := c.now
	for i := range c.machines {
		c.in(0, i, client.Closed{Channel: 1})
	}
	c.run(time.Minute)
	peak, slowest := busiest(c.dials), time.Duration(0)
	for i, m := range c.machines {
		if !m.Live() || !c.live[i].After(cut) {
			t.Fatalf("client %d is not back", i)
		}
		slowest = max(slowest, c.live[i].Sub(cut))
	}
	t.Logf("at most %d dials in a second, the last one was back after %v", peak, slowest)
	if peak > 200 {
		t.Errorf("%d dials in a second", peak)
	}
	if slowest > 30*time.Second {
		t.Errorf("the last one was back after %v", slowest)
	}
}
