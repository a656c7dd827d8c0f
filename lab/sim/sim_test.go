package sim_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/lab/check"
	"projectchat/lab/figures"
	"projectchat/lab/sim"
)

var (
	first = flag.Uint64("sim.seed", 1, "the first seed")
	seeds = flag.Int("sim.seeds", fewSeeds, "the number of seeds")
	keep  = flag.String("sim.keep", "", "a folder for the history of each seed that fails")
	file  = flag.String("sim.figures", "", "a file with a section of figures for each test, as docs/figures.md")
)

func run(t *testing.T, o sim.Options) (result sim.Result) {
	synctest.Test(t, func(*testing.T) { result = sim.Run(o) })
	return result
}

// judge runs a seed and reports what it broke.
func judge(t *testing.T, o sim.Options) (sim.Result, check.Report) {
	t.Helper()
	result := run(t, o)
	report := check.Check(result.History, check.Options{Retention: o.Retention, Mixed: result.Mixed})
	// After a restore a row may be in a log that nobody ever saw, and in its copy.
	if o.Retention == 0 && result.Stats["restores"] == 0 && !check.Linearizable(result.History) {
		t.Error("the messages cannot have been sent in the log's order")
	}
	for i, v := range report.Violations {
		if i == 8 {
			t.Errorf("… and %d more", len(report.Violations)-i)
			break
		}
		t.Errorf("%s: %s", v.Name, v.Detail)
	}
	if t.Failed() {
		t.Logf("seed %d, %+v", o.Seed, o)
		save(t, o, result)
	}
	t.Logf("sent %d, acked %d, recovered %d, seen %d, slowest %v; due %d, slowest %v",
		report.Sent, report.Acked, report.Recovered, report.Seen, report.Slowest, report.Due, report.SlowestAck)
	return result, report
}

func save(t *testing.T, o sim.Options, result sim.Result) {
	if *keep == "" {
		return
	}
	var file bytes.Buffer
	if err := check.Write(&file, result.History); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(*keep, fmt.Sprintf("seed-%d.jsonl", o.Seed))
	if err := os.WriteFile(name, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSeeds plays a day of each seed.
func TestSeeds(t *testing.T) {
	many(t, func(seed uint64) sim.Options { return sim.Options{Seed: seed} })
}

// TestRetention plays three days of each seed. Messages are kept for two days; TTL deletes
// them in any order.
func TestRetention(t *testing.T) {
	if raceDetector {
		t.Skip("a long test of the same code as TestSeeds")
	}
	many(t, func(seed uint64) sim.Options {
		return sim.Options{Seed: seed, Hours: 72, Retention: 48 * time.Hour}
	})
}

// many runs every seed.
func many(t *testing.T, options func(seed uint64) sim.Options) {
	began := time.Now()
	var mu sync.Mutex
	var failed atomic.Bool
	total := sim.Stats{}
	slowest, slowestAck := map[time.Duration][]time.Duration{}, map[time.Duration][]time.Duration{}
	t.Run("seed", func(t *testing.T) {
		for i := range *seeds {
			seed := *first + uint64(i)
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				if failed.Load() && flag.Lookup("test.failfast").Value.String() == "true" {
					t.Skip("another seed has failed") // -failfast lets those run that wait for their turn
				}
				defer func() { failed.CompareAndSwap(false, t.Failed()) }()
				result, report := judge(t, options(seed))
				mu.Lock()
				defer mu.Unlock()
				for name, n := range result.Stats {
					total[name] += n
				}
				total["messages sent"] += report.Sent
				total["messages acknowledged"] += report.Acked
				total["rows shown"] += report.Seen
				total["messages that were due"] += report.Due
				gather(slowest, report.Slowest)
				gather(slowestAck, report.SlowestAck)
			})
		}
	})
	for _, name := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%8d %s", total[name], name)
	}
	logSlowest(t, "showing", slowest)
	logSlowest(t, "acknowledgement", slowestAck)
	if *file == "" || *seeds == 0 || t.Failed() {
		return
	}
	s := figures.Section{
		Command: fmt.Sprintf("go test ./lab/sim -run %s -sim.seed %d -sim.seeds %d", t.Name(), *first, *seeds),
		On:      began, Took: time.Since(began),
		Tables: []figures.Table{happened(total), times("shown", slowest), times("acknowledged", slowestAck)},
	}
	if err := s.Write(*file, t.Name()); err != nil {
		t.Error(err)
	}
}

