package dynamodb

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestFindJava(t *testing.T) {
	tests := []struct {
		name, script string
		want         error
	}{
		{"none", "", ErrNoJava},
		{"a stub without Java behind it", `echo "Unable to locate a Java Runtime." >&2; exit 1`, ErrNoJava},
		{"Java 8", `echo 'openjdk version "1.8.0_392"' >&2`, ErrOldJava},
		{"Java 11", `echo 'openjdk version "11.0.21" 2023-10-17' >&2`, ErrOldJava},
		{"Java 17", `echo 'openjdk version "17.0.15" 2025-04-15' >&2`, nil},
		{"Java 21 with options", `echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=1' >&2; echo 'java version "21" 2023-09-19 LTS' >&2`, nil},
		{"a version that nobody can read", `echo 'whatever' >&2`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bin := t.TempDir()
			t.Setenv("PATH", bin)
			if test.script != "" {
				text := "#!/bin/sh\n" + test.script + "\n"
				if err := os.WriteFile(filepath.Join(bin, "java"), []byte(text), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := findJava(t.Context()); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestUsefulLine(t *testing.T) {
	tests := []struct{ name, output, want string }{
		{"the exception, not its trace", "Port: 1\nx.SQLiteException: [26] no\n\tat a.b\n\t... 16 more\n", "x.SQLiteException: [26] no"},
		{"the last line", "one\ntwo\n\n", "two"},
		{"nothing", "\n", "it printed nothing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := usefulLine(test.output); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
