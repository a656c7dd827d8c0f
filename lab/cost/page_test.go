package main

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "count, and write counts.json")

// TestCounts counts again and compares counts.json. The bytes of the logs may differ.
func TestCounts(t *testing.T) {
	var c counts
	for _, people := range []int{2, 10, 100, 1000} {
		c.Ours = append(c.Ours, countOurs(t, people))
	}
	programs := buildSample(t)
	for _, people := range []int{10, 100, 1000} {
		c.Sample = append(c.Sample, countSample(t, programs, people))
	}
	if *update {
		b, err := json.MarshalIndent(c, "", " ")
		if err == nil {
			err = os.WriteFile("counts.json", append(b, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	held, err := load()
	if err != nil {
		t.Fatal(err)
	}
	withoutLog := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Logged" }, cmp.Ignore())
	if diff := cmp.Diff(held, c, withoutLog); diff != "" {
		t.Errorf("the counts have changed (-counts.json +now): go test ./lab/cost -update, then go run ./lab/cost -page >docs/cost.md\n%s", diff)
	}
}

// TestPage compares docs/cost.md with the page of counts.json and the prices.
func TestPage(t *testing.T) {
	c, err := load()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("../../docs/cost.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(b), page(c)); diff != "" {
		t.Errorf("go run ./lab/cost -page >docs/cost.md writes the page again (-docs/cost.md +now):\n%s", diff)
	}
}

// TestAt: a counted size has its own counts, and the others lie on the line between.
func TestAt(t *testing.T) {
	rooms := []room{{People: 10, Send: units{Messages: 11, Reads: 1}}, {People: 100, Send: units{Messages: 101, Reads: 4}}}
	for people, want := range map[int]units{10: {Messages: 11, Reads: 1}, 100: {Messages: 101, Reads: 4}, 55: {Messages: 56, Reads: 2.5}, 190: {Messages: 191, Reads: 7}} {
		if got := at(rooms, people).Send; got != want {
			t.Errorf("%d people: %+v", people, got)
		}
	}
}
