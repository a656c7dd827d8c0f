// Package internal_test checks rules about the whole module: which package may
// import which, and how packages are named and described.
package internal_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// law says which packages of ours a folder's packages may import, except in
// tests. Every folder with Go code must be named here. A name that ends in /*
// stands for each folder below.
//
// The test parses the files instead of asking the go command, so that the cache
// of test results notices a change in any of them.
var law = map[string][]string{
	// The chat. chat and people know each other only by interfaces of their own.
	"functions/*":            {"internal/apigw", "internal/compose"},
	"internal/chat":          {"internal/names", "internal/random", "internal/refusal"},
	"internal/people":        {"internal/names", "internal/random", "internal/refusal"},
	"internal/names":         {"internal/refusal"},
	"internal/random":        {},
	"internal/refusal":       {},
	"internal/wire":          {},
	"internal/golden":        {},
	"internal/chat/chattest": {"internal/chat", "internal/people", "internal/refusal"},
	"internal/dynamo":        {"internal/chat", "internal/people", "internal/refusal"},
	"internal/apigw":         {"internal/chat", "internal/people", "internal/refusal", "internal/version", "internal/wire"},
	"internal/compose":       {"internal/apigw", "internal/chat", "internal/dynamo", "internal/people"},
	"internal/version":       {},
	"internal/stack":         {"internal/compose"},
	"internal/laptop":        {"internal/dynamo", "local/dynamodb", "local/template"},
	// AWS on one machine.
	"local/gateway":  {},
	"local/template": {},
	"local/lambda":   {},
	"local/docker":   {},
	"local/dynamodb": {},
	// The proof.
	"lab/*":       {"*"},
	"lab/bench/*": {"*"},
	// The commands.
	"cmd/*": {"internal/apigw", "internal/compose", "internal/dynamo", "internal/laptop", "internal/version", "internal/wire", "local/docker", "local/dynamodb", "local/gateway", "local/lambda", "local/template"},
}

// noSDK lists the folders that know nothing of AWS.
var noSDK = []string{"internal/chat", "internal/chat/chattest", "internal/golden", "internal/names", "internal/people", "internal/random", "internal/refusal", "internal/wire", "local/docker", "local/dynamodb", "local/gateway", "local/lambda", "local/template"}

// inTests lists what a folder's tests may import in addition to that and to
// their own package.
var inTests = map[string][]string{
	"internal/chat":   {"internal/chat/chattest", "internal/golden", "internal/people"},
	"internal/names":  {"internal/golden"},
	"internal/people": {"internal/chat/chattest"},
	"internal/apigw":  {"internal/chat/chattest", "internal/compose", "internal/names"},
	"internal/dynamo": {"internal/chat/chattest", "local/dynamodb", "local/template"},
	"internal/wire":   {"internal/golden", "local/template"},
	"cmd/*":           {"*"}, // the end-to-end tests
}

// forbidden lists names that say nothing about a package's purpose.
var forbidden = []string{"utils", "util", "types", "common", "helpers", "helper", "mocks", "mock", "misc", "base", "shared"}

// source is one Go file of the module.
type source struct {
	dir, name string // the folder, with slashes, from the module's root
	file      *ast.File
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// sources parses every Go file that the go command would see.
func sources(t *testing.T) (module string, files []source) {
	t.Helper()
	root := ".."
	module = modulePath(t, filepath.Join(root, "go.mod"))
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); name != root && (base[0] == '.' || base[0] == '_' || base == "testdata" || base == "node_modules" || base == "vendor") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		files = append(files, source{filepath.ToSlash(dir), filepath.Base(name), file})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d files were found", len(files))
	}
	return module, files
}

func modulePath(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if module, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(module)
		}
	}
	t.Fatalf("%s names no module", name)
	return ""
}

// find returns the name of the rule for a folder.
func find[V any](rules map[string]V, dir string) (name string, ok bool) {
	if _, ok := rules[dir]; ok {
		return dir, true
	}
	name = path.Dir(dir) + "/*"
	_, ok = rules[name]
	return name, ok
}

