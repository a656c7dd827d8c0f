package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestListFits wants each mutant to have a name of its own, and what it takes
// out to stand once in its file: a mutant that fits no more tests nothing.
func TestListFits(t *testing.T) {
	mutants, err := load("list", "")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		names[m.name] = true
		text, err := os.ReadFile(filepath.Join("../..", m.file))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		if n := strings.Count(string(text), m.old); n != 1 {
			t.Errorf("%s: what it takes out stands %d times in %s", m.name, n, m.file)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, block := range []string{"# a name\nrun x\nin y\n+new", "# a name\nrun x\n-old\n+new", "nonsense", "# n\nrun x\nin y\n-a\n+a"} {
		if m, err := parse(block); err == nil {
			t.Errorf("%q became %+v", block, m)
		}
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
