package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// Both engines use these names, so that a folder has only one server. They name
	// DynamoDB Local because earlier versions of this program look for them.
	pidFileName  = "dynamodb-local.pid"
	lockFileName = "dynamodb-local.lock"
	stopGrace    = 5 * time.Second // from SIGTERM to SIGKILL
)

// process identifies one process for ever. The system reuses a pid, but never
// with the same start time.
type process struct {
	PID     int    `json:"pid"`
	Started string `json:"started"`
}

// errEnded means that a process has ended and only its exit status is left.
var errEnded = errors.New("the process has ended")

// identify returns the process that has the pid now.
func identify(pid int) (process, error) {
	started, err := startTime(pid)
	if err != nil {
		return process{}, err
	}
	return process{PID: pid, Started: started}, nil
}

// running reports whether exactly this process still exists.
func (p process) running() bool {
	started, err := startTime(p.PID)
	return err == nil && started == p.Started
}

// startTime returns a text that distinguishes processes with the same pid. It
// fails if there is no process with the pid, with errEnded if only its exit
// status is left.
func startTime(pid int) (string, error) {
	if pid <= 0 {
		return "", fmt.Errorf("no process %d", pid)
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	switch {
	case err == nil:
		return parseStat(string(stat))
	case dirExists("/proc/self"):
		return "", err
	}
	// lstart has whole seconds only, which suffice: a pid hardly returns within one.
	output, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output()
	state, started, ok := strings.Cut(strings.TrimSpace(string(output)), " ")
	if err != nil || !ok {
		return "", fmt.Errorf("no process %d", pid)
	}
	if strings.HasPrefix(state, "Z") {
		return "", errEnded
	}
	return "lstart " + strings.TrimSpace(started), nil
}

// parseStat returns the start time from /proc/PID/stat, in ticks since boot,
// with the id of that boot; see proc_pid_stat(5). The command's name in it may
// contain blanks and parentheses.
func parseStat(stat string) (string, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const state, startTicks = 0, 19 // fields 3 and 22, the name being field 2
	if len(fields) <= startTicks {
		return "", errors.New("no start time in /proc/PID/stat")
	}
	if fields[state] == "Z" || fields[state] == "X" {
		return "", errEnded
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(boot)) + " " + fields[startTicks], nil
}

func dirExists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// takeFolder locks a data folder until unlock is called or this process ends.
// It ends a server that an earlier process left there.
func takeFolder(ctx context.Context, dataDir string) (unlock func(), err error) {
	unlock, err = tryLock(filepath.Join(dataDir, lockFileName))
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("%w (%s)", ErrInUse, dataDir)
	}
	if err != nil {
		return nil, fmt.Errorf("take the data folder: %w", err)
	}
	if err := endLeftBehind(ctx, filepath.Join(dataDir, pidFileName)); err != nil {
		unlock()
		return nil, fmt.Errorf("end the server left behind: %w", err)
	}
	return unlock, nil
}

func endLeftBehind(ctx context.Context, path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var left process
	if json.Unmarshal(text, &left) == nil && left.running() {
		if err := left.end(ctx); err != nil {
			return err
		}
	}
	return os.Remove(path)
}

// end sends SIGTERM, and SIGKILL after a grace period, and waits until the
// process is gone.
func (p process) end(ctx context.Context) error {
	if err := syscall.Kill(p.PID, syscall.SIGTERM); err != nil {
		return fmt.Errorf("process %d: %w", p.PID, err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	killTimer := time.NewTimer(stopGrace)
	defer killTimer.Stop()
	for p.running() {
		select {
		case <-tick.C:
		case <-killTimer.C:
			syscall.Kill(p.PID, syscall.SIGKILL) // fails only if the process has just ended
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// recordServer writes the pid file for the process that has the pid now. It needs
// none if that has already ended: awaitReady then says why.
func recordServer(dataDir string, pid int) error {
	server, err := identify(pid)
	if errors.Is(err, errEnded) {
		return nil
	}
	if err != nil {
		return err
	}
	return writePIDFile(dataDir, server)
}

// writePIDFile records which process serves a data folder.
func writePIDFile(dataDir string, server process) error {
	text, err := json.Marshal(server)
	if err != nil {
		return fmt.Errorf("write pid file: %w", err)
	}
	path := filepath.Join(dataDir, pidFileName)
	if err := os.WriteFile(path+".new", text, 0o644); err != nil {
		return fmt.Errorf("write pid file: %w", err)
	}
	return os.Rename(path+".new", path)
}

// watch makes a process end when this one ends, even after a crash.
func watch(pid int) (unwatch func(), err error) {
	cmd, pipe, err := watchdog(pid)
	if err != nil {
		return func() {}, fmt.Errorf("watch process %d: %w", pid, err)
	}
	return func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // before the pipe closes, so that the shell kills nothing
		pipe.Close()
		cmd.Wait()
	}, nil
}

// watchdog starts a shell that waits for the end of a pipe and then ends the
// process. Only this process holds the pipe open. The shell uses builtin
// commands only, so it does not depend on PATH.
func watchdog(pid int) (*exec.Cmd, io.Closer, error) {
	cmd := exec.Command("/bin/sh", "-c", `read -r _; kill -TERM "$1"`, "sh", strconv.Itoa(pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	return cmd, pipe, cmd.Start()
}
