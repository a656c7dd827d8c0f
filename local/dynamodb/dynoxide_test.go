package dynamodb

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeNPM puts an npm that runs script into PATH. $out is the folder for the
// package.
func fakeNPM(t *testing.T, script string) {
	t.Helper()
	bin := t.TempDir()
	text := "#!/bin/sh\nfor a in \"$@\"; do out=$a; done\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/usr/bin:/bin")
}

const noPackage = `echo '{"error":{"code":"E404","summary":"Not Found - GET https://example.com/x"}}'; exit 1`

// mustPack makes a package of one file.
func mustPack(t *testing.T, name, text string) (path string) {
	t.Helper()
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	files := tar.NewWriter(zipped)
	err := files.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))})
	_, written := files.Write([]byte(text))
	path = filepath.Join(t.TempDir(), "package.tgz")
	if err := errors.Join(err, written, files.Close(), zipped.Close(), os.WriteFile(path, archive.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFetchDynoxide(t *testing.T) {
	good, other := mustPack(t, "package/dynoxide", "#!/bin/sh"), mustPack(t, "package/other", "")
	tests := []struct {
		name, script string
		hashed       bool // there is a hash for this system
		want         error
		says         string
	}{
		{"no hash is known", `cp ` + good + ` "$out"`, false, nil, ""},
		{"another package than was seen", `cp ` + good + ` "$out"`, true, ErrFetchDynoxide, "its hash is sha512-"},
		{"no binary in it", `cp ` + other + ` "$out"`, false, ErrFetchDynoxide, "package/dynoxide in the package"},
		{"no package at all", `echo "this is no archive" >"$out/x.tgz"`, false, ErrFetchDynoxide, "gzip"},
		{"nothing comes", `true`, false, ErrFetchDynoxide, "0 files"},
		{"no such package", noPackage, true, ErrNoBinary, platform()},
		{"no such version", `echo '{"error":{"code":"ETARGET","summary":"No matching version"}}'; exit 1`, true, ErrNoBinary, platform()},
		{"no network", `echo '{"error":{"code":"ECONNREFUSED","summary":"request failed"}}'; exit 1`, true, ErrFetchDynoxide, "request failed"},
		{"an npm that cannot run", `echo 'npm: not today' >&2; exit 1`, true, ErrFetchDynoxide, "not today"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fakeNPM(t, test.script)
			known := dynoxideHashes
			defer func() { dynoxideHashes = known }()
			if dynoxideHashes = nil; test.hashed {
				dynoxideHashes = map[string]string{platform(): "sha512-another"}
			}
			dir := t.TempDir()
			path, err := fetchDynoxide(t.Context(), dir, func(line string) { t.Log(line) })
			if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Fatalf("got %v, want %v with %q", err, test.want, test.says)
			}
			if err != nil {
				if strings.Contains(err.Error(), "\n") || complete(filepath.Join(dir, DynoxideVersion)) {
					t.Errorf("not one line, or it counts as fetched: %v", err)
				}
				return
			}
			t.Setenv("PATH", "") // there is no npm any more
			if again, err := fetchDynoxide(t.Context(), dir, nil); err != nil || again != path {
				t.Errorf("the second time: %q, %v", again, err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode()&0o111 == 0 {
				t.Errorf("no program: %v, %v", info, err)
			}
		})
	}
	t.Run("no npm", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := fetchDynoxide(t.Context(), t.TempDir(), nil); !errors.Is(err, ErrNoNPM) {
			t.Errorf("got %v, want ErrNoNPM", err)
		}
	})
	t.Run("given up", func(t *testing.T) {
		fakeNPM(t, `sleep 1000`)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := fetchDynoxide(ctx, t.TempDir(), func(string) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
}
