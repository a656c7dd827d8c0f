package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTwoReleasesOfOneTreeAreTheSame builds them from folders of different
// names.
func TestTwoReleasesOfOneTreeAreTheSame(t *testing.T) {
	if os.Getenv("TEST_RELEASE") == "" {
		t.Skip("builds for two processors, and asks npm: make test-release")
	}
	const version = "1.2.3"
	var sums []string
	for range 2 {
		r := release{
			root: copyOfTree(t), version: version, out: t.TempDir(),
			tools: []string{"localgw"}, platforms: []platform{{runtime.GOOS, runtime.GOARCH}, {"windows", "amd64"}},
		}
		if err := r.build(t.Context()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(r.path("SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, string(text))
		said, err := exec.Command(r.path("localgw-"+runtime.GOOS+"-"+runtime.GOARCH), "-version").Output()
		if string(said) != "localgw "+version+"\n" {
			t.Errorf("it says %q, %v", said, err)
		}
	}
	if diff := cmp.Diff(sums[0], sums[1]); diff != "" {
		t.Error(diff)
	}
	var names []string
	for line := range strings.Lines(sums[0]) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		names = append(names, name)
	}
	want := []string{"LICENSE", "NOTICE", "localgw-" + runtime.GOOS + "-" + runtime.GOARCH, "sbom-go.cdx.json", "sbom-page.cdx.json"}
	mains, err := filepath.Glob("../../functions/*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range mains {
		function := filepath.Base(filepath.Dir(name))
		want = append(want, strings.ToUpper(function[:1])+function[1:]+"Function-arm64.zip")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// copyOfTree copies the files of a release.
func copyOfTree(t *testing.T) string {
	t.Helper()
	root, ours := t.TempDir(), filepath.Join("..", "..")
	for _, dir := range []string{"cmd", "functions", "internal", "lab", "local", "tools"} {
		if err := os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join(ours, dir))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "web"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"LICENSE", "Makefile", "NOTICE", "go.mod", "go.sum", "template.yaml", "web/package.json", "web/package-lock.json"} {
		text, err := os.ReadFile(filepath.Join(ours, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(root, name), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}
