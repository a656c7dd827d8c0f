package main

import (
	"bytes"
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

// testLimit is how long the tests of one mutant may take. One that hangs is dead.
const testLimit = 3 * time.Minute

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
	modules, err := filepath.Abs("web/node_modules")
	if err == nil {
		err = os.Symlink(modules, filepath.Join(folder, "web", "node_modules"))
	}
	return tree(folder), err
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

// try puts a mutant in, runs its tests, and takes it out again. "killed": the
// tests failed; "hung": they did not end, which is noticed as well; "alive": they
// passed; "broken": it does not compile.
func (t tree) try(ctx context.Context, m mutant) (verdict, output string, err error) {
	file := filepath.Join(string(t), m.file)
	original, err := os.ReadFile(file)
	if err != nil {
		return "", "", fmt.Errorf("put the mutant in: %w", err)
	}
	if n := bytes.Count(original, []byte(m.old)); n != 1 {
		return "", "", fmt.Errorf("what it takes out stands %d times in %s:\n%s", n, m.file, m.old)
	}
	mutated := bytes.Replace(original, []byte(m.old), []byte(m.new), 1)
	if err := os.WriteFile(file, mutated, 0o644); err != nil {
		return "", "", fmt.Errorf("put the mutant in: %w", err)
	}
	output, failed := t.test(ctx, m.run)
	if ctx.Err() != nil {
		return "", "", ctx.Err()
	}
	if err := os.WriteFile(file, original, 0o644); err != nil {
		return "", "", fmt.Errorf("take the mutant out: %w", err)
	}
	switch {
	case failed == nil:
		return "alive", output, nil
	case strings.Contains(output, "test timed out"):
		return "hung", output, nil
	case strings.Contains(output, "[build failed]") || strings.Contains(output, "[setup failed]"):
		return "broken", output, nil
	}
	return "killed", output, nil
}

func (t tree) test(ctx context.Context, command string) (output string, err error) {
	ctx, cancel := context.WithTimeout(ctx, testLimit)
	defer cancel()
	c := exec.CommandContext(ctx, "sh", "-c", command)
	c.Dir = string(t)
	c.WaitDelay = 5 * time.Second
	both, err := c.CombinedOutput()
	return string(both), err
}
