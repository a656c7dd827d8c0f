package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// Both engines use these names, so that a folder has one server. An older copy
	// of this program, which knew only one engine, looks for them, too.
	pidFileName  = "dynamodb-local.pid"
	lockFileName = "dynamodb-local.lock"
	grace        = 5 * time.Second // from SIGTERM to SIGKILL
)

// process names one process for ever: a pid is used again, a pid with the time
// at which it started is not.
type process struct {
	PID     int    `json:"pid"`
	Started string `json:"started"`
}

// identify names the process that has a pid now.
func identify(pid int) (process, error) {
	started, err := startTime(pid)
	if err != nil {
		return process{}, err
	}
	return process{PID: pid, Started: started}, nil
}

// running tells whether exactly this process is still there.
func (p process) running() bool {
	started, err := startTime(p.PID)
	return err == nil && started == p.Started
}

// errGone says that a process has ended, or never was.
var errGone = errors.New("no such process")

// startTime gives a text that tells two processes of one pid apart; an error if
// there is none, or only its exit status is left.
func startTime(pid int) (string, error) {
	if pid <= 0 {
		return "", fmt.Errorf("%w: %d", errGone, pid)
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	switch {
	case err == nil:
		return parseStat(string(stat))
	case dirExists("/proc/self"):
		return "", err
	}
	// lstart has whole seconds only, enough to tell a later process from ours.
	output, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output()
	state, started, ok := strings.Cut(strings.TrimSpace(string(output)), " ")
	if err != nil || !ok || strings.HasPrefix(state, "Z") {
		return "", fmt.Errorf("%w: %d", errGone, pid)
	}
	return "lstart " + strings.TrimSpace(started), nil
}

// parseStat reads the start time, in ticks since boot, out of /proc/PID/stat (see
// proc_pid_stat(5)). The command's name before it may hold blanks and brackets.
func parseStat(stat string) (string, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const state, startTicks = 0, 19 // fields 3 and 22, the name being field 2
	if len(fields) <= startTicks || fields[state] == "Z" || fields[state] == "X" {
		return "", errGone
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(boot)) + " " + fields[startTicks], nil
}

func dirExists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// takeFolder takes a data folder for this process until unlock is called or the
// process ends, and ends the server that an earlier owner left there.
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

// end sends SIGTERM, after a grace SIGKILL, and waits until the process is gone.
func (p process) end(ctx context.Context) error {
	if err := syscall.Kill(p.PID, syscall.SIGTERM); err != nil {
		return fmt.Errorf("process %d: %w", p.PID, err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	patience := time.NewTimer(grace)
	defer patience.Stop()
	for p.running() {
		select {
		case <-tick.C:
		case <-patience.C:
			syscall.Kill(p.PID, syscall.SIGKILL) // fails only if it has just gone
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// writePIDFile notes which process serves a data folder.
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
