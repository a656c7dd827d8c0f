package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"projectchat/lab/check"
	"projectchat/lab/storeproxy"
)

const second = time.Second

// acked makes a message that was tried, acknowledged and shown by another tab.
func acked(room, cid string, seq int64, tried, ack, shown time.Duration) []check.Record {
	return []check.Record{
		{T: tried, Op: check.Try, Who: "tab 1", Room: room, UID: "u1", CID: cid, Text: "t"},
		{T: ack, Op: check.Ack, Who: "tab 1.1", Room: room, UID: "u1", CID: cid, Epoch: "e", Seq: seq},
		{T: shown, Op: check.Show, Who: "tab 2.1", Room: room, UID: "u1", CID: cid, Epoch: "e", Seq: seq, Text: "t"},
	}
}

// good is the result of a run that kept every promise.
func good() *result {
	r := &result{
		options:   options{profile: profiles["S"], seed: 1},
		stormTook: second,
		tally:     map[string]int{postsFirst: 1000, postsAgain: 20},
		outsiders: []*outsider{{refused: map[string]int{"not_joined": 3}, own: 1}},
		phases: []span{
			{"everything fails", 0, 10 * second}, {"quiet", 10 * second, 50 * second},
			{"calm", 50 * second, 70 * second}, {"storm", 70 * second, 75 * second},
		},
		samples: []sample{{at: 0, tally: map[string]int{}, store: map[storeproxy.Fault]int{}}, {at: 75 * second, acked: 4}},
		events:  []event{{killServer, 3 * second, second}, {"rst", 5 * second, 0}},
	}
	for _, room := range []string{"room 0", "room 1"} {
		r.history = append(r.history,
			check.Record{Op: check.Up, Who: "tab 2.1", Room: room},
			check.Record{Op: check.View, Who: "tab 2.1", Room: room, Epoch: "e"})
	}
	for i, room := range []string{"room 0", "room 1"} {
		at := time.Duration(i) * time.Millisecond
		r.history = append(r.history, acked(room, "a", 1, 9*second+at, 9*second+at, 9*second+at)...)
	}
	for i, room := range []string{"room 0", "room 1"} {
		at := 60*second + time.Duration(i)*second
		r.history = append(r.history, acked(room, "b", 2, at, at+20*time.Millisecond, at+30*time.Millisecond)...)
	}
	return r
}

// failed names the verdicts that are not held.
func failed(r *result) string {
	table, _, _ := judge(r)
	var names []string
	for _, v := range table {
		if !v.ok {
			names = append(names, v.name)
		}
	}
	return strings.Join(names, " ")
}

func TestVerdicts(t *testing.T) {
	missed := []string{"storm", "stuck reader", "convergence heartbeat", "unacknowledged"} // by time alone
	for _, test := range []struct {
		name string
		do   func(*result)
		want string
	}{
		{"as it should be", func(*result) {}, ""},
		{"posts that are repeated too often", func(r *result) { r.tally[postsAgain] = 61 }, "amplification"},
		{"nothing was pushed", func(r *result) { r.tally = map[string]int{} }, "amplification"},
		{"a long storm", func(r *result) { r.stormTook = 31 * second }, "storm"},
		{"an outsider was let in", func(r *result) { r.outsiders[0].admitted = []string{"history"} }, "admitted"},
		{"the outsiders did nothing", func(r *result) { r.outsiders[0].refused = nil }, "admitted"},
		{"a client gave up", func(r *result) { r.ended = []string{"tab 3: signed out"} }, "ended"},
		{"the stuck reader delays others", func(r *result) {
			r.history = append(r.history, acked("room 0", "c", 3, 62*second, 63*second, 63*second)...)
		}, "stuck reader"},
		{"a client converges late", func(r *result) {
			for i := range r.history {
				if h := &r.history[i]; h.Op == check.Show && h.CID == "a" {
					h.T = 57 * second
				}
			}
		}, "convergence heartbeat"},
		{"a message stays in an outbox", func(r *result) {
			d := check.Record{T: 63 * second, Op: check.Try, Who: "tab 2", Room: "room 0", UID: "u2", CID: "d", Text: "t"}
			held := d
			held.Op, held.Who = check.Hold, "tab 2.1"
			r.history = append(r.history, check.Record{T: 62 * second, Op: check.Mark, Within: 5 * second}, d, held,
				check.Record{T: 68 * second, Op: check.Mark})
		}, "unacknowledged"},
		{"a message is lost", func(r *result) {
			r.history = append(r.history, check.Record{T: 80 * second, Op: check.Read, Who: "reader", Room: "room 0", Epoch: "e"})
		}, "lost"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := good()
			test.do(r)
			r.out = t.TempDir()
			if got := failed(r); got != test.want {
				t.Errorf("not held: %q, want %q", got, test.want)
			}
			if table, _, _ := judge(r); held(table) != (test.want == "") {
				t.Error("held reports the opposite")
			}
			if err := tell(r, false, io.Discard); (err != nil) != (test.want != "") {
				t.Errorf("it ends with %v", err)
			}
			if err := tell(r, true, io.Discard); (err != nil) != (test.want != "" && !slices.Contains(missed, test.want)) {
				t.Errorf("at any speed it ends with %v", err)
			}
		})
	}
}

func TestSpread(t *testing.T) {
	var times []time.Duration
	for i := range 200 {
		times = append(times, time.Duration(200-i))
	}
	if got := spreadOf(times); got != (spread{200, 100, 198, 200}) {
		t.Errorf("%+v", got)
	}
	if got := spreadOf(nil); got != (spread{}) {
		t.Errorf("%+v", got)
	}
}

// TestFigures: the run's figures replace the section of its profile.
func TestFigures(t *testing.T) {
	r := good()
	r.out, r.options.figures = t.TempDir(), filepath.Join(t.TempDir(), "figures.md")
	if err := os.WriteFile(r.options.figures, []byte("<!-- chaos S -->\n<!-- /chaos S -->\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := tell(r, false, io.Discard); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(r.options.figures)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"`make chaos PROFILE=S SEED=1`", "| storm | 1.0 s | ≤ 30 s | held |", "| rows shown | 4 |", "| calm | p50 20 ms"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the figures lack %q:\n%s", want, b)
		}
	}
}

// TestPicture: the file loads no other, and has colours for light and for dark.
func TestPicture(t *testing.T) {
	r := good()
	table, report, f := judge(r)
	name := t.TempDir() + "/run.html"
	if err := writePicture(name, r, table, f); err != nil {
		t.Fatal(err)
	}
	text := mustRead(t, name)
	for _, want := range []string{"<svg", "prefers-color-scheme: dark", "kill -9 server", "rst × 1", "amplification", "every promise held"} {
		if !strings.Contains(text, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	for _, not := range []string{"http://", "https://", "src=", "NaN", "Inf"} {
		if strings.Contains(text, not) {
			t.Errorf("the picture has %q", not)
		}
	}
	var out strings.Builder
	markdown(&out, r, table, report, f)
	if lines := strings.Count(out.String(), "| held |"); lines != len(table) {
		t.Errorf("%d lines of the table are held, want %d", lines, len(table))
	}
}

func mustRead(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
