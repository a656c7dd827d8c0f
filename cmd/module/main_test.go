package main

import (
	"archive/zip"
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree is a module's files before and after: PATH stands for its path.
const tree = `go.mod
// Words of ours.
module PATH // here

go 1.26.0
=
tools/go.mod
module PATH/tools
=
cmd/a/main.go
package main

import (
	"fmt"

	b "PATH/internal/b"
	_ ` + "`PATH/internal/c`" + `
	_ "PATHother/internal/b"
)

func main() { fmt.Println("PATH/internal/b", b.B) } // PATH/internal/b stays
=
internal/b/testdata/x.txt
import "PATH/internal/b"
=
node_modules/go.mod
module PATH
`

func files(path string) map[string]string {
	out := map[string]string{}
	for part := range strings.SplitSeq(tree, "=\n") {
		name, text, _ := strings.Cut(part, "\n")
		out[name] = text
		// Text that is neither an import of ours nor a module line keeps the first
		// path.
		for line := range strings.Lines(text) {
			if strings.HasPrefix(name, "node_modules") || strings.HasSuffix(name, ".txt") || strings.Contains(line, "PATHother") || strings.Contains(line, "func main") {
				out[name] = strings.Replace(out[name], line, strings.ReplaceAll(line, "PATH", "projectchat"), 1)
			}
		}
		out[name] = strings.ReplaceAll(out[name], "PATH", path)
	}
	return out
}

func mustWrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPathsAreAllThatChanges(t *testing.T) {
	root := t.TempDir()
	for name, text := range files("projectchat") {
		mustWrite(t, filepath.Join(root, name), text)
	}
	for _, path := range []string{"github.com/you/projectchat", "example.com/Chat_2/v2.x", "example.com/Chat_2/v2.x", "a.b/c"} {
		if err := rename(root, path); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for name := range files(path) {
			text, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				t.Fatal(err)
			}
			got[name] = string(text)
		}
		if diff := cmp.Diff(files(path), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestMalformedPathsAreRefused(t *testing.T) {
	root := t.TempDir()
	mustWrite(t, filepath.Join(root, "go.mod"), "module projectchat\n")
	for _, path := range []string{
		"", "projectchat", "you/projectchat", "github.com", "github.com/", "/github.com/you", "https://github.com/you/projectchat",
		"github.com/you/project chat", "github.com//projectchat", "github.com/you/..", "github.com/you/.git", "github.com/you/x.", "GitHub.com/you/x", "github.com/you/projectchat\n", `github.com/you/"`,
	} {
		if err := rename(root, path); err == nil || !strings.Contains(err.Error(), "is not the path of a module") {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// TestForeignersUseTheGateway: under a path of its own, a module of another
// owner installs cmd/localgw and imports local/gateway.
func TestForeignersUseTheGateway(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program and what it needs")
	}
	const path, version = "example.com/you/projectchat", "v0.1.0"
	published := copyOfOurs(t)
	if err := rename(published, path); err != nil {
		t.Fatal(err)
	}
	wantFormatted(t, published)
	proxy := t.TempDir()
	publish(t, published, filepath.Join(proxy, path, "@v"), path, version)

	foreign := t.TempDir()
	mustWrite(t, filepath.Join(foreign, "go.mod"), "module foreign\n\ngo 1.26.0\n\nrequire "+path+" "+version+"\n")
	mustWrite(t, filepath.Join(foreign, "main.go"), foreignProgram)
	run := inForeignModule(t, foreign, proxy)
	run("go", "install", path+"/cmd/localgw@"+version)
	if said := run(filepath.Join(foreign, "bin", "localgw"), "-help"); !strings.Contains(said, "-template") {
		t.Errorf("localgw says %q", said)
	}
	if said := run("go", "run", "."); said != "hello\n" {
		t.Errorf("the foreign program says %q", said)
	}
}

// copyOfOurs copies the Go code of this module.
func copyOfOurs(t *testing.T) (published string) {
	t.Helper()
	published = t.TempDir()
	ours := filepath.Join("..", "..")
	for _, name := range []string{"cmd", "functions", "internal", "lab", "local"} {
		if err := os.CopyFS(filepath.Join(published, name), os.DirFS(filepath.Join(ours, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(ours, name))
		if err != nil {
			t.Fatal(err)
		}
		mustWrite(t, filepath.Join(published, name), string(text))
	}
	return published
}

// wantFormatted: with another path an import may belong elsewhere in its group.
func wantFormatted(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		formatted, err := format.Source(text)
		if err == nil && !bytes.Equal(text, formatted) {
			t.Errorf("%s wants gofmt: keep our imports in a group of their own", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

const foreignProgram = `package main

import (
	"context"
	"fmt"
	"net/http/httptest"

	"example.com/you/projectchat/local/gateway"
)

type hello struct{}

func (hello) Invoke(context.Context, []byte) ([]byte, error) { return []byte(` + "`" + `{"statusCode":200,"body":"hello"}` + "`" + `), nil }

func main() {
	api, err := gateway.NewHTTP(gateway.HTTPConfig{Routes: map[string]gateway.Route{"GET /": {Function: hello{}}}})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	fmt.Println(w.Body)
}
`

// publish puts a module into a folder in the form of a proxy:
// go.dev/ref/mod#goproxy-protocol.
func publish(t *testing.T, root, dir, path, version string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, version+".mod"), string(text))
	mustWrite(t, filepath.Join(dir, version+".info"), `{"Version":"`+version+`"}`)
	mustWrite(t, filepath.Join(dir, "list"), version+"\n")
	file, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		w, err := archive.Create(path + "@" + version + "/" + name)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	})
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// inForeignModule runs commands in a folder. The modules that they need come
// from this machine's module cache.
func inForeignModule(t *testing.T, dir, proxy string) func(command ...string) (said string) {
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return func(command ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOBIN="+filepath.Join(dir, "bin"), "GOMODCACHE="+filepath.Join(dir, "cache"), "GOSUMDB=off", "GOWORK=off",
			"GOPROXY=file://"+proxy+",file://"+filepath.Join(strings.TrimSpace(string(cache)), "cache", "download"),
			"GONOPROXY=none", "GOFLAGS=-mod=mod -modcacherw -trimpath")
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", command, err, output)
		}
		return string(output)
	}
}
