package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// emulator is a running ministack, an AWS account in one process.
type emulator struct {
	address string // http://127.0.0.1:port
	log     string // the file with its output
	cmd     *exec.Cmd
	done    chan struct{}
}

// startEmulator starts ministack from a virtual environment and waits until it answers. It
// keeps everything below folder. It has an environment of its own, which the functions
// inherit.
func startEmulator(ctx context.Context, venv, folder string) (*emulator, error) {
	host, port, err := freeAddress()
	if err != nil {
		return nil, err
	}
	e := &emulator{address: "http://" + net.JoinHostPort(host, port), log: filepath.Join(folder, "ministack.log"), done: make(chan struct{})}
	output, err := os.Create(e.log)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	e.cmd = exec.Command(filepath.Join(venv, "bin", "ministack"))
	e.cmd.Dir = folder
	e.cmd.Stdout, e.cmd.Stderr = output, output
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	e.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + folder, "GATEWAY_PORT=" + port, "AWS_ENDPOINT_URL=" + e.address,
		"BIND_HOST=" + host, "LAMBDA_EXECUTOR=local", "AUTH=true", "MINISTACK_REGION=" + region, "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	}
	if err := e.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start ministack: %w", err)
	}
	go func() {
		defer close(e.done)
		_ = e.cmd.Wait() // it is ended by a signal
	}()
	if err := e.ready(ctx); err != nil {
		return nil, errors.Join(err, e.stop())
	}
	return e, nil
}

func (e *emulator) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		response, err := http.Get(e.address + "/_ministack/health")
		if err == nil {
			return response.Body.Close()
		}
		select {
		case <-again.C:
		case <-e.done:
			text, _ := os.ReadFile(e.log)
			return fmt.Errorf("ministack ended: %s", text)
		case <-ctx.Done():
			return fmt.Errorf("ministack does not answer: %w", ctx.Err())
		}
	}
}

// stop ends the emulator and every function's process.
func (e *emulator) stop() error {
	group := -e.cmd.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM)
	late := time.NewTimer(5 * time.Second)
	defer late.Stop()
	select {
	case <-e.done:
	case <-late.C:
	}
	// The rest of the group, functions too.
	if err := syscall.Kill(group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end ministack: %w", err)
	}
	<-e.done
	return nil
}

func freeAddress() (host, port string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return net.SplitHostPort(listener.Addr().String())
}
