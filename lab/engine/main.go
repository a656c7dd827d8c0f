// Command engine runs another command with a Docker engine: the one that is
// there, or a private one with a stand-in for Lambda's image, which is stopped
// afterwards and leaves nothing behind. Where there can be none it says so and
// runs nothing; that is no failure.
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
		return 0, none // somebody meant that one, and no other
	}
	if err := docker.CanStart(); err != nil {
		fmt.Printf("skipped: %v, and there can be none of our own: %v\n", none, err)
		return 0, nil
	}
	return withPrivate(ctx, command)
}

func withPrivate(ctx context.Context, command []string) (code int, err error) {
	began := time.Now()
	p, err := docker.Start(ctx)
	if err != nil {
		fmt.Printf("skipped: there is no Docker engine, and none of our own comes up: %v\n", err)
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

// with runs a command and gives its exit code. A signal reaches the command too,
// from the terminal or from here, and it has time to tidy up.
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
