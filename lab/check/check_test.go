package check_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/lab/check"
)

const second = time.Second

// good is a history of two clients, two messages and two readers in which every promise is
// kept.
func good() []check.Record {
	at := func(s int, r check.Record) check.Record {
		r.T, r.Room, r.Epoch = time.Duration(s)*second, "room", "e"
		return r
	}
	m := func(op check.Op, who string, seq int64, cid string) check.Record {
		return check.Record{Op: op, Who: who, UID: "u_" + cid[:1], Seq: seq, CID: cid, Text: "text " + cid}
	}
	return []check.Record{
		at(0, check.Record{Op: check.Mark, Within: 5 * second}),
		at(0, check.Record{Op: check.Up, Who: "ann"}),
		at(0, check.Record{Op: check.Up, Who: "ben"}),
		at(0, check.Record{Op: check.View, Who: "ann"}),
		at(0, check.Record{Op: check.View, Who: "ben"}),
		at(0, check.Record{Op: check.People, Who: "ben", UIDs: []string{"u_b"}}),
		at(1, check.Record{Op: check.Come, UID: "u_a", Within: 2 * second}),
		at(2, check.Record{Op: check.People, Who: "ben", UIDs: []string{"u_a", "u_b"}}),
		at(3, check.Record{Op: check.Canary, Text: "bird", UIDs: []string{"u_a", "u_b"}}),
		at(4, check.Record{Op: check.Heard, Who: "ben", UID: "u_b", Text: "a bird sings"}),
		at(10, m(check.Try, "ann", 0, "a1")),
		at(10, m(check.Hold, "ann", 0, "a1")),
		at(11, m(check.Ack, "ann", 1, "a1")),
		at(11, m(check.Show, "ann", 1, "a1")),
		at(12, m(check.Show, "ben", 1, "a1")),
		at(20, m(check.Try, "ann", 0, "a2")),
		at(20, m(check.Hold, "ann", 0, "a2")),
		at(21, m(check.Ack, "ann", 2, "a2")),
		at(21, m(check.Show, "ann", 2, "a2")),
		at(22, m(check.Show, "ben", 2, "a2")),
		at(60, check.Record{Op: check.Read, Who: "r1"}),
		at(60, m(check.Row, "r1", 1, "a1")),
		at(60, m(check.Row, "r1", 2, "a2")),
		at(61, check.Record{Op: check.Read, Who: "r2"}),
		at(61, m(check.Row, "r2", 1, "a1")),
		at(61, m(check.Row, "r2", 2, "a2")),
	}
}

// edit changes the records of a history that match.
func edit(h []check.Record, op check.Op, who, cid string, change func(*check.Record)) []check.Record {
	for i, r := range h {
		if r.Op == op && (who == "" || r.Who == who) && (cid == "" || r.CID == cid) {
			change(&h[i])
		}
	}
	return h
}

func drop(h []check.Record, op check.Op, who, cid string) []check.Record {
	return slices.DeleteFunc(h, func(r check.Record) bool {
		return r.Op == op && (who == "" || r.Who == who) && (cid == "" || r.CID == cid)
	})
}

// put puts a record before the first that is later.
func put(h []check.Record, s int, r check.Record) []check.Record {
	r.T, r.Room, r.Epoch = time.Duration(s)*second, "room", "e"
	i := slices.IndexFunc(h, func(other check.Record) bool { return other.T > r.T })
	if i < 0 {
		i = len(h)
	}
	return slices.Insert(h, i, r)
}

func TestGoodHistory(t *testing.T) {
	report := check.Check(good(), check.Options{})
	if !report.OK() {
		t.Errorf("judged %v", report.Violations)
	}
	slowest := map[time.Duration]time.Duration{5 * second: second}
	want := check.Report{Sent: 2, Acked: 2, Seen: 4, Slowest: slowest, Due: 2, SlowestAck: slowest}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !check.Linearizable(good()) {
		t.Error("porcupine found no order")
	}
}

