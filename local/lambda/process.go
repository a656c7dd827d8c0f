package lambda

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// drainTime bounds the reading of output after a process has ended: its
// children may hold the pipe open for ever.
const drainTime = time.Second

// process is one execution environment: a program, and a Runtime API for it
// alone.
type process struct {
	cfg    Config
	cmd    *exec.Cmd
	server *http.Server
	api    *runtimeAPI

	// gone is closed when the program has ended. state then says how.
	gone  chan struct{}
	state error
}

// startProcess starts a program and its Runtime API.
func startProcess(cfg Config) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the Runtime API to %s: %w", cfg.Name, err)
	}
	p := &process{cfg: cfg, api: newRuntimeAPI(cfg), gone: make(chan struct{})}
	p.server = &http.Server{Handler: p.api, ReadHeaderTimeout: 10 * time.Second}
	go p.server.Serve(listener)
	p.cmd = command(cfg, listener.Addr().String())
	started := make(chan error)
	go p.live(started)
	if err := <-started; err != nil {
		p.server.Close()
		return nil, fmt.Errorf("start %s: %w", cfg.Name, err)
	}
	return p, nil
}

func command(cfg Config, address string) *exec.Cmd {
	cmd := exec.Command(cfg.Command[0], cfg.Command[1:]...)
	cmd.Dir = cfg.Dir
	cmd.Env = environment(cfg, address)
	out := &lines{each: cfg.Output}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = drainTime
	// A group of its own: Ctrl-C in the terminal is meant for the gateway, which
	// may still have events for its functions.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	return cmd
}

// live starts the program and waits for its end. Linux ends a program together
// with the thread that started it (PR_SET_PDEATHSIG), so this goroutine keeps
// its thread until then.
func (p *process) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.state = p.cmd.Wait()
	p.cmd.Stdout.(*lines).flush()
	p.killGroup() // ends its children
	p.server.Close()
	close(p.gone)
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) alive() bool {
	select {
	case <-p.gone:
		return false
	default:
		return true
	}
}

// kill ends the program with its children and waits for its end.
func (p *process) kill() {
	if p.alive() {
		p.killGroup()
	}
	<-p.gone
}

func (p *process) killGroup() { syscall.Kill(-p.pid(), syscall.SIGKILL) }

// awaitReady waits for the program's first request for an event.
func (p *process) awaitReady(ctx context.Context) error {
	timer := time.NewTimer(initTime)
	defer timer.Stop()
	select {
	case <-p.api.asked:
		return nil
	case err := <-p.api.initError:
		return err
	case <-p.gone:
		return p.initOutcome()
	case <-timer.C:
		return &Error{Type: "Sandbox.Timedout", Message: fmt.Sprintf("%s did not ask for an event within %.0f seconds of its start", p.cfg.Name, initTime.Seconds())}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// initOutcome returns the error that the program reported before it ended, or
// else one about its end.
func (p *process) initOutcome() error {
	select {
	case err := <-p.api.initError:
		return err
	default:
		return p.exitError("")
	}
}

// run passes the event to the program and waits for its reply. After an error
// the program has ended, unless the error is the function's own.
func (p *process) run(ctx context.Context, inv *invocation) ([]byte, error) {
	timer := time.NewTimer(p.cfg.Timeout)
	defer timer.Stop()
	events := p.api.events
	for {
		select {
		case events <- inv:
			events = nil
		case out := <-inv.done:
			return out.reply, out.err
		case <-p.gone:
			return p.afterExit(inv)
		case <-timer.C:
			p.kill()
			return nil, p.timedOut(inv)
		case <-ctx.Done():
			p.kill()
			return nil, ctx.Err()
		}
	}
}

func (p *process) timedOut(inv *invocation) error {
	return &Error{Type: "Sandbox.Timedout", Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", inv.id, p.cfg.Timeout.Seconds())}
}

// afterExit returns a reply that came just before the program's end, or else an
// error.
func (p *process) afterExit(inv *invocation) ([]byte, error) {
	select {
	case out := <-inv.done:
		return out.reply, out.err
	default:
		return nil, p.exitError(inv.id)
	}
}

// exitError says how the program ended, in Lambda's words.
func (p *process) exitError(requestID string) error {
	<-p.gone
	how := "exit status 0"
	if exit, ok := errors.AsType[*exec.ExitError](p.state); ok {
		how = exit.Error()
	}
	message := "Error: Runtime exited with error: " + how
	if how == "exit status 0" {
		message = "Error: Runtime exited without providing a reason"
	}
	if requestID != "" {
		message = "RequestId: " + requestID + " " + message
	}
	return &Error{Type: "Runtime.ExitError", Message: message}
}

// awaitNextRequest waits until the program asks for its next event, at most
// until the deadline of the event that it had.
func (p *process) awaitNextRequest(inv *invocation) error {
	timer := time.NewTimer(time.Until(inv.deadline))
	defer timer.Stop()
	select {
	case <-p.api.asked:
		return nil
	case <-p.gone:
		return p.exitError(inv.id)
	case <-timer.C:
		return fmt.Errorf("process %d was still at work when its time was over, after it had replied", p.pid())
	}
}
