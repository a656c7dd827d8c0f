package main

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"projectchat/lab/netproxy"
)

// The faults of a [step], beside the cuts of netproxy.
const (
	stall        = "stall"  // nothing gets through for a while
	reload       = "reload" // the tab dies, and is opened again on its outbox
	storm        = "storm"  // every connection is reset at once
	killServer   = "kill -9 server"
	killDatabase = "kill -9 database"
	brownout     = "brownout" // the store fails eight times as often for a while
)

// step is one fault of the plan.
type step struct {
	at   int // the number of acknowledged messages at which it happens
	what string
	tab  int // the tab; -1: all of them
	long time.Duration
}

func (s step) String() string {
	text := fmt.Sprintf("at message %d: %s", s.at, s.what)
	if s.tab >= 0 {
		text += fmt.Sprintf(" of tab %d", s.tab)
	}
	if s.long > 0 {
		text += fmt.Sprintf(" for %v", s.long)
	}
	return text
}

// plan is the list of faults, as a function of the profile and the seed alone. It counts time
// in messages, so that a slower machine has the same faults in the same places of the run.
// Faults of calls and posts depend on the seed and the call's number; a connection's delay
// does, too.
type plan struct {
	blinded, seen []step // the first part of the run; the second, whose faults blind no client
	first, second int    // where the parts end, in acknowledged messages
}

// The shares of a run's messages that belong to the two parts. The rest is sent in the parts
// without faults.
const (
	firstShare  = 0.6
	secondShare = 0.97
)

func newPlan(p profile, seed uint64) plan {
	random := rand.New(rand.NewPCG(seed, 0x706c616e))
	out := plan{first: int(firstShare * float64(p.messages)), second: int(secondShare * float64(p.messages))}
	cut := func(from, to int, kinds []weighted) (steps []step) {
		cuts := int(p.cuts * float64(p.tabs()) * p.scheduled(to-from).Seconds())
		for range cuts {
			s := step{at: from + random.IntN(to-from), what: choose(random, kinds), tab: random.IntN(p.tabs())}
			switch s.what {
			case string(netproxy.Silence):
				s.long = between(random, 20*time.Second, 60*time.Second)
			case stall:
				s.long = between(random, 200*time.Millisecond, 3*time.Second)
			}
			steps = append(steps, s)
		}
		return steps
	}
	blinding := append(slices.Clone(visibleCuts), weighted{string(netproxy.Silence), 15})
	if p.hasty {
		blinding = visibleCuts
	}
	out.blinded = cut(0, out.first, blinding)
	out.seen = cut(out.first, out.second, visibleCuts)
	for _, big := range []struct {
		what string
		n    int
	}{{storm, p.storms}, {killServer, p.serverKills}, {killDatabase, p.databaseKills}, {brownout, p.brownouts}} {
		for i := range big.n {
			out.addBig(random, big.what, i, big.n)
		}
	}
	for _, steps := range [][]step{out.blinded, out.seen} {
		slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	}
	return out
}

// addBig adds one of several large faults, spread over the run. It leaves out the ends:
// nobody could tell a fault at the very end from those before it.
func (p *plan) addBig(random *rand.Rand, what string, i, of int) {
	usable := float64(p.second) * 0.75
	slot := usable / float64(of)
	s := step{at: int(0.05*float64(p.second) + slot*(float64(i)+random.Float64())), what: what, tab: -1}
	if what == brownout {
		s.long = between(random, 2*time.Second, 5*time.Second)
	}
	if s.at < p.first {
		p.blinded = append(p.blinded, s)
	} else {
		p.seen = append(p.seen, s)
	}
}

type weighted struct {
	what   string
	weight int
}

var visibleCuts = []weighted{{string(netproxy.Reset), 40}, {string(netproxy.Finish), 25}, {stall, 15}, {reload, 5}}

func choose(random *rand.Rand, from []weighted) string {
	total := 0
	for _, w := range from {
		total += w.weight
	}
	n := random.IntN(total)
	for _, w := range from {
		if n -= w.weight; n < 0 {
			return w.what
		}
	}
	return ""
}

func between(random *rand.Rand, from, to time.Duration) time.Duration {
	return (from + time.Duration(random.Int64N(int64(to-from)))).Round(time.Millisecond)
}

// delayOf returns how slow connection n of a tab is. Most are not slow.
func delayOf(seed uint64, tab, n int, share float64) time.Duration {
	random := rand.New(rand.NewPCG(seed^uint64(tab)<<20^uint64(n), 0x64656c6179))
	if random.Float64() >= share {
		return 0
	}
	return between(random, 2*time.Millisecond, 80*time.Millisecond)
}

func (p plan) all() []step { return slices.Concat(p.blinded, p.seen) }

// count returns how often each fault is planned.
func (p plan) count() map[string]int {
	n := map[string]int{}
	for _, s := range p.all() {
		n[s.what]++
	}
	return n
}

// print writes every step.
func (p plan) print(w io.Writer) {
	fmt.Fprintf(w, "until message %d, with faults that only a heartbeat finds:\n", p.first)
	for _, s := range p.blinded {
		fmt.Fprintln(w, " ", s)
	}
	fmt.Fprintf(w, "until message %d, without:\n", p.second)
	for _, s := range p.seen {
		fmt.Fprintln(w, " ", s)
	}
}

// summary writes the large faults, and the numbers of the small ones.
func (p plan) summary(w io.Writer) {
	count := p.count()
	small := []weighted{{string(netproxy.Silence), 0}}
	for _, kind := range append(small, visibleCuts...) {
		fmt.Fprintf(w, "planned: %d %s\n", count[kind.what], kind.what)
	}
	for _, s := range p.all() {
		if s.tab < 0 {
			fmt.Fprintln(w, "planned:", s)
		}
	}
}
