// Command engine runs another command with a Docker engine: the machine's own, or a private
// one with a stand-in for Lambda's image. It stops the private one afterwards, which leaves
// nothing behind. Without an engine it says so and runs nothing; that is no failure.
//
//	engine make -C .. something
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"projectchat/local/docker"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "engine COMMAND [ARGUMENT ...]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "engine:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func run(ctx context.Context, command []string) (code int, err error) {
	host, none := docker.Find(ctx)
	if none == nil {
		return with(ctx, command, docker.HostVariable+"="+host)
	}
	if os.Getenv(docker.HostVariable) != "" {
		return 0, none // DOCKER_HOST names an engine: no other one will do
	}
	if err := docker.CanStart(); err != nil {
		fmt.Printf("skipped: %v, and a private one cannot run: %v\n", none, err)
		return 0, nil
	}
	return withPrivate(ctx, command)
}

func withPrivate(ctx context.Context, command []string) (code int, err error) {
	began := time.Now()
	p, err := docker.Start(ctx)
	if err != nil {
		fmt.Printf("skipped: there is no Docker engine, and a private one does not start: %v\n", err)
		return 0, nil
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	if err := p.StandIn(ctx); err != nil {
		return 0, err
	}
	fmt.Printf("engine    a private Docker engine (%.1f s)\n", time.Since(began).Seconds())
	// The image is the stand-in: there is nothing to pull.
	return with(ctx, command, docker.HostVariable+"="+p.Host, "SAM_SKIP_PULL_IMAGE=true")
}

// with runs a command and returns its exit code. The command gets signals, too, from the
// terminal or from here, and has time to tidy up.
func with(ctx context.Context, command []string, env ...string) (code int, err error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	return 0, err
}
