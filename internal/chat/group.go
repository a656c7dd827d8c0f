package chat

import (
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Panic is what a panic in a goroutine of the [Service] becomes: the goroutine
// of the request panics with it. Who recovers there, as for any other panic,
// keeps the process alive; nobody could in a goroutine of the service's own.
type Panic struct {
	Value any
	Stack string // of the goroutine that panicked first
}

// group is an errgroup.Group whose functions may panic; Wait then does so.
type group struct {
	errgroup.Group
	once     sync.Once
	panicked *Panic
}

func (g *group) Go(f func() error) {
	g.Group.Go(func() error {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case *Panic: // of a group within this one: it knows where it began
				g.once.Do(func() { g.panicked = p })
			default:
				g.once.Do(func() { g.panicked = &Panic{p, string(debug.Stack())} })
			}
		}()
		return f()
	})
}

func (g *group) Wait() error {
	err := g.Group.Wait()
	if g.panicked != nil {
		panic(g.panicked)
	}
	return err
}
