// Package laptop has the project's parts on one machine, for the commands that
// run the chat there: its folder, log, page, database, and the processes that
// end with a command.
package laptop

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// lookEvery is the interval of every wait for something on this machine.
const lookEvery = 300 * time.Millisecond

// Project is the project's folder, and a way to tell its user what happens.
type Project struct {
	Root string
	Say  func(what, format string, args ...any)
}

// Find finds the project's folder. Say writes to the standard output.
func Find() (Project, error) {
	root, err := Root()
	return Project{Root: root, Say: func(what, format string, args ...any) {
		fmt.Printf("%-9s %s\n", what, fmt.Sprintf(format, args...))
	}}, err
}

// Root finds the folder of template.yaml at or above the working folder, so
// that a command works from anywhere in the project.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("run this in the folder of ProjectChat: there is no template.yaml here or above")
		}
		dir = filepath.Dir(dir)
	}
}

// Relative returns a path relative to the project's folder, if it is inside.
func (p Project) Relative(path string) string {
	if rel, err := filepath.Rel(p.Root, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// PageFolder returns the folder of the built page.
func (p Project) PageFolder() string { return filepath.Join(p.Root, "web", "dist") }

// DataFolder returns the database's folder: the variable DATA, or a folder in
// the project.
func (p Project) DataFolder() string {
	if data := os.Getenv("DATA"); data != "" {
		return data
	}
	return filepath.Join(p.Root, ".local", "data")
}

// Timed runs a command, made with a context, that ends together with all
// processes that it started. It says how long that took, and shows the
// command's output only if it fails.
func (p Project) Timed(what, describe string, cmd *exec.Cmd) error {
	began := time.Now()
	p.Say(what, "%s …", describe)
	// npm starts other processes, which hold its output open: all end together.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s\n%s failed in %s: %w", Beginning(output), describe, p.Relative(cmd.Dir), err)
	}
	p.Say(what, "%s (%.1f s)", describe, time.Since(began).Seconds())
	return nil
}

// Beginning returns the first lines of a command's output: npm adds a hundred
// lines about its usage to the few that matter.
func Beginning(output []byte) string {
	lines := strings.SplitN(strings.TrimSpace(string(output)), "\n", 16)
	return strings.Join(lines[:min(len(lines), 15)], "\n")
}

// Listen listens at an address that the user has chosen.
func Listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program: end that, or choose another address: make run ADDR=localhost:8081", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on ADDR=%s: %w", addr, err)
	}
	return listener, nil
}
