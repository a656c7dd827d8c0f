package chat

import (
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Panic is the value that the goroutine of a request panics with after a
// goroutine that it started has panicked. The request's goroutine can recover
// and keep the process alive; nobody could in a goroutine of the service's own.
type Panic struct {
	Value any
	Stack string // of the goroutine that panicked first
}

// group is an errgroup.Group whose functions may panic; Wait then panics with a
// [Panic].
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
			case *Panic: // from a group within this one: it has the stack already
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
