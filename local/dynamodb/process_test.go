package dynamodb

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

func mustSleep(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd
}

func mustIdentify(t *testing.T, pid int) process {
	t.Helper()
	p, err := identify(pid)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// takeAndLeave takes a folder as a server does, and releases it.
func takeAndLeave(t *testing.T, dir string) error {
	unlock, err := takeFolder(t.Context(), dir)
	if err == nil {
		unlock()
	}
	return err
}

func TestTakeFolder(t *testing.T) {
	t.Run("nothing was left", func(t *testing.T) {
		if err := takeAndLeave(t, t.TempDir()); err != nil {
			t.Error(err)
		}
	})
	t.Run("ends its own", func(t *testing.T) {
		dir, sleep := t.TempDir(), mustSleep(t)
		if err := writePIDFile(dir, mustIdentify(t, sleep.Process.Pid)); err != nil {
			t.Fatal(err)
		}
		if err := takeAndLeave(t, dir); err != nil {
			t.Fatal(err)
		}
		sleep.Wait()
		if status := sleep.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGTERM {
			t.Errorf("it ended by %v", sleep.ProcessState)
		}
		if _, err := os.Stat(filepath.Join(dir, pidFileName)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the pid file is still there: %v", err)
		}
	})
	t.Run("leaves another process of the same pid", func(t *testing.T) {
		dir, sleep := t.TempDir(), mustSleep(t)
		other := mustIdentify(t, sleep.Process.Pid)
		other.Started = "earlier"
		if err := writePIDFile(dir, other); err != nil {
			t.Fatal(err)
		}
		if err := takeAndLeave(t, dir); err != nil {
			t.Fatal(err)
		}
		if _, err := startTime(sleep.Process.Pid); err != nil {
			t.Errorf("it was ended: %v", err)
		}
	})
	t.Run("a pid file that is no pid file", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, pidFileName), []byte("{"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := takeAndLeave(t, dir); err != nil {
			t.Error(err)
		}
	})
}

func TestParseStat(t *testing.T) {
	const rest = " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21"
	tests := []struct {
		name, stat string
		alive      bool
	}{
		{"running", "7 (java) S" + rest, true},
		{"a name with a bracket", "7 (a) Z (b) R" + rest, true},
		{"only its exit status is left", "7 (java) Z" + rest, false},
		{"cut short", "7 (java) S 1 2", false},
		{"empty", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			started, err := parseStat(test.stat)
			if (err == nil) != test.alive {
				t.Fatalf("got %q, %v", started, err)
			}
			if test.alive && started[len(started)-5:] != " 4711" {
				t.Errorf("got %q", started)
			}
		})
	}
}

func TestZombieDoesNotRun(t *testing.T) {
	cmd := mustSleep(t)
	p := mustIdentify(t, cmd.Process.Pid)
	if err := p.end(t.Context()); err != nil { // its parent has not waited for it yet
		t.Fatal(err)
	}
}

// TestEndedServerIsNotRecorded: a server that cannot use its data may end before
// its pid is recorded. The error must come from its output.
func TestEndedServerIsNotRecorded(t *testing.T) {
	cmd := mustSleep(t)
	p := mustIdentify(t, cmd.Process.Pid)
	if err := p.end(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := recordServer(dir, p.PID); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, pidFileName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a pid file: %v", err)
	}
}
