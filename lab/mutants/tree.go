package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// tree is a copy of the working tree, its folder.
type tree string

// testLimit is how long a command may take.
const testLimit = 5 * time.Minute

func copyTree(ctx context.Context) (tree, error) {
	folder, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return "", fmt.Errorf("copy the tree: %w", err)
	}
	list, err := exec.CommandContext(ctx, "git", "ls-files", "-co", "--exclude-standard").Output()
	if err != nil {
		return "", fmt.Errorf("list the tree's files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSpace(string(list)), "\n") {
		if err := copyFile(name, filepath.Join(folder, name)); err != nil && !os.IsNotExist(err) {
			return "", fmt.Errorf("copy the tree: %w", err)
		}
	}
	for _, fetched := range []string{".local", "web/node_modules"} {
		here, err := filepath.Abs(fetched)
		if _, none := os.Stat(here); err != nil || none != nil {
			continue // a test that needs it says so
		}
		if err := os.Symlink(here, filepath.Join(folder, fetched)); err != nil {
			return "", fmt.Errorf("copy the tree: %w", err)
		}
	}
	return tree(folder), nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o755)
}

// trial is the outcome of one command on the code with a mutant: "killed": it
// failed; "hung": it did not end, which is noticed as well; "alive": it succeeded;
// "broken": the code does not compile.
type trial struct {
	verdict, output string
	processor       time.Duration
}

func (t trial) noticed() bool { return t.verdict == "killed" || t.verdict == "hung" }

// try puts a mutant in, runs its tests, and takes it out again.
func (t tree) try(ctx context.Context, m mutant) (trials []trial, err error) {
	patch, err := filepath.Abs(m.patch)
	if err != nil {
		return nil, fmt.Errorf("find the mutant: %w", err)
	}
	if err := t.apply(ctx, patch); err != nil {
		return nil, fmt.Errorf("put the mutant in: %w", err)
	}
	for _, command := range m.runs {
		trials = append(trials, t.test(ctx, command))
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := t.apply(ctx, "-R", patch); err != nil {
		return nil, fmt.Errorf("take the mutant out: %w", err)
	}
	return trials, nil
}

func (t tree) apply(ctx context.Context, args ...string) error {
	c := exec.CommandContext(ctx, "git", append([]string{"apply"}, args...)...)
	c.Dir = string(t)
	if output, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("git apply: %w: %s", err, output)
	}
	return nil
}

// test runs a command. The first test that fails is enough, and vet has looked at
// the code before.
func (t tree) test(ctx context.Context, command string) trial {
	ctx, cancel := context.WithTimeout(ctx, testLimit+30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, "sh", "-c", command)
	c.Dir = string(t)
	c.Env = append(os.Environ(), fmt.Sprintf("GOFLAGS=%s -vet=off -failfast -timeout=%v", os.Getenv("GOFLAGS"), testLimit))
	c.WaitDelay = 5 * time.Second
	both, err := c.CombinedOutput()
	output, verdict := string(both), "killed"
	switch {
	case err == nil:
		verdict = "alive"
	case strings.Contains(output, "test timed out"):
		verdict = "hung"
	case strings.Contains(output, "[build failed]") || strings.Contains(output, "[setup failed]"):
		verdict = "broken"
	}
	var processor time.Duration
	if ended := c.ProcessState; ended != nil {
		processor = ended.UserTime() + ended.SystemTime()
	}
	return trial{verdict, output, processor}
}
