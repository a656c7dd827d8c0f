package dynamodb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeMaven puts an mvn that runs script into PATH. $out is the folder to fill.
func fakeMaven(t *testing.T, script string) {
	t.Helper()
	bin := t.TempDir()
	text := "#!/bin/sh\nfor a in \"$@\"; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(bin, "mvn"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/usr/bin:/bin")
}

const goodMaven = `mkdir -p "$out" && echo jar >"$out/a.jar" && echo once >>"$0.calls"`

func fetchInto(t *testing.T, dir string) (string, error) {
	t.Helper()
	return fetchLocal(t.Context(), dir, func(line string) { t.Log(line) })
}

func TestFetchOnce(t *testing.T) {
	fakeMaven(t, goodMaven)
	dir := filepath.Join(t.TempDir(), "cache")
	lib, err := fetchInto(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", "") // there is no mvn any more
	again, err := fetchInto(t, dir)
	if err != nil || again != lib {
		t.Errorf("the second time: %q, %v", again, err)
	}
}

func TestFetchRepairs(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, dir, lib string) error
	}{
		{"an interrupted fetch", func(t *testing.T, dir, lib string) error {
			if err := os.RemoveAll(lib); err != nil {
				return err
			}
			half := filepath.Join(dir, "fetching", "fresh")
			return errors.Join(os.MkdirAll(half, 0o755), os.WriteFile(filepath.Join(half, "half.jar"), nil, 0o644))
		}},
		{"a lost file", func(t *testing.T, dir, lib string) error { return os.Remove(filepath.Join(lib, "a.jar")) }},
		{"a file cut short", func(t *testing.T, dir, lib string) error { return os.Truncate(filepath.Join(lib, "a.jar"), 1) }},
		{"a lost stamp", func(t *testing.T, dir, lib string) error { return os.Remove(filepath.Join(lib, stampName)) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fakeMaven(t, goodMaven)
			dir := t.TempDir()
			lib, err := fetchInto(t, dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := test.spoil(t, dir, lib); err != nil {
				t.Fatal(err)
			}
			if _, err := fetchInto(t, dir); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(lib, "a.jar"))
			if err != nil || string(text) != "jar\n" || !complete(lib) {
				t.Errorf("not repaired: %q, %v", text, err)
			}
			if _, err := os.Stat(filepath.Join(lib, "half.jar")); err == nil {
				t.Error("files of the interrupted fetch were kept")
			}
		})
	}
}

func TestFetchFails(t *testing.T) {
	t.Run("no Maven", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := fetchInto(t, t.TempDir()); !errors.Is(err, ErrNoMaven) {
			t.Errorf("got %v, want ErrNoMaven", err)
		}
	})
	t.Run("Maven fails", func(t *testing.T) {
		fakeMaven(t, `mkdir -p "$out"; echo half >"$out/a.jar"; echo "[ERROR] no route to host"; exit 1`)
		dir := t.TempDir()
		lib, err := fetchInto(t, dir)
		if !errors.Is(err, ErrFetch) || !strings.Contains(err.Error(), "no route to host") {
			t.Errorf("got %v", err)
		}
		if complete(lib) {
			t.Error("half a fetch counts as complete")
		}
	})
	t.Run("Maven copies nothing", func(t *testing.T) {
		fakeMaven(t, `mkdir -p "$out"`)
		if _, err := fetchInto(t, t.TempDir()); err == nil {
			t.Error("got no error")
		}
	})
	t.Run("given up", func(t *testing.T) {
		fakeMaven(t, `sleep 1000`)
		ctx, cancel := context.WithCancel(t.Context())
		// The log line comes just before Maven starts.
		_, err := fetchLocal(ctx, t.TempDir(), func(string) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
}

func TestFetchesAtOnceFetchOnce(t *testing.T) {
	fakeMaven(t, goodMaven)
	dir := t.TempDir()
	errs := make(chan error)
	for range 8 {
		go func() { _, err := fetchLocal(t.Context(), dir, func(string) {}); errs <- err }()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	mvn := filepath.Join(strings.Split(os.Getenv("PATH"), ":")[0], "mvn.calls")
	if calls, err := os.ReadFile(mvn); string(calls) != "once\n" {
		t.Errorf("Maven was called: %q, %v", calls, err)
	}
}
