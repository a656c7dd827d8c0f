package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPatchesApply: a mutant that does not fit the tree tests nothing.
func TestPatchesApply(t *testing.T) {
	mutants, err := load(".", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		if len(m.runs) == 0 {
			t.Errorf("%s: no line begins with \"Run: \"", m.name)
		}
		c := exec.Command("git", "apply", "--check", filepath.Join("lab/mutants", m.patch))
		c.Dir = "../.."
		if output, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", m.name, err, output)
		}
	}
}

// TestPromises: each promise is broken, and by its number in docs/promises.md.
func TestPromises(t *testing.T) {
	text, err := os.ReadFile("../../docs/promises.md")
	if err != nil {
		t.Fatal(err)
	}
	mutants, err := load(".", "")
	if err != nil {
		t.Fatal(err)
	}
	var promised, broken []string
	for _, match := range regexp.MustCompile(`(?m)^(\d+)\. `).FindAllSubmatch(text, -1) {
		promised = append(promised, string(match[1]))
	}
	for _, m := range mutants {
		number, _, _ := strings.Cut(m.name, "-")
		broken = append(broken, number)
	}
	if broken = slices.Compact(broken); !slices.Equal(promised, broken) {
		t.Errorf("docs/promises.md has the promises %q, and the mutants break %q", promised, broken)
	}
}

func TestShareOf(t *testing.T) {
	list := []mutant{{name: "a"}, {name: "b"}, {name: "c"}, {name: "d"}, {name: "e"}}
	for share, want := range map[string]string{"1/1": "abcde", "1/2": "ace", "2/2": "bd", "3/3": "c", "9/9": ""} {
		some, err := shareOf(list, share)
		got := ""
		for _, m := range some {
			got += m.name
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", share, got, err, want)
		}
	}
	for _, share := range []string{"", "0/2", "3/2", "1", "a/b", "-1/3"} {
		if some, err := shareOf(list, share); err == nil {
			t.Errorf("%q gives %d", share, len(some))
		}
	}
}
