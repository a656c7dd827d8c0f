package gateway_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"projectchat/local/gateway"
)

// readDocs returns the page that describes the gateway's behaviour.
func readDocs(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "gateway.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// section returns the text below a heading of the second level.
func section(t *testing.T, docs, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(docs, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("docs/gateway.md has no section %q", heading)
	}
	body, _, _ := strings.Cut(rest, "\n## ")
	return body
}

// rows returns the cells of a section's tables, without their heads.
func rows(section string) (out [][]string) {
	inTable := false
	for line := range strings.Lines(section) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "| ---"):
			inTable = true
		case !strings.HasPrefix(line, "|"):
			inTable = false
		case inTable:
			var cells []string
			for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
				cells = append(cells, strings.TrimSpace(cell))
			}
			out = append(out, cells)
		}
	}
	return out
}

// testNames returns the names of this package's tests and fuzz targets, read
// from its source.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}

var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`")

func TestEachPointOfTheTableHasItsTest(t *testing.T) {
	names := testNames(t)
	points := rows(section(t, readDocs(t), "The table"))
	if len(points) < 80 {
		t.Errorf("only %d points are left of the table", len(points))
	}
	for _, point := range points {
		if len(point) != 4 || !slices.Contains([]string{"DOC", "OBS", "RUN", "INF"}, point[1]) {
			t.Errorf("not a point, a mark, a source and its tests: %q", point)
			continue
		}
		tests := testName.FindAllStringSubmatch(point[3], -1)
		if len(tests) == 0 || testName.ReplaceAllString(point[3], "") != strings.Repeat(" ", len(tests)-1) {
			t.Errorf("%q has no test, or something else: %q", point[0], point[3])
		}
		for _, test := range tests {
			if !names[test[1]] {
				t.Errorf("%q names %s, which does not exist", point[0], test[1])
			}
		}
	}
}

func TestDocsListAllFaultsAndSettings(t *testing.T) {
	docs := readDocs(t)
	faults := section(t, docs, "Make it fail")
	for _, fault := range gateway.AllFaults() {
		if !strings.Contains(faults, "`"+string(fault)+"`") {
			t.Errorf("the fault %s is not explained", fault)
		}
	}
	listed := section(t, docs, "What is not known")
	for _, field := range reflect.VisibleFields(reflect.TypeFor[gateway.Unsettled]()) {
		if !strings.Contains(listed, "`"+field.Name+"`") {
			t.Errorf("the setting %s is not explained", field.Name)
		}
	}
}
