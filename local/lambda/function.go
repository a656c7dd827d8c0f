// Package lambda is AWS Lambda for one machine: it runs functions as local
// processes that speak the Lambda Runtime API, as a bootstrap of a custom
// runtime or a Node.js handler does, or calls those of a Lambda Invoke API such
// as `sam local start-lambda`.
//
// As in Lambda, a process handles one event at a time and is kept for later
// ones, so that what it did at its start and what it left in memory is there
// again; events that come together get processes of their own. A process that
// crashes or takes too long is ended and its event fails.
//
// Two differences remain: processes are not frozen between events, and a failed
// start is not tried again for the same event.
package lambda

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Lambda's limits, from "Lambda quotas" and "Understanding the Lambda execution
// environment lifecycle".
const (
	initTime     = 10 * time.Second
	maxPayload   = 6 << 20
	defaultLimit = 16
	settleTime   = 250 * time.Millisecond
)

// Error is a function error: the function, or its process, failed.
type Error struct {
	// Type is errorType: "Runtime.ExitError" for a crash, "Sandbox.Timedout" for
	// a timeout, else what the function says.
	Type string
	// Message is errorMessage, as the function says it.
	Message string
}

// Error is the message alone, by which API Gateway knows "Unauthorized".
func (e *Error) Error() string { return e.Message }

// errClosed says that the function was closed.
var errClosed = errors.New("the function is closed")

// Config describes a function. Command is required.
type Config struct {
	// Name is the function's name.
	Name string
	// Command is the program with its arguments; see [Command].
	Command []string
	// Dir is the folder of the function's code.
	Dir string
	// Handler is what the function finds as _HANDLER.
	Handler string
	// Runtime is the template's, for example "nodejs20.x"; may be empty.
	Runtime string
	// Timeout is how long an event may take; 0 means Lambda's 3 s.
	Timeout time.Duration
	// MemoryMB is told to the function, not enforced; 0 means Lambda's 128.
	MemoryMB int
	// Region is AWS_REGION; "us-east-1" if empty.
	Region string
	// Environment holds the function's variables, those of the processes' PATH
	// and the like included: nothing is inherited. Variables that Lambda
	// reserves are set over them.
	Environment map[string]string
	// MaxProcesses bounds the processes; further events wait. 0 means 16.
	MaxProcesses int
	// Output gets each line that a process writes, from several goroutines at
	// once; nil discards them.
	Output func(line string)
	// Event is told what happens to processes, for a log; nil discards it.
	Event func(what string)
	// Started is told of each process that asks for its first event, and how long
	// it took to, from just before it was started; nil discards it.
	Started func(pid int, took time.Duration)
}

// Function runs a function in processes. It must be made with New and ended
// with Close.
type Function struct {
	cfg Config
	// slots bounds the processes that are at work or starting.
	slots chan struct{}

	mu     sync.Mutex
	idle   []*process // the one used last is at the end
	all    map[*process]bool
	closed bool
	// settling processes have replied and are not yet idle; waiting events hope
	// for one; freed is closed, and replaced, when one is idle or gone.
	settling, waiting int
	freed             chan struct{}
	// running counts events that have a process or will have one.
	running sync.WaitGroup
}

// New checks cfg. No process is started before the first event.
func New(cfg Config) (*Function, error) {
	if len(cfg.Command) == 0 {
		return nil, fmt.Errorf("function %s has no command", cfg.Name)
	}
	cfg.Timeout = cmp.Or(cfg.Timeout, 3*time.Second)
	cfg.MemoryMB = cmp.Or(cfg.MemoryMB, 128)
	cfg.Region = cmp.Or(cfg.Region, "us-east-1")
	if cfg.Output == nil {
		cfg.Output = func(string) {}
	}
	if cfg.Event == nil {
		cfg.Event = func(string) {}
	}
	if cfg.Started == nil {
		cfg.Started = func(int, time.Duration) {}
	}
	return &Function{
		cfg:   cfg,
		slots: make(chan struct{}, cmp.Or(cfg.MaxProcesses, defaultLimit)),
		all:   map[*process]bool{},
		freed: make(chan struct{}),
	}, nil
}

