// Command release builds all files of a release, into .local/release/<version>:
// programs for each system and processor, the functions as Lambda takes them,
// lists of their contents, and checksums. The same tree makes the same bytes.
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"projectchat/local/template"
)

// tools are the commands that are useful outside the project's folder, or in it
// without Go. The others (samlocal, module, release) need Go.
var tools = []string{"dev", "localgw", "publish", "restore"}

// A platform is a system with a processor.
type platform struct{ system, processor string }

var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// missingTools has the tools that a system does not have yet, and why.
var missingTools = map[string]map[string]string{
	"windows": {
		"dev":     "it ends processes in groups, and locks files as Unix does",
		"localgw": "local/dynamodb locks files as Unix does",
		"restore": "local/dynamodb locks files as Unix does",
	},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r := release{root: ".", version: os.Getenv("CHAT_VERSION"), tools: tools, platforms: platforms}
	out, err := filepath.Abs(filepath.Join(".local", "release", r.version))
	r.out = out
	if r.version == "" {
		err = errors.New("CHANGELOG.md names no release: run `make release`")
	}
	if err == nil {
		err = r.build(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// release says what to build from a tree, and where.
type release struct {
	root, version string
	out           string // absolute: other programs write there, too
	tools         []string
	platforms     []platform
}

func (r release) build(ctx context.Context) error {
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{r.terms, r.programs, r.functions, r.modules, r.packages, r.checksums} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	fmt.Println(r.out)
	return nil
}

// terms adds the licences, ours and those of others.
func (r release) terms(context.Context) error {
	for _, name := range []string{"LICENSE", "NOTICE"} {
		text, err := os.ReadFile(filepath.Join(r.root, name))
		if err == nil {
			err = os.WriteFile(r.path(name), text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// programs builds the tools for each platform.
func (r release) programs(ctx context.Context) error {
	for _, p := range r.platforms {
		for _, tool := range r.tools {
			if why := missingTools[p.system][tool]; why != "" {
				fmt.Printf("no %s for %s: %s\n", tool, p.system, why)
				continue
			}
			name := tool + "-" + p.system + "-" + p.processor
			if p.system == "windows" {
				name += ".exe"
			}
			if err := r.make(ctx, "build-"+tool+"-command", "GOOS="+p.system, "GOARCH="+p.processor, "PROGRAM="+r.path(name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// functions builds the functions for Lambda: `bootstrap` in an archive.
func (r release) functions(ctx context.Context) error {
	t, err := template.Load(filepath.Join(r.root, "template.yaml"), template.Options{})
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	for _, id := range slices.Sorted(maps.Keys(t.Functions)) {
		if err := r.make(ctx, "build-"+id, "GOARCH=arm64", "ARTIFACTS_DIR="+scratch); err != nil {
			return err
		}
		if err := archive(r.path(id+"-arm64.zip"), filepath.Join(scratch, "bootstrap")); err != nil {
			return fmt.Errorf("pack %s: %w", id, err)
		}
	}
	return nil
}

// archive packs one program. Its time is the earliest that a zip archive can
// hold.
func archive(to, program string) error {
	content, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	packed := zip.NewWriter(&out)
	header := &zip.FileHeader{Name: filepath.Base(program), Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	header.SetMode(0o755)
	w, err := packed.CreateHeader(header)
	if err == nil {
		_, err = w.Write(content)
	}
	if err := cmp.Or(err, packed.Close()); err != nil {
		return err
	}
	return os.WriteFile(to, out.Bytes(), 0o644)
}

// modules lists the Go modules of the programs and functions.
func (r release) modules(ctx context.Context) error {
	return r.run(ctx, "go", "tool", "-modfile=tools/go.mod", "cyclonedx-gomod", "mod", "-json", "-noserial", "-notimestamp", "-short-purls",
		"-output", r.path("sbom-go.cdx.json"), ".")
}

// packages lists the npm packages of the page and marks those for its
// development. npm needs a version of the page itself, and adds the time.
func (r release) packages(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "release-page-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var page, list map[string]any
	if err := readJSON(filepath.Join(r.root, "web", "package.json"), &page); err != nil {
		return err
	}
	page["version"] = r.version
	lock, err := os.ReadFile(filepath.Join(r.root, "web", "package-lock.json"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "package-lock.json"), lock, 0o644)
	}
	if err := cmp.Or(err, writeJSON(filepath.Join(dir, "package.json"), page)); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	output, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("npm sbom: %w", err)
	}
	if err := json.Unmarshal(output, &list); err != nil {
		return err
	}
	delete(list, "serialNumber")
	metadata := list["metadata"].(map[string]any)
	delete(metadata, "timestamp")
	metadata["component"].(map[string]any)["name"] = page["name"] // npm takes the folder's name
	return writeJSON(r.path("sbom-page.cdx.json"), list)
}

// checksums writes SHA256SUMS, for `sha256sum --check`.
func (r release) checksums(context.Context) error {
	entries, err := os.ReadDir(r.out) // sorted
	if err != nil {
		return err
	}
	var sums bytes.Buffer
	for _, entry := range entries {
		file, err := os.Open(r.path(entry.Name()))
		if err != nil {
			return err
		}
		hash := sha256.New()
		_, err = io.Copy(hash, file)
		if err := cmp.Or(err, file.Close()); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", hash.Sum(nil), entry.Name())
	}
	return os.WriteFile(r.path("SHA256SUMS"), sums.Bytes(), 0o644)
}

// make builds something with the Makefile, which has the flags of the compiler.
func (r release) make(ctx context.Context, target string, settings ...string) error {
	return r.run(ctx, "make", append([]string{"--no-print-directory", "--silent", target, "VERSION=" + r.version}, settings...)...)
}

func (r release) path(name string) string { return filepath.Join(r.out, name) }

func (r release) run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.root, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, args[0], err)
	}
	return nil
}

func readJSON(file string, value any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, value)
}

func writeJSON(file string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
