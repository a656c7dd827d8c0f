// Package sim is the chat in a deterministic simulation: the real Lambda functions and rules
// over a store in memory, behind a gateway in memory, with the clients of package client, in
// virtual time. A seed decides which faults strike. One seed gives one run.
package sim

import (
	"fmt"
	"math/rand/v2"
	"time"

	"projectchat/internal/names"
	"projectchat/lab/check"
)

// Options of a run.
type Options struct {
	Seed uint64
	// Hours of virtual time; 0: 24.
	Hours int
	// Retention of messages; 0: for ever.
	Retention time.Duration
	// Calm leaves out every fault except the everyday ones: the idle close and the 2-hour
	// cut.
	Calm bool
}

// Result is the outcome of a run.
type Result struct {
	History []check.Record
	Stats   Stats
	// Mixed: some functions and pages were of an earlier revision of the protocol.
	Mixed bool
}

// Stats counts events by name: faults, invocations, connections.
type Stats map[string]int

// world is one simulated world.
type world struct {
	o       Options
	loop    *loop
	rng     *rand.Rand // for the loop alone
	began   time.Time
	store   *table
	gateway *gateway
	history []check.Record
	stats   Stats

	trouble     bool // faults strike
	ending      bool // the faults have stopped for good
	wrongClocks bool // of functions, in quiet times, too
	invocations int
	people      []*person
	tabs        []*tab
	rooms       []string
	epochs      map[string]string
	shared      bool // the tabs of a person in a room share an outbox
	restores    bool // the table is restored now and then
	mute        bool // @connections cannot be reached: no pushes, and no connection is closed
	smallRoom   int  // a room of more connections is a large one; 0: as in production
	mixed       bool // some functions or pages are of revision 1 now and then
	old         map[string]bool
	running     map[*invocation]bool
	putAt       puts
}

// Run runs a world. It must be called within a synctest bubble.
func Run(o Options) Result {
	if o.Hours == 0 {
		o.Hours = 24
	}
	w := newWorld(o)
	w.play()
	w.rest()
	w.stats["samples of a large room"] = w.store.parts
	w.stats["stale samples of seats"] = w.store.stale
	return Result{History: w.history, Stats: w.stats, Mixed: w.mixed}
}

func newWorld(o Options) *world {
	w := &world{
		o: o, loop: newLoop(), rng: rand.New(rand.NewPCG(o.Seed, 0x73696d)), began: time.Now(),
		stats: Stats{}, epochs: map[string]string{}, running: map[*invocation]bool{},
		old: map[string]bool{},
	}
	w.shared = w.dice("shared").Float64() < 0.5
	w.mixed = !o.Calm && w.dice("mixed").Float64() < 0.3
	w.restores = !o.Calm && w.dice("restores").Float64() < 0.4
	storeSkew := w.between(-2*time.Second, 2*time.Second)
	if dice := w.dice("small room"); !o.Calm && dice.Float64() < 0.15 {
		w.smallRoom = 2 + dice.IntN(3)
	}
	w.store = newTable(func() time.Time { return time.Now().Add(storeSkew) })
	w.gateway = &gateway{w: w, conns: map[string]*conn{}}
	return w
}

// rest lets everybody go, and waits until everything under way has ended.
func (w *world) rest() {
	for _, t := range w.tabs {
		w.loop.cancel(t.tick)
		t.m, t.tick = nil, nil
	}
	for again := true; again; again = w.loop.busy > 0 {
		w.loop.run(time.Now().Add(functionTimeout))
	}
}

func (w *world) record(r check.Record) {
	r.T = time.Since(w.began)
	w.history = append(w.history, r)
}

// end is the end of the world.
func (w *world) end() time.Time { return w.began.Add(time.Duration(w.o.Hours) * time.Hour) }

// chance returns true with this probability. Only the loop calls it.
func (w *world) chance(p float64) bool { return w.rng.Float64() < p }

// strikes is chance in times of trouble. It counts the faults that strike.
func (w *world) strikes(p float64, what string) bool {
	if !w.trouble || !w.chance(p) {
		return false
	}
	w.stats[what]++
	return true
}

func (w *world) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.rng.Int64N(int64(to-from)))
}

// latency is the time of one way through the net.
func (w *world) latency() time.Duration { return w.between(2*time.Millisecond, 40*time.Millisecond) }

func pick[T any](w *world, list []T) T { return list[w.rng.IntN(len(list))] }

// dice returns random numbers that depend only on the seed and a name, so that goroutines may
// ask for them in any order.
func (w *world) dice(name string) *rand.Rand {
	hash := uint64(14695981039346656037)
	for i := range len(name) {
		hash = (hash ^ uint64(name[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(w.o.Seed, hash))
}

// epoch returns a room's epoch, "" if there is no room of this name.
func (w *world) epoch(room string) string {
	if e, ok := w.epochs[room]; ok {
		return e
	}
	r, err := w.store.Room(background, names.RoomKey(room))
	if err != nil {
		return ""
	}
	w.epochs[room] = r.Epoch
	return r.Epoch
}

func (w *world) name(kind string, n int) string { return fmt.Sprintf("%s%d", kind, n) }