// Invoke runs the function for one event and returns its reply, in JSON both.
// Every failure of the function itself is an [*Error]. If ctx ends first, the
// process is ended and ctx's error returned.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if len(payload) > maxPayload {
		return nil, fmt.Errorf("event of %d bytes is over Lambda's limit", len(payload))
	}
	if !f.enter() {
		return nil, errClosed
	}
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		f.running.Done()
		return nil, ctx.Err()
	}
	p, err := f.take(ctx)
	if err != nil {
		f.leave()
		return nil, err
	}
	inv := newInvocation(payload, f.cfg.Timeout)
	reply, err := p.run(ctx, inv)
	f.mu.Lock()
	f.settling++
	f.mu.Unlock()
	// The reply is there, but the process is free only when it asks for more.
	go f.giveBack(p, inv)
	return reply, err
}

// enter counts an event in, unless the function is closed.
func (f *Function) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.running.Add(1)
	return true
}

// leave ends an event that has a slot.
func (f *Function) leave() {
	<-f.slots
	f.running.Done()
}

// take takes the process that was used last, or starts one.
func (f *Function) take(ctx context.Context) (*process, error) {
	if p := f.warm(ctx); p != nil {
		return p, nil
	}
	return f.start(ctx)
}

// warm is an idle process, nil if there is none. One that has replied is idle
// in a moment, which is worth waiting for rather than start another.
func (f *Function) warm(ctx context.Context) *process {
	timer := time.NewTimer(settleTime)
	defer timer.Stop()
	for {
		p, freed := f.pop()
		if p != nil || freed == nil {
			return p
		}
		select {
		case <-freed:
			f.waited()
		case <-timer.C:
			f.waited()
			return nil
		case <-ctx.Done():
			f.waited()
			return nil
		}
	}
}

// pop takes an idle process. If there is none but one will be free soon, freed
// is closed then and the caller counts as waiting for it.
func (f *Function) pop() (p *process, freed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.idle) > 0 {
		p := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		if p.alive() {
			return p, nil
		}
		delete(f.all, p) // it ended while nobody looked
	}
	if f.settling <= f.waiting {
		return nil, nil
	}
	f.waiting++
	return nil, f.freed
}

func (f *Function) waited() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting--
}

// start is a cold start: it waits until the process asks for its first event.
func (f *Function) start(ctx context.Context) (*process, error) {
	began := time.Now()
	p, err := startProcess(f.cfg)
	if err != nil {
		return nil, err
	}
	if !f.know(p) {
		p.kill()
		return nil, errClosed
	}
	if err := p.ready(ctx); err != nil {
		f.forget(p)
		p.kill()
		return nil, err
	}
	took := time.Since(began)
	f.cfg.Started(p.pid(), took)
	f.cfg.Event(fmt.Sprintf("process %d is up after %d ms", p.pid(), took.Milliseconds()))
	return p, nil
}

func (f *Function) know(p *process) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.all[p] = true
	return true
}

func (f *Function) forget(p *process) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, p)
}

// giveBack waits until the process is done with its event, at most until the
// event's time is over: what runs on after the reply counts, as in Lambda.
func (f *Function) giveBack(p *process, inv *invocation) {
	defer f.leave()
	err := p.settled(inv)
	if err != nil {
		p.kill()
		f.cfg.Event(fmt.Sprintf("process %d is gone: %v", p.pid(), err))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		delete(f.all, p)
	} else {
		f.idle = append(f.idle, p)
	}
	f.settling--
	close(f.freed)
	f.freed = make(chan struct{})
}

// Close ends every process, at once, and waits until they are gone. Events at
// work fail. It may be called more than once.
func (f *Function) Close() {
	f.mu.Lock()
	f.closed = true
	open := make([]*process, 0, len(f.all))
	for p := range f.all {
		open = append(open, p)
	}
	f.mu.Unlock()
	for _, p := range open {
		p.kill()
	}
	f.running.Wait()
}
