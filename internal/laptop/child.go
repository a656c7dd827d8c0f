package laptop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Child is a process that ends with this one. Stop asks it to end; if this
// process dies, the child finds its input closed.
type Child struct {
	Done <-chan struct{} // closed once it has ended

	cmd   *exec.Cmd
	end   os.Signal // asks it to end
	input io.Closer
}

// StartChild starts a command that ends when it gets the signal end.
func StartChild(cmd *exec.Cmd, end os.Signal, output io.Writer) (*Child, error) {
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = output, output
	// Its own process group: a terminal's Ctrl-C must reach only this process,
	// which ends the others.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // its output shows how it ended
	}()
	return &Child{Done: done, cmd: cmd, end: end, input: input}, nil
}

// ErrEnded says that a child has ended by itself.
var ErrEnded = errors.New("it has ended")

// AwaitListener waits until the child listens at an address. It returns
// [ErrEnded] if the child ends before.
func (c *Child) AwaitListener(ctx context.Context, addr string) error {
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-c.Done:
			return ErrEnded
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}

// Stop ends the process and all processes that it started. A nil child has
// ended already.
func (c *Child) Stop() error {
	if c == nil {
		return nil
	}
	defer c.input.Close()
	_ = c.cmd.Process.Signal(c.end)
	select {
	case <-c.Done:
		return nil
	case <-time.After(12 * time.Second):
	}
	if err := syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("end %s: %w", filepath.Base(c.cmd.Path), err)
	}
	<-c.Done
	return nil
}
