package sim

import (
	"cmp"
	"container/heap"
	"context"
	"sync"
	"testing/synctest"
	"time"
)

// loop is the scheduler of a simulated world. Everything is an event of the loop; events run
// one after the other, in the order of time and then of key.
//
// The clients run in the loop altogether. The functions are real code with goroutines of
// their own. But each step that such a goroutine takes outside (a call of the store, a post)
// waits until the loop lets it happen ([loop.park]), and the loop goes on only when all
// goroutines wait again (synctest.Wait). So one step runs at a time, and the seed alone
// decides which.
type loop struct {
	mu    sync.Mutex
	queue queue
	woken chan struct{}
	busy  int    // running functions; touched only by the loop
	made  uint64 // events that the loop itself made
}

// event is something that happens at a time.
type event struct {
	at   time.Time
	key  string // the order of events at the same time
	n    uint64
	run  func()
	dead bool
}

func newLoop() *loop { return &loop{woken: make(chan struct{}, 1)} }

// at plans an event. Only events call it.
func (l *loop) at(at time.Time, run func()) *event {
	l.made++
	e := &event{at: at, n: l.made, run: run}
	l.push(e)
	return e
}

func (l *loop) in(d time.Duration, run func()) *event { return l.at(time.Now().Add(d), run) }

func (l *loop) push(e *event) {
	l.mu.Lock()
	heap.Push(&l.queue, e)
	l.mu.Unlock()
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

func (l *loop) cancel(e *event) {
	if e != nil {
		l.mu.Lock()
		e.dead = true
		l.mu.Unlock()
	}
}

// park lets a function's goroutine wait until the loop has reached the time at and decided
// about its step. It returns false if ctx was over before.
func park[V any](ctx context.Context, l *loop, at time.Time, key string, decide func() V) (verdict V, ok bool) {
	decided := make(chan V, 1)
	e := &event{at: at, key: key, run: func() { decided <- decide() }}
	l.push(e)
	select {
	case verdict = <-decided:
		return verdict, true
	case <-ctx.Done():
		l.cancel(e)
		return verdict, false
	}
}

// run runs the events until a time.
func (l *loop) run(until time.Time) {
	for {
		if l.busy > 0 {
			synctest.Wait()
		}
		e := l.next()
		if e == nil || e.at.After(until) {
			if l.busy == 0 {
				time.Sleep(time.Until(until))
				return
			}
			e = &event{at: until, dead: true}
		}
		if wait := time.Until(e.at); wait > 0 {
			l.sleep(wait)
			continue // a function's own timer may have been due before this time or at it
		}
		if e.dead {
			return
		}
		l.pop()
		e.run()
	}
}

// sleep waits for a while, or until there are new events.
func (l *loop) sleep(d time.Duration) {
	if l.busy == 0 {
		time.Sleep(d)
		return
	}
	select { // the events that were planned before have been looked at
	case <-l.woken:
	default:
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.woken:
	}
}

func (l *loop) next() *event {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.queue) > 0 && l.queue[0].dead {
		heap.Pop(&l.queue)
	}
	if len(l.queue) == 0 {
		return nil
	}
	return l.queue[0]
}

func (l *loop) pop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	heap.Pop(&l.queue)
}

// queue is a heap of events.
type queue []*event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return cmp.Or(q[i].at.Compare(q[j].at), cmp.Compare(q[i].key, q[j].key), cmp.Compare(q[i].n, q[j].n)) < 0
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(e any)   { *q = append(*q, e.(*event)) }
func (q *queue) Pop() any {
	old := *q
	e := old[len(old)-1]
	*q = old[:len(old)-1]
	return e
}