// allowed reports whether the law lets a file import a folder of ours.
func allowed(s source, target string) bool {
	name, ok := find(law, s.dir)
	may := law[name]
	if s.isTest() {
		tests, _ := find(inTests, s.dir)
		may = slices.Concat(may, inTests[tests], []string{s.dir})
	}
	return ok && (slices.Contains(may, target) || slices.Contains(may, "*"))
}

func TestImportLaw(t *testing.T) {
	module, files := sources(t)
	for _, s := range files {
		if _, ok := find(law, s.dir); !ok && s.dir != "internal" {
			t.Errorf("%s/%s: the law does not know this folder", s.dir, s.name)
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			target, ours := strings.CutPrefix(imported, module+"/")
			if ours && !allowed(s, target) {
				t.Errorf("%s/%s imports %s, which the law does not allow", s.dir, s.name, target)
			}
			if strings.Contains(imported, "aws/") && slices.Contains(noSDK, s.dir) && !s.isTest() {
				t.Errorf("%s/%s imports %s: this folder knows nothing of AWS", s.dir, s.name, imported)
			}
		}
	}
}

// TestLawIsOfThisModule finds names in the law that have no folder: they would
// allow and forbid nothing.
func TestLawIsOfThisModule(t *testing.T) {
	_, files := sources(t)
	dirs := map[string]bool{}
	for _, s := range files {
		dirs[s.dir] = true
		dirs[path.Dir(s.dir)+"/*"] = true
	}
	names := slices.Concat(slices.Collect(maps.Keys(law)), slices.Collect(maps.Keys(inTests)), noSDK)
	for _, may := range slices.Concat(slices.Collect(maps.Values(law)), slices.Collect(maps.Values(inTests))) {
		names = append(names, may...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if name != "*" && !dirs[name] {
			t.Errorf("the law names %s, which is not there", name)
		}
	}
}

// TestProductCodeImportsNoTestCode: code for tests stays out of the product,
// also by way of a package that may import everything.
func TestProductCodeImportsNoTestCode(t *testing.T) {
	module, files := sources(t)
	for _, s := range files {
		if s.isTest() || strings.HasPrefix(s.dir, "lab") {
			continue
		}
		for _, spec := range s.file.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			if strings.HasPrefix(imported, module+"/lab/") || imported == module+"/internal/chat/chattest" || imported == module+"/internal/golden" {
				t.Errorf("%s/%s imports %s", s.dir, s.name, imported)
			}
		}
	}
}

func TestPackageNames(t *testing.T) {
	_, files := sources(t)
	for _, s := range files {
		name := strings.TrimSuffix(s.file.Name.Name, "_test")
		if slices.Contains(forbidden, name) || slices.Contains(forbidden, path.Base(s.dir)) {
			t.Errorf("%s/%s: a package called %s", s.dir, s.name, name)
		}
		if name != path.Base(s.dir) && name != "main" {
			t.Errorf("%s/%s: package %s in a folder of another name", s.dir, s.name, name)
		}
	}
}

// TestNoGoFileAtTheRoot: SAM would build a Go file at the root instead of a
// function.
func TestNoGoFileAtTheRoot(t *testing.T) {
	_, files := sources(t)
	for _, s := range files {
		if s.dir == "." {
			t.Errorf("%s is at the root", s.name)
		}
	}
}

// TestPackageComments: each package has exactly one, in one file.
func TestPackageComments(t *testing.T) {
	_, files := sources(t)
	comments := map[string][]string{}
	for _, s := range files {
		if s.isTest() {
			continue
		}
		if comments[s.dir] == nil {
			comments[s.dir] = []string{}
		}
		if s.file.Doc == nil {
			continue
		}
		comments[s.dir] = append(comments[s.dir], s.name)
		begins := "Package " + s.file.Name.Name + " "
		if s.file.Name.Name == "main" {
			begins = "Command " + path.Base(s.dir) + " "
		}
		if !strings.HasPrefix(s.file.Doc.Text(), begins) {
			t.Errorf("%s/%s: the package's comment does not begin with %q", s.dir, s.name, begins)
		}
	}
	for _, dir := range slices.SortedFunc(maps.Keys(comments), cmp.Compare[string]) {
		if len(comments[dir]) != 1 {
			t.Errorf("%s: %d comments of the package %v, want one", dir, len(comments[dir]), comments[dir])
		}
	}
}
