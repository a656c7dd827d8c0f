// Command module gives the module another path, by which it is published.
//
//	module github.com/you/projectchat
//
// It changes the `module` lines of go.mod and tools/go.mod, and the imports.
package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "say the new path: make module NAME=github.com/you/projectchat")
		os.Exit(2)
	}
	if err := rename(".", os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// wellFormed is narrower than Go's own rule: others can download a module only
// if its path begins with a host's name and has more after it.
var wellFormed = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(/[A-Za-z0-9_~-]+(\.[A-Za-z0-9_~-]+)*)+$`)

// rename gives the module in a folder another path. It reads all files before
// it writes the first.
func rename(root, name string) error {
	if !wellFormed.MatchString(name) {
		return fmt.Errorf("%q is not the path of a module: it must be a host and a path, like github.com/you/projectchat", name)
	}
	old, err := modulePath(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	changed := map[string][]byte{}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); path != root && (base[0] == '.' || base == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		text, err := renamed(path, old, name)
		if err == nil && text != nil {
			changed[path] = text
		}
		return err
	})
	if err != nil {
		return err
	}
	for path, text := range changed {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	fmt.Printf("%s is now %s, in %d files\n", old, name, len(changed))
	return nil
}

var moduleLine = regexp.MustCompile(`(?m)^module (\S+)`)

func modulePath(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	m := moduleLine.FindSubmatch(text)
	if m == nil {
		return "", errors.New("go.mod names no module")
	}
	return string(m[1]), nil
}

// renamed returns a file's text with the new path; nil if it does not have the
// old one.
func renamed(path, old, name string) ([]byte, error) {
	if filepath.Base(path) != "go.mod" && filepath.Ext(path) != ".go" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var places []span
	if filepath.Ext(path) == ".go" {
		places, err = imports(path, text)
	} else if at := moduleLine.FindSubmatchIndex(text); at != nil {
		places = []span{{at[2], at[3]}}
	}
	if err != nil {
		return nil, err
	}
	var out []byte
	// From the end, so that the places before keep their positions.
	slices.SortFunc(places, func(a, b span) int { return cmp.Compare(b.from, a.from) })
	for _, at := range places {
		rest, ours := bytes.CutPrefix(text[at.from:at.to], []byte(old))
		if ours && (len(rest) == 0 || rest[0] == '/') {
			out = slices.Concat(text[:at.from], []byte(name), rest, text[at.to:])
			text = out
		}
	}
	return out, nil
}

// span is a part of a file that names a package or a module.
type span struct{ from, to int }

func imports(path string, text []byte) (places []span, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, spec := range file.Imports {
		from := fset.Position(spec.Path.Pos()).Offset + 1
		if unquoted, err := strconv.Unquote(spec.Path.Value); err == nil && !strings.Contains(spec.Path.Value, `\`) {
			places = append(places, span{from, from + len(unquoted)})
		}
	}
	return places, nil
}
