package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/lab/check"
)

// restored is the good history, except that the log was copied into another between the two
// messages.
func restored() []check.Record {
	h := good()
	for i, r := range h {
		if r.T < 15*second {
			h[i].Epoch = "before"
		}
	}
	h = put(h, 15, check.Record{Op: check.View, Who: "ann", Seq: 1})
	return put(h, 16, check.Record{Op: check.View, Who: "ben", Seq: 1})
}

func TestALogHasEnded(t *testing.T) {
	goesOn := edit(restored(), check.View, "ben", "", func(r *check.Record) { r.Epoch = "before" })
	goesOn = edit(goesOn, check.Show, "ben", "", func(r *check.Record) { r.Epoch = "before" })
	goesOn = drop(goesOn, check.People, "", "")
	for name, test := range map[string]struct {
		h    []check.Record
		want []check.Name
	}{
		"every view starts again":         {restored(), []check.Name{}},
		"one view goes on in the old log": {goesOn, []check.Name{check.Incomplete, check.Restarted, check.Unexpected}},
	} {
		t.Run(name, func(t *testing.T) {
			report := check.Check(test.h, check.Options{})
			if diff := cmp.Diff(test.want, report.Names()); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, report.Violations)
			}
		})
	}
}
