package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/lab/check"
)

// unanswered is the good history without an answer to a2.
func unanswered() []check.Record {
	return drop(drop(drop(good(), check.Ack, "", "a2"), check.Show, "", "a2"), check.Row, "", "a2")
}

// ofA2 returns a record about a2 in Ann's outbox.
func ofA2(op check.Op, who string) check.Record {
	return check.Record{Op: op, Who: who, UID: "u_a", CID: "a2"}
}

func TestWhatIsWrittenGoesOut(t *testing.T) {
	unacknowledged, fine := []check.Name{check.Unacknowledged}, []check.Name{}
	for name, test := range map[string]struct {
		h    []check.Record
		want []check.Name
	}{
		"no answer":                      {unanswered(), unacknowledged},
		"refused in time":                {put(unanswered(), 25, ofA2(check.Refuse, "ann")), fine},
		"refused too late":               {put(unanswered(), 26, ofA2(check.Refuse, "ann")), unacknowledged},
		"the person was asked":           {put(unanswered(), 25, ofA2(check.Wait, "ann")), fine},
		"the person took it out":         {put(unanswered(), 25, ofA2(check.Discard, "ann")), fine},
		"no observer was up":             {put(unanswered(), 24, check.Record{Op: check.Down, Who: "ann"}), fine},
		"no outbox had it":               {drop(unanswered(), check.Hold, "", "a2"), fine},
		"it may still come":              {edit(unanswered(), check.Mark, "", "", func(r *check.Record) { r.Within = 50 * second }), fine},
		"there was no promise all along": {drop(unanswered(), check.Mark, "", ""), fine},
		"the promise begins": {put(edit(unanswered(), check.Mark, "", "", func(r *check.Record) { r.Within = 0 }), 40,
			check.Record{Op: check.Mark, Within: second}), unacknowledged},
		"another tab has it, too, and is down": {put(put(unanswered(), 21, ofA2(check.Hold, "cat")), 24,
			check.Record{Op: check.Down, Who: "ann"}), fine},
		"the next life of the tab has it": {put(put(put(unanswered(), 24, check.Record{Op: check.Down, Who: "ann"}), 30,
			check.Record{Op: check.Up, Who: "ann.2"}), 30, ofA2(check.Hold, "ann.2")), []check.Name{check.Incomplete, check.Unacknowledged}},
		"it may be later than others": {put(edit(unanswered(), check.Up, "ann", "", func(r *check.Record) { r.Within = 5 * second }), 30,
			ofA2(check.Wait, "ann")), fine},
		"later than even that allows": {put(edit(unanswered(), check.Up, "ann", "", func(r *check.Record) { r.Within = 5 * second }), 31,
			ofA2(check.Wait, "ann")), unacknowledged},
		"the person was asked, and sent it":                  {put(put(unanswered(), 25, ofA2(check.Wait, "ann")), 40, ofA2(check.Hold, "ann")), unacknowledged},
		"it was in the log when another tab read the outbox": {put(good(), 40, ofA2(check.Hold, "ben")), fine},
	} {
		t.Run(name, func(t *testing.T) {
			report := check.Check(test.h, check.Options{})
			if diff := cmp.Diff(test.want, report.Names()); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, report.Violations)
			}
		})
	}
}