// happened is the table of the counts.
func happened(total sim.Stats) figures.Table {
	table := figures.Table{{"No promise was broken.", ""}}
	for _, name := range []string{
		"messages sent", "messages acknowledged", "messages that were due", "rows shown", "invocations", "scenes", "storms", "restores",
		"posts while @connections is out", "stale samples of seats", "samples of a large room",
		"releases rolled back", "invocations of revision 1", "changes that met revision 1", "tabs of revision 1 opened",
	} {
		table = append(table, []string{name, figures.Number(total[name])})
	}
	return table
}

// times is the table of each seed's slowest, by the promised time.
func times(what string, slowest map[time.Duration][]time.Duration) figures.Table {
	table := figures.Table{{what + ": promised", "slowest", "median of each seed's slowest"}}
	for _, within := range slices.Sorted(maps.Keys(slowest)) {
		took := slices.Sorted(slices.Values(slowest[within]))
		table = append(table, []string{
			within.String(), took[len(took)-1].Round(10 * time.Millisecond).String(), took[len(took)/2].Round(10 * time.Millisecond).String(),
		})
	}
	return table
}

func gather(all map[time.Duration][]time.Duration, one map[time.Duration]time.Duration) {
	for within, took := range one {
		all[within] = append(all[within], took)
	}
}

func logSlowest(t *testing.T, what string, slowest map[time.Duration][]time.Duration) {
	for _, within := range slices.Sorted(maps.Keys(slowest)) {
		took := slowest[within]
		slices.Sort(took)
		t.Logf("the slowest %s of each seed where %v was promised: median %v, the slowest of all %v",
			what, within, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
	}
}

// TestOneSeedIsOneRun runs some seeds twice, one of them with mixed versions, and wants the
// same history to the letter.
func TestOneSeedIsOneRun(t *testing.T) {
	worlds := []sim.Options{{Seed: 1, Hours: 12}, {Seed: 4, Hours: 12}, {Seed: 3, Hours: 54, Retention: 48 * time.Hour}}
	if raceDetector {
		worlds = worlds[:1]
	}
	for _, o := range worlds {
		a, b := run(t, o), run(t, o)
		if diff := cmp.Diff(a.History, b.History); diff != "" {
			t.Errorf("seed %d (-first +second):\n%.3000s", o.Seed, diff)
		}
		if diff := cmp.Diff(a.Stats, b.Stats); diff != "" {
			t.Errorf("seed %d (-first +second):\n%s", o.Seed, diff)
		}
	}
}

// TestHandOver has no faults. Everybody stays for a day, through all hand-overs, and nobody
// is ever shown as gone.
func TestHandOver(t *testing.T) {
	o := sim.Options{Seed: 5, Calm: true}
	result, _ := judge(t, o)
	if n := result.Stats["2-hour cuts"]; n != 0 {
		t.Errorf("%d connections were cut after 2 hours", n)
	}
	if n := result.Stats["leaves pushed"]; n != 0 {
		t.Errorf("%d times a client showed that a person left", n)
	}
	// Everybody opens within the first minutes; in the ending people leave.
	shown := map[string][]string{}
	for _, r := range result.History {
		if r.Op != check.People || r.T > 23*time.Hour+10*time.Minute {
			continue
		}
		for _, uid := range shown[r.Who] {
			if !slices.Contains(r.UIDs, uid) {
				t.Errorf("at %v %s showed %s leaving", r.T, r.Who, uid)
			}
		}
		shown[r.Who] = r.UIDs
	}
}