func TestVerdicts(t *testing.T) {
	retry := func(r *check.Record) { r.UID = "u_z" }
	tests := map[string]struct {
		make func() []check.Record
		want []check.Name
		o    check.Options
	}{
		"an acknowledged message is missing": {make: func() []check.Record {
			h := drop(drop(good(), check.Row, "", "a2"), check.Show, "", "a2")
			return h
		}, want: []check.Name{check.Lost, check.Slow}},
		"one reader lacks a message": {make: func() []check.Record {
			return drop(good(), check.Row, "r2", "a2")
		}, want: []check.Name{check.Lost}},
		"the missing message is older than retention": {make: func() []check.Record {
			h := drop(good(), check.Row, "", "a1")
			return edit(h, check.Read, "", "", func(r *check.Record) { r.T += 10 * time.Minute })
		}, want: []check.Name{}, o: check.Options{Retention: time.Minute}},
		"a message twice": {make: func() []check.Record {
			h := put(good(), 60, check.Record{Op: check.Row, Who: "r1", UID: "u_a", Seq: 3, CID: "a2", Text: "text a2"})
			return h
		}, want: []check.Name{check.Duplicated, check.Incomplete}},
		"a message shown twice": {make: func() []check.Record {
			return put(good(), 22, check.Record{Op: check.Show, Who: "ben", UID: "u_a", Seq: 2, CID: "a2", Text: "text a2"})
		}, want: []check.Name{check.Duplicated, check.NonMonotonic}},
		"acknowledged as two rows": {make: func() []check.Record {
			return put(good(), 21, check.Record{Op: check.Ack, Who: "ann", UID: "u_a", Seq: 3, CID: "a2"})
		}, want: []check.Name{check.Duplicated}},
		"a message that was never sent": {make: func() []check.Record {
			return drop(drop(good(), check.Try, "", "a2"), check.Ack, "", "a2")
		}, want: []check.Name{check.Unexpected}},
		"an acknowledgement without a try": {make: func() []check.Record {
			return put(good(), 21, check.Record{Op: check.Ack, Who: "ann", UID: "u_a", Seq: 3, CID: "a9"})
		}, want: []check.Name{check.Unexpected}},
		"another text": {make: func() []check.Record {
			return edit(good(), check.Try, "", "a2", func(r *check.Record) { r.Text = "other" })
		}, want: []check.Name{check.Unexpected}},
		"shown before it was tried": {make: func() []check.Record {
			h := drop(good(), check.Show, "ben", "a2")
			return put(h, 15, check.Record{Op: check.Show, Who: "ben", UID: "u_a", Seq: 2, CID: "a2", Text: "text a2"})
		}, want: []check.Name{check.Unexpected}},
		"refused, and in the log": {make: func() []check.Record {
			return edit(good(), check.Ack, "", "a2", func(r *check.Record) { r.Op, r.Seq = check.Refuse, 0 })
		}, want: []check.Name{check.Aborted}},
		"two clients see different messages in one place": {make: func() []check.Record {
			h := edit(good(), check.Row, "r2", "a2", func(r *check.Record) { r.CID, r.Text = "a3", "text a3" })
			h = put(h, 30, check.Record{Op: check.Try, Who: "cat", UID: "u_a", CID: "a3", Text: "text a3"})
			return drop(drop(h, check.Ack, "", "a2"), check.Hold, "", "a2")
		}, want: []check.Name{check.Divergent}},
		"a hole": {make: func() []check.Record {
			h := good()
			return edit(h, check.Row, "r1", "a2", func(r *check.Record) { r.Seq = 3 })
		}, want: []check.Name{check.Duplicated, check.Gap, check.Incomplete}},
		"no beginning": {make: func() []check.Record {
			return drop(good(), check.Row, "r1", "a1")
		}, want: []check.Name{check.Gap, check.Lost}},
		"a client skipped a row": {make: func() []check.Record {
			return drop(good(), check.Show, "ben", "a1")
		}, want: []check.Name{check.NonMonotonic, check.Slow}},
		"two of one sender in the wrong order": {make: func() []check.Record {
			h := drop(good(), check.Ack, "", "a1")
			swap := func(r *check.Record) {
				if r.Op != check.Try && r.Seq > 0 {
					r.Seq = 3 - r.Seq
				}
			}
			for i := range h {
				swap(&h[i])
			}
			slices.SortStableFunc(h, func(a, b check.Record) int {
				if a.Op == check.Row && b.Op == check.Row && a.Who == b.Who {
					return int(a.Seq - b.Seq)
				}
				return 0
			})
			return drop(drop(h, check.Show, "", ""), check.Up, "", "")
		}, want: []check.Name{check.SenderOrder}},
		"acknowledged before the other was tried": {make: func() []check.Record {
			h := edit(good(), check.Try, "", "a2", func(r *check.Record) { r.Who = "cat" })
			h = drop(drop(h, check.Show, "", ""), check.Up, "", "")
			for i := range h {
				if h[i].Seq > 0 {
					h[i].Seq = 3 - h[i].Seq
				}
			}
			for _, who := range []string{"r1", "r2"} {
				i := slices.IndexFunc(h, func(r check.Record) bool { return r.Op == check.Row && r.Who == who })
				h[i], h[i+1] = h[i+1], h[i]
			}
			return h
		}, want: []check.Name{check.RealTime}},
		"a client lacks the end": {make: func() []check.Record {
			return drop(drop(good(), check.Show, "ben", "a2"), check.Mark, "", "")
		}, want: []check.Name{check.Incomplete}},
		"a client is late": {make: func() []check.Record {
			h := drop(good(), check.Hold, "", "")
			return edit(h, check.Mark, "", "", func(r *check.Record) { r.Within = second / 2 })
		}, want: []check.Name{check.Slow}},
		"a client is late, and asleep": {make: func() []check.Record {
			h := drop(good(), check.Show, "ben", "a2")
			h = put(h, 15, check.Record{Op: check.Down, Who: "ben"})
			h = put(h, 40, check.Record{Op: check.Up, Who: "ben"})
			return put(h, 45, check.Record{Op: check.Show, Who: "ben", UID: "u_a", Seq: 2, CID: "a2", Text: "text a2"})
		}, want: []check.Name{}},
		"a later mark promises, too": {make: func() []check.Record {
			h := drop(good(), check.Show, "ben", "a2")
			h = edit(h, check.Mark, "", "", func(r *check.Record) { r.Within = 0 })
			h = put(h, 30, check.Record{Op: check.Mark, Within: second})
			return put(h, 35, check.Record{Op: check.Show, Who: "ben", UID: "u_a", Seq: 2, CID: "a2", Text: "text a2"})
		}, want: []check.Name{check.Slow}},
		"a view started again": {make: func() []check.Record {
			h := put(good(), 30, check.Record{Op: check.View, Who: "ben", Seq: 1})
			return put(h, 31, check.Record{Op: check.Show, Who: "ben", UID: "u_a", Seq: 2, CID: "a2", Text: "text a2"})
		}, want: []check.Name{check.Restarted}},
		"a client gets another room's canary": {make: func() []check.Record {
			return put(good(), 5, check.Record{Op: check.Heard, Who: "eve", UID: "u_e", Text: `{"text":"bird"}`})
		}, want: []check.Name{check.Leaked}},
		"a message under another's uid": {make: func() []check.Record {
			return edit(edit(good(), check.Row, "", "a2", retry), check.Show, "", "a2", retry)
		}, want: []check.Name{check.Impersonation, check.Lost}},
		"a person who came is not shown": {make: func() []check.Record {
			return edit(good(), check.Come, "", "", func(r *check.Record) { r.Within = second / 2 })
		}, want: []check.Name{check.Presence}},
		"a person who left is shown": {make: func() []check.Record {
			return put(good(), 30, check.Record{Op: check.Go, UID: "u_a", Within: 2 * second})
		}, want: []check.Name{check.Presence}},
		"a person who left came back in time": {make: func() []check.Record {
			h := put(good(), 30, check.Record{Op: check.Go, UID: "u_a", Within: 2 * second})
			return put(h, 31, check.Record{Op: check.Come, UID: "u_a", Within: 2 * second})
		}, want: []check.Name{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			report := check.Check(test.make(), test.o)
			if diff := cmp.Diff(test.want, report.Names()); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, report.Violations)
			}
		})
	}
	t.Run("every verdict", func(t *testing.T) {
		seen := map[check.Name]bool{}
		for _, test := range tests {
			for _, name := range test.want {
				seen[name] = true
			}
		}
		for _, name := range []check.Name{
			check.Lost, check.Duplicated, check.Unexpected, check.Aborted, check.Divergent, check.Gap, check.NonMonotonic,
			check.SenderOrder, check.RealTime, check.Incomplete, check.Slow, check.Restarted, check.Leaked, check.Impersonation, check.Presence,
		} {
			if !seen[name] {
				t.Errorf("no history here gets the verdict %s", name)
			}
		}
	})
}

func TestRecoveredIsAllowed(t *testing.T) {
	report := check.Check(drop(drop(good(), check.Ack, "", "a2"), check.Hold, "", "a2"), check.Options{})
	if !report.OK() || report.Recovered != 1 {
		t.Errorf("recovered %d, judged %v", report.Recovered, report.Violations)
	}
}

func TestLinearizableFindsTheWrongOrder(t *testing.T) {
	h := drop(good(), check.Show, "", "")
	for i := range h {
		if h[i].Seq > 0 {
			h[i].Seq = 3 - h[i].Seq
		}
	}
	if check.Linearizable(h) {
		t.Error("an order was found that contradicts the times")
	}
}

func TestHistoryIsAFile(t *testing.T) {
	var file bytes.Buffer
	if err := check.Write(&file, good()); err != nil {
		t.Fatal(err)
	}
	back, err := check.ReadAll(&file)
	if diff := cmp.Diff(good(), back); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := check.ReadAll(bytes.NewBufferString(`{"nonsense":1}`)); err == nil {
		t.Error("nonsense was accepted")
	}
}
