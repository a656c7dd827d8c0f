package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The oldest Node.js that Vite runs on.
const minNodeMajor, minNodeMinor = 20, 19

// installPackages installs the page's packages, if they have changed since the
// last time.
func installPackages(ctx context.Context, o options) error {
	web := filepath.Join(o.Root, "web")
	// The Makefile goes by the same file and the same rule.
	ready := filepath.Join(web, "node_modules", ".ready")
	if newer(ready, web, "package.json", "package-lock.json", ".npmrc") {
		return nil
	}
	if err := o.step(ctx, "packages", "npm ci", web, "npm", "ci"); err != nil {
		return err
	}
	return os.WriteFile(ready, nil, 0o644)
}

// buildPage builds the page, if what it depends on has changed since the last time.
func buildPage(ctx context.Context, o options) error {
	lock, err := lockPage(ctx, o)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := installPackages(ctx, o); err != nil {
		return err
	}
	web := filepath.Join(o.Root, "web")
	sources, err := hashFiles(web, "src", "public", "index.html", "vite.config.ts", "tsconfig.json", "package-lock.json")
	if err != nil {
		return fmt.Errorf("look at the page's sources: %w", err)
	}
	built := filepath.Join(o.Root, ".local", "page-sources")
	if marked(built, sources) && exists(filepath.Join(o.Page, "index.html")) {
		o.Say("page", "up to date")
		return nil
	}
	if err := o.step(ctx, "page", "vite build", web, "npm", "run", "--silent", "build"); err != nil {
		return err
	}
	return mark(built, sources)
}

// step runs a command of Node's, tells how long it took, and shows its output
// only if it fails.
func (o options) step(ctx context.Context, what, describe, dir string, command ...string) error {
	if err := checkNode(ctx); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = dir
	return o.timed(what, describe, cmd)
}

// timed runs a command, made with a context, that ends with all that it started.
func (o options) timed(what, describe string, cmd *exec.Cmd) error {
	began := time.Now()
	o.Say(what, "%s …", describe)
	// npm starts others, and they hold its output open: all end together.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s\n%s failed in %s: %w", beginning(string(output)), describe, relative(o.Root, cmd.Dir), err)
	}
	o.Say(what, "%s (%.1f s)", describe, time.Since(began).Seconds())
	return nil
}

// beginning gives the first lines of a command's output: npm adds a hundred of
// its own usage to the few that matter.
func beginning(output string) string {
	lines := strings.SplitN(strings.TrimSpace(output), "\n", 16)
	return strings.Join(lines[:min(len(lines), 15)], "\n")
}

func checkNode(ctx context.Context) error {
	const advice = "install Node.js %d.%d or newer, with npm (nodejs.org, or your package manager)"
	for _, command := range []string{"node", "npm"} {
		if _, err := exec.LookPath(command); err != nil {
			return fmt.Errorf("%s is missing, which builds the page: "+advice, command, minNodeMajor, minNodeMinor)
		}
	}
	out, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return fmt.Errorf("node --version: %w", err)
	}
	version := strings.TrimSpace(string(out))
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return nil // an unusual version: let it try
	}
	major, _ := strconv.Atoi(parts[0])
	minor, _ := strconv.Atoi(parts[1])
	if major < minNodeMajor || major == minNodeMajor && minor < minNodeMinor {
		return fmt.Errorf("node %s is too old: "+advice, version, minNodeMajor, minNodeMinor)
	}
	return nil
}

// newer tells whether a file was written after all of others in a folder.
func newer(file, dir string, others ...string) bool {
	written, err := os.Stat(file)
	if err != nil {
		return false
	}
	for _, name := range others {
		info, err := os.Stat(filepath.Join(dir, name))
		if err == nil && info.ModTime().After(written.ModTime()) {
			return false
		}
	}
	return true
}

// hashFiles gives a hash of the names and contents of files, and of all files in
// folders. What is not there counts as such.
func hashFiles(dir string, names ...string) (string, error) {
	hash := sha256.New()
	for _, name := range names {
		err := filepath.WalkDir(filepath.Join(dir, name), func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || entry.IsDir() {
				return err
			}
			file, err := os.Open(path)
			if err != nil {
				return err
			}
			defer file.Close()
			fmt.Fprintf(hash, "%s\x00", path)
			_, err = io.Copy(hash, file)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func marked(path, hash string) bool {
	b, err := os.ReadFile(path)
	return err == nil && string(b) == hash
}

func mark(path, hash string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(hash), 0o644)
}
