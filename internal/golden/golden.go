// Package golden reads the tables that the tests of Go and TypeScript share:
// the files next to the golden frames in internal/wire/testdata.
package golden

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// Read reads a table into v, which must have a place for every field.
func Read(t testing.TB, table string, v any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "internal", "wire", "testdata", table))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("read %s: %v", table, err)
	}
}

// Limit is a number, and the folders that have it as a constant.
type Limit struct {
	Is int64    `json:"is"`
	In []string `json:"in"`
}

// Limits returns the table of limits, by name.
func Limits(t testing.TB) map[string]Limit {
	t.Helper()
	var all map[string]Limit
	Read(t, "limits.json", &all)
	return all
}

// SameLimits compares the constants of a folder with the table. The folder must
// have all constants that the table lists for it, and no others.
func SameLimits(t testing.TB, folder string, constants map[string]any) {
	t.Helper()
	want, got := map[string]int64{}, map[string]int64{}
	for name, limit := range Limits(t) {
		if slices.Contains(limit.In, folder) {
			want[name] = limit.Is
		}
	}
	for name, constant := range constants {
		got[name] = number(t, name, constant)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-internal/wire/testdata/limits.json +%s):\n%s", folder, diff)
	}
}

// number returns a constant in the unit that its name ends with.
func number(t testing.TB, name string, constant any) int64 {
	t.Helper()
	duration, is := constant.(time.Duration)
	switch {
	case is != strings.HasSuffix(name, "Ms"):
		t.Errorf("%s is %v: only the name of a duration ends in Ms", name, constant)
	case is:
		return duration.Milliseconds()
	}
	n, _ := constant.(int)
	return int64(n)
}

// Kinds is the table of the kinds of rows and the actions that came with each
// revision.
type Kinds struct {
	Revision int             `json:"revision"` // the newest revision
	Kinds    map[string]Kind `json:"kinds"`
	Actions  map[string]struct {
		Revision int `json:"revision"`
	} `json:"actions"`
}

// Kind is the rule of a kind of rows.
type Kind struct {
	Revision   int    `json:"revision"`   // the first revision that knows it
	Target     bool   `json:"target"`     // a row has a target
	Text       string `json:"text"`       // the form of its text: message, reaction or none
	AuthorOnly bool   `json:"authorOnly"` // only the author of its target may add one
	OfDeleted  bool   `json:"ofDeleted"`  // its target may have been deleted
	Overwrites bool   `json:"overwrites"` // it changes the row of its target
}

// ReadKinds returns the table of kinds.
func ReadKinds(t testing.TB) (table Kinds) {
	t.Helper()
	Read(t, "kinds.json", &table)
	return table
}

// root returns the module's folder.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no folder above has a go.mod")
		}
		dir = filepath.Dir(dir)
	}
}
