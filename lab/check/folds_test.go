package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/lab/check"
)

// changed is a history in which Ann wrote two messages, edited both and deleted the second,
// and Ben reacted to the first.
func changed() []check.Record {
	rows := []check.Record{
		{UID: "u_a", CID: "a1", Text: "one", Seq: 1},
		{UID: "u_a", CID: "a2", Text: "two", Seq: 2},
		{UID: "u_a", CID: "a3", Text: "one, edited", Kind: "edit", Target: 1, Seq: 3},
		{UID: "u_a", CID: "a4", Text: "two, edited", Kind: "edit", Target: 2, Seq: 4},
		{UID: "u_b", CID: "b1", Text: "+", Kind: "react", Target: 1, Seq: 5},
		{UID: "u_a", CID: "a5", Kind: "delete", Target: 2, Seq: 6},
	}
	var h []check.Record
	add := func(s int, op check.Op, who string, r check.Record) {
		r.Op, r.Who = op, who
		h = put(h, s, r)
	}
	add(0, check.Up, "ben", check.Record{})
	add(0, check.View, "ben", check.Record{})
	for i, r := range rows {
		tried := r
		tried.Seq = 0
		add(10*i+10, check.Try, "ann", tried)
		add(10*i+11, check.Ack, "ann", r)
		add(10*i+12, check.Show, "ben", r)
	}
	rows[0].Text, rows[0].Edited = "one, edited", 3
	rows[1].Text, rows[1].Edited, rows[1].Deleted = "", 4, 6
	rows[3].Text = ""
	add(99, check.Fold, "ben", check.Record{Seq: 1, Text: "one, edited", Signs: []string{"u_b +"}})
	add(99, check.Fold, "ben", check.Record{Seq: 2, Deleted: 6})
	add(100, check.Read, "r", check.Record{})
	for _, r := range rows {
		add(100, check.Row, "r", r)
	}
	return h
}

// row changes a row of the final history.
func row(h []check.Record, cid string, change func(*check.Record)) []check.Record {
	return edit(h, check.Row, "", cid, change)
}

// fold changes the form in which Ben shows a message in the end.
func fold(h []check.Record, seq int64, change func(*check.Record)) []check.Record {
	return edit(h, check.Fold, "", "", func(r *check.Record) {
		if r.Seq == seq {
			change(r)
		}
	})
}

func TestChanges(t *testing.T) {
	first := func(r *check.Record) { r.Text, r.Edited = "one", 0 }
	for name, test := range map[string]struct {
		h    []check.Record
		want []check.Name
	}{
		"all is well":                  {changed(), []check.Name{}},
		"an edit was not carried over": {row(changed(), "a1", first), []check.Name{check.Unchanged}},
		"an edit without an acknowledgement was not carried over": {row(drop(changed(), check.Ack, "", "a3"), "a1", first), []check.Name{}},
		"the text is another edit's": {row(changed(), "a1", func(r *check.Record) { r.Text = "one" }),
			[]check.Name{check.Unchanged}},
		"the row names an edit of another message": {row(changed(), "a1", func(r *check.Record) { r.Edited = 5 }),
			[]check.Name{check.Unchanged}},
		"a deletion was not carried over": {row(changed(), "a2", func(r *check.Record) { r.Text, r.Deleted = "two, edited", 0 }),
			[]check.Name{check.Unchanged}},
		"the row names a deletion of another message": {row(changed(), "a2", func(r *check.Record) { r.Deleted = 5 }),
			[]check.Name{check.Unchanged}},
		"a deleted text is in the message": {row(changed(), "a2", func(r *check.Record) { r.Text = "two" }),
			[]check.Name{check.Kept, check.Unexpected}},
		"a deleted text is in an edit": {row(changed(), "a4", func(r *check.Record) { r.Text = "two, edited" }),
			[]check.Name{check.Kept}},
		"a client shows the first text": {fold(changed(), 1, func(r *check.Record) { r.Text = "one" }), []check.Name{check.Unfolded}},
		"a client shows no reaction":    {fold(changed(), 1, func(r *check.Record) { r.Signs = nil }), []check.Name{check.Unfolded}},
		"a client shows a deleted text": {fold(changed(), 2, func(r *check.Record) { r.Text, r.Deleted = "two", 0 }), []check.Name{check.Unfolded}},
		"a text that was never tried": {row(changed(), "a1", func(r *check.Record) { r.Text = "hijacked" }),
			[]check.Name{check.Unchanged, check.Unexpected}},
	} {
		t.Run(name, func(t *testing.T) {
			report := check.Check(test.h, check.Options{})
			if diff := cmp.Diff(test.want, report.Names()); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, report.Violations)
			}
		})
	}
}

// TestAnothersEditIsNothing: if another's edit gets into the log all the same, no client must
// show it.
func TestAnothersEditIsNothing(t *testing.T) {
	forged := check.Record{UID: "u_b", CID: "b9", Text: "hijacked", Kind: "edit", Target: 1}
	h := changed()
	forged.Op, forged.Who = check.Try, "ben"
	h = put(h, 80, forged)
	forged.Seq = 7
	forged.Op = check.Show
	h = put(h, 81, forged)
	forged.Op, forged.Who = check.Row, "r"
	h = put(h, 100, forged)
	if report := check.Check(h, check.Options{}); !report.OK() {
		t.Errorf("judged %v", report.Violations)
	}
	h = fold(h, 1, func(r *check.Record) { r.Text = "hijacked" })
	if report := check.Check(h, check.Options{}); report.OK() {
		t.Error("the edit was not noticed")
	}
}
