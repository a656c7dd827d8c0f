// Package lambda is AWS Lambda for one machine. A [Function] runs as local
// processes that speak the Lambda Runtime API: a bootstrap of a custom runtime,
// for example a Go program, or a Node.js handler. A [RemoteFunction] runs
// behind a Lambda Invoke API like that of `sam local start-lambda`.
//
//	f, err := lambda.New(lambda.Config{
//		Name:    "Hello",
//		Command: []string{"./bootstrap"},
//		Timeout: 5 * time.Second,
//		Output:  func(line string) { log.Print(line) },
//	})
//	if err != nil {
//		return err
//	}
//	defer f.Close()
//	reply, err := f.Invoke(ctx, []byte(`{"name":"Ann"}`))
//
// As in Lambda, a process handles one event at a time and stays for later
// events, with the state of its start and of its memory. Events that overlap
// get a process each. A process that crashes or takes too long is ended, and
// its event fails.
//
// Two differences from Lambda remain: processes are not frozen between events,
// and a failed start is not retried for the same event.
//
// See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
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

// Error is a function error: the function or its process failed.
type Error struct {
	// Type is errorType: "Runtime.ExitError" for a crash, "Sandbox.Timedout" for a
	// timeout, otherwise the function's own.
	Type string
	// Message is errorMessage, usually the function's own text.
	Message string
}

// Error returns the message alone. API Gateway recognizes "Unauthorized" by it.
func (e *Error) Error() string { return e.Message }

// errClosed means that Close was called.
var errClosed = errors.New("the function is closed")

// Config describes a function. Command is required.
type Config struct {
	// Name is the function's name.
	Name string
	// Command is the program with its arguments. [Command] returns it for a folder
	// of code.
	Command []string
	// Dir is the folder of the function's code.
	Dir string
	// Handler is the value of the function's variable _HANDLER.
	Handler string
	// Runtime is the template's Runtime, for example "nodejs20.x". It may be
	// empty.
	Runtime string
	// Timeout is the time limit for an event. 0 means Lambda's 3 s.
	Timeout time.Duration
	// MemoryMB is only reported to the function, not enforced. 0 means Lambda's
	// 128.
	MemoryMB int
	// Region is AWS_REGION; "us-east-1" if empty.
	Region string
	// Environment holds all variables of the processes, PATH included: they
	// inherit none. Variables that Lambda reserves override it.
	Environment map[string]string
	// MaxProcesses bounds the processes. Further events wait. 0 means 16.
	MaxProcesses int
	// Output is called with each line that a process writes, from several
	// goroutines at once. Nil discards the lines.
	Output func(line string)
	// Event is called with a line for a log when a process has started or ended.
	// Nil discards it.
	Event func(what string)
	// Started is called when a process asks for its first event. took is the time
	// since just before the start. Nil discards it.
	Started func(pid int, took time.Duration)
}

// Function is a function that runs in local processes. New makes one; Close
// ends it.
type Function struct {
	cfg Config
	// slots bounds the processes that are starting or at work.
	slots chan struct{}

	mu     sync.Mutex
	idle   []*process // the one used last is at the end
	all    map[*process]bool
	closed bool
	// settling counts processes that have replied and are not yet idle; waiting
	// counts events that wait for one of them. freed is closed, and replaced, when
	// a process becomes idle or ends.
	settling, waiting int
	freed             chan struct{}
	// running counts events that have a process or wait for one.
	running sync.WaitGroup
}

// New returns the function described by cfg. It fails if there is no Command.
// No process starts before the first event.
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

// Invoke runs the function for one event and returns its reply, both in JSON. A
// failure of the function itself is an [*Error]. If ctx ends first, Invoke ends
// the process and returns ctx's error.
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
	// The process stays busy after its reply, until it asks for the next event.
	go f.giveBack(p, inv)
	return reply, err
}

// enter counts an event as running. It reports false if the function is closed.
func (f *Function) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.running.Add(1)
	return true
}

// leave ends an event and frees its slot.
func (f *Function) leave() {
	<-f.slots
	f.running.Done()
}

// take returns the idle process that was used last, or starts one.
func (f *Function) take(ctx context.Context) (*process, error) {
	if p := f.idleProcess(ctx); p != nil {
		return p, nil
	}
	return f.start(ctx)
}

// idleProcess returns an idle process, nil if there is none. It waits for a
// process that has replied, because that will be idle in a moment and a new one
// would take longer.
func (f *Function) idleProcess(ctx context.Context) *process {
	timer := time.NewTimer(settleTime)
	defer timer.Stop()
	for {
		p, freed := f.pop()
		if p != nil || freed == nil {
			return p
		}
		select {
		case <-freed:
			f.stopWaiting()
		case <-timer.C:
			f.stopWaiting()
			return nil
		case <-ctx.Done():
			f.stopWaiting()
			return nil
		}
	}
}

// pop takes an idle process. If there is none but one will be idle soon, it
// returns the channel that is then closed, and counts the caller as waiting.
func (f *Function) pop() (p *process, freed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.idle) > 0 {
		p := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		if p.alive() {
			return p, nil
		}
		delete(f.all, p) // it ended while it was idle
	}
	if f.settling <= f.waiting {
		return nil, nil
	}
	f.waiting++
	return nil, f.freed
}

func (f *Function) stopWaiting() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting--
}

// start makes a cold start: it waits until the new process asks for its first
// event.
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
	if err := p.awaitReady(ctx); err != nil {
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

// giveBack waits until the process has finished its event, at most until the
// event's deadline. As in Lambda, work after the reply counts.
func (f *Function) giveBack(p *process, inv *invocation) {
	defer f.leave()
	err := p.awaitNextRequest(inv)
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

// Close ends every process at once and waits for their end. Events at work
// fail. It may be called more than once.
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
