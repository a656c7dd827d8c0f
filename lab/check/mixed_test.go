package check_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/lab/check"
)

// show changes the form in which Ben first showed a row.
func show(h []check.Record, cid string, change func(*check.Record)) []check.Record {
	return edit(h, check.Show, "", cid, change)
}

// afterwards is a history of changes in which Ben came after the last message.
func afterwards() []check.Record {
	var shown []check.Record
	h := slices.DeleteFunc(changed(), func(r check.Record) bool {
		if r.Op == check.Show {
			shown = append(shown, r)
		}
		return r.Op == check.Show
	})
	for _, r := range shown {
		h = put(h, 90, r)
	}
	return h
}

// TestMixedVersions: a server of revision 1 leaves out some fields, and only those.
func TestMixedVersions(t *testing.T) {
	bare := func(r *check.Record) { r.Target = 0 }
	swapped := func() []check.Record {
		h := changed()
		h = drop(drop(h, check.Try, "", "a2"), check.Ack, "", "a2") // a2 was written after the edit a3, and overtook it
		h = put(h, 30, check.Record{Op: check.Try, Who: "ann", UID: "u_a", CID: "a2", Text: "two"})
		return drop(h, check.Show, "", "")
	}
	tests := map[string]struct {
		h              []check.Record
		mixed, without []check.Name
	}{
		"all is well": {afterwards(), []check.Name{}, []check.Name{}},
		"a change without its target": {show(afterwards(), "b1", bare),
			[]check.Name{}, []check.Name{check.Divergent}},
		"a change with another target": {show(afterwards(), "b1", func(r *check.Record) { r.Target = 2 }),
			[]check.Name{check.Divergent}, []check.Name{check.Divergent}},
		"an edited text without its mark": {show(afterwards(), "a1", func(r *check.Record) { r.Text = "one, edited" }),
			[]check.Name{}, []check.Name{check.Unexpected}},
		"a deleted text without its mark": {show(afterwards(), "a2", func(r *check.Record) { r.Text = "" }),
			[]check.Name{}, []check.Name{check.Unexpected}},
		"no text, and no deletion": {show(afterwards(), "a1", func(r *check.Record) { r.Text = "" }),
			[]check.Name{check.Unexpected}, []check.Name{check.Unexpected}},
		"another's text": {show(afterwards(), "a1", func(r *check.Record) { r.Text = "two, edited" }),
			[]check.Name{check.Unexpected}, []check.Name{check.Unexpected}},
		"the final history has the mark": {row(afterwards(), "a1", func(r *check.Record) { r.Edited = 0 }),
			[]check.Name{check.Unchanged, check.Unexpected}, []check.Name{check.Divergent, check.Unchanged, check.Unexpected}},
		"a message overtook a change": {swapped(), []check.Name{check.Incomplete}, []check.Name{check.Incomplete, check.SenderOrder}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for mixed, want := range map[bool][]check.Name{true: test.mixed, false: test.without} {
				report := check.Check(test.h, check.Options{Mixed: mixed})
				if diff := cmp.Diff(want, report.Names()); diff != "" {
					t.Errorf("mixed %v (-want +got):\n%s\n%v", mixed, diff, report.Violations)
				}
			}
		})
	}
}
