package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestScratchFoldersOfKilledRunsAreRemoved checks that no other folder is
// removed.
func TestScratchFoldersOfKilledRunsAreRemoved(t *testing.T) {
	temp := t.TempDir()
	keep := filepath.Join(temp, "localgw-notes")
	if err := os.Mkdir(keep, 0o755); err != nil {
		t.Fatal(err)
	}
	template := writeFile(t, filepath.Join(t.TempDir(), "template.yaml"), one)
	args := []string{"-template", template, "-lambda", "http://127.0.0.1:1"}
	alive := startProcess(t, []string{"TMPDIR=" + temp}, args...)
	before := scratchFolders(t, temp)
	killed := startProcess(t, []string{"TMPDIR=" + temp}, args...)
	killed.cmd.Process.Kill()
	<-killed.ended
	if got := scratchFolders(t, temp); len(got) != len(before)+1 {
		t.Fatalf("a killed run leaves its folder: %v", got)
	}
	next := startProcess(t, []string{"TMPDIR=" + temp}, args...)
	next.interrupt(t)
	if got := scratchFolders(t, temp); !slices.Equal(got, before) {
		t.Errorf("folders %v, want %v: those of a run that lives and of others", got, before)
	}
	alive.interrupt(t)
	if got := scratchFolders(t, temp); !slices.Equal(got, []string{keep}) {
		t.Errorf("folders %v in the end", got)
	}
}

func scratchFolders(t *testing.T, dir string) []string {
	t.Helper()
	got, err := filepath.Glob(filepath.Join(dir, "localgw-*"))
	if err != nil {
		t.Fatal(err)
	}
	return got
}
