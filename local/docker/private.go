package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Private is a Docker engine that this process started. It has no images or
// containers at first.
type Private struct {
	// Host is the engine's address, for [HostVariable].
	Host string

	dir    string
	cmd    *exec.Cmd
	output bytes.Buffer
	done   chan struct{}
	undo   []func() error // last first
}

// neededCommands are the commands that a private engine needs.
var neededCommands = []string{"dockerd", "docker", "busybox", "iptables", "ip"}

// CanStart returns nil if this process may call [Start], else an error with the
// reason. If apt-get is present, Start installs missing commands.
func CanStart() error {
	if os.Geteuid() != 0 {
		return errors.New("only root may start one")
	}
	if _, err := exec.LookPath("apt-get"); err == nil {
		return nil
	}
	for _, command := range neededCommands {
		if _, err := exec.LookPath(command); err != nil {
			return fmt.Errorf("%s is missing", command)
		}
	}
	return nil
}

// install installs the needed commands from Debian's packages.
func install(ctx context.Context) error {
	missing := false
	for _, command := range neededCommands {
		_, err := exec.LookPath(command)
		missing = missing || err != nil
	}
	if !missing {
		return nil
	}
	script := "apt-get update -qq && apt-get install -y -qq --no-install-recommends docker.io busybox-static iptables iproute2"
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("install docker.io and busybox-static: %w: %s", err, lastLine(output))
	}
	return nil
}

// Start starts an engine in a temporary folder and waits, at most a minute,
// until it answers. [Private.Stop] removes the folder and everything else that
// the engine leaves behind. The errors are those of [CanStart], of an
// installation and of dockerd.
func Start(ctx context.Context) (_ *Private, err error) {
	if err := CanStart(); err != nil {
		return nil, err
	}
	if err := install(ctx); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "engine-")
	if err != nil {
		return nil, err
	}
	p := &Private{dir: dir, Host: "unix://" + filepath.Join(dir, "docker.sock"), done: make(chan struct{})}
	p.undo = append(p.undo, func() error { return os.RemoveAll(dir) })
	p.undo = append(p.undo, keepFirewall(ctx)...)
	if err := p.launch(); err != nil {
		return nil, errors.Join(err, p.takeBack())
	}
	if err := p.awaitReady(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start dockerd: %w: %s", err, lastLine(p.output.Bytes())), p.Stop())
	}
	return p, nil
}

func (p *Private) launch() error {
	in := func(name string) string { return filepath.Join(p.dir, name) }
	if err := os.WriteFile(in("daemon.json"), []byte("{}"), 0o600); err != nil {
		return err
	}
	p.cmd = exec.Command("dockerd", "--config-file", in("daemon.json"), "--data-root", in("data"),
		"--exec-root", in("run"), "--pidfile", in("pid"), "-H", p.Host)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	// In a group of its own it ignores the terminal's Ctrl-C: its users end first.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the output says how it ended
	}()
	return nil
}

func (p *Private) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if ping(ctx, p.Host) == nil {
			return nil
		}
		select {
		case <-p.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Stop ends the engine with its containers and undoes its changes to this
// machine: firewall rules, its bridge, its files. It kills an engine that takes
// more than 20 s.
func (p *Private) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
	return p.takeBack()
}

func (p *Private) takeBack() error {
	var errs []error
	for i := len(p.undo) - 1; i >= 0; i-- {
		errs = append(errs, p.undo[i]())
	}
	return errors.Join(errs...)
}

func lastLine(output []byte) string {
	lines := bytes.Split(bytes.TrimSpace(output), []byte("\n"))
	return string(lines[len(lines)-1])
}
