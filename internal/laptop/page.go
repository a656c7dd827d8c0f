package laptop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The oldest Node.js on which Vite runs.
const minNodeMajor, minNodeMinor = 20, 19

// InstallPackages installs the page's packages if they have changed since the
// last time.
func (p Project) InstallPackages(ctx context.Context) error {
	web := filepath.Join(p.Root, "web")
	// The Makefile uses the same file and the same rule.
	ready := filepath.Join(web, "node_modules", ".ready")
	if newer(ready, web, "package.json", "package-lock.json", ".npmrc") {
		return nil
	}
	if err := p.step(ctx, "packages", "npm ci", web, "npm", "ci"); err != nil {
		return err
	}
	return os.WriteFile(ready, nil, 0o644)
}

// BuildPage builds the page if its sources have changed since the last time.
func (p Project) BuildPage(ctx context.Context) error {
	lock, err := p.lockPage(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := p.InstallPackages(ctx); err != nil {
		return err
	}
	web := filepath.Join(p.Root, "web")
	sources, err := p.PageSources()
	if err != nil {
		return err
	}
	built := filepath.Join(p.Root, ".local", "page-sources")
	if marked(built, sources) && exists(filepath.Join(p.PageFolder(), "index.html")) {
		p.Say("page", "up to date")
		return nil
	}
	if err := p.step(ctx, "page", "vite build", web, "npm", "run", "--silent", "build"); err != nil {
		return err
	}
	return mark(built, sources)
}

// PageSources returns a text that changes with everything that the built page
// depends on. BuildPage keeps it in .local/page-sources.
func (p Project) PageSources() (string, error) {
	sources, err := hashFiles(filepath.Join(p.Root, "web"), "src", "public", "index.html", "vite.config.ts", "tsconfig.json", "package-lock.json")
	if err != nil {
		return "", fmt.Errorf("look at the page's sources: %w", err)
	}
	return sources + " " + os.Getenv("CHAT_VERSION"), nil
}

// step runs a command that needs Node.js.
func (p Project) step(ctx context.Context, what, describe, dir string, command ...string) error {
	if err := checkNode(ctx); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = dir
	return p.Timed(what, describe, cmd)
}

func checkNode(ctx context.Context) error {
	const advice = "install Node.js %d.%d or newer, with npm (nodejs.org, or your package manager)"
	for _, command := range []string{"node", "npm"} {
		if _, err := exec.LookPath(command); err != nil {
			return fmt.Errorf("%s is missing; the page needs it to build: "+advice, command, minNodeMajor, minNodeMinor)
		}
	}
	out, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return fmt.Errorf("node --version: %w", err)
	}
	version := strings.TrimSpace(string(out))
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return nil // an unusual version: try it
	}
	major, _ := strconv.Atoi(parts[0])
	minor, _ := strconv.Atoi(parts[1])
	if major < minNodeMajor || major == minNodeMajor && minor < minNodeMinor {
		return fmt.Errorf("node %s is too old: "+advice, version, minNodeMajor, minNodeMinor)
	}
	return nil
}

// newer reports whether a file was written after all other files in a list,
// which are in a folder.
func newer(file, dir string, others ...string) bool {
	written, err := os.Stat(file)
	if err != nil {
		return false
	}
	for _, name := range others {
		info, err := os.Stat(filepath.Join(dir, name))
		if err == nil && info.ModTime().After(written.ModTime()) {
			return false
		}
	}
	return true
}

// hashFiles returns a hash of the names and contents of files, and of all files
// in folders. A missing file is no error and adds nothing.
func hashFiles(dir string, names ...string) (string, error) {
	hash := sha256.New()
	for _, name := range names {
		err := filepath.WalkDir(filepath.Join(dir, name), func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || entry.IsDir() {
				return err
			}
			file, err := os.Open(path)
			if err != nil {
				return err
			}
			defer file.Close()
			fmt.Fprintf(hash, "%s\x00", path)
			_, err = io.Copy(hash, file)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func marked(path, hash string) bool {
	b, err := os.ReadFile(path)
	return err == nil && string(b) == hash
}

func mark(path, hash string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(hash), 0o644)
}
