package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"projectchat/lab/check"
)

// The limits of the measured promises.
const (
	convergenceBound   = 5 * time.Second
	amplificationBound = 1.06
	// A post to the stuck reader costs a second; the others must not wait for it.
	stuckBound = 500 * time.Millisecond
	stuckShare = 1.5 // of the twin room's p99
	// Clients that still wait to try again after the last fault count for another line.
	settling = 3 * time.Second
)

// verdict is one line of the table.
type verdict struct {
	name, meaning, found, allowed string
	ok                            bool
}

// invariants are the checker's verdicts in the order of the table.
var invariants = []struct {
	name    check.Name
	meaning string
}{
	{check.Lost, "acknowledged, and missing in a final history"},
	{check.Duplicated, "twice in a final history, or in one view"},
	{check.Unexpected, "in the log, and never tried with this text"},
	{check.Aborted, "refused for good, and in the log all the same"},
	{check.Divergent, "two observers have different messages in one place"},
	{check.Gap, "a final history has a hole, or no beginning"},
	{check.NonMonotonic, "a client went back, or skipped a row"},
	{check.SenderOrder, "two messages of one sender are in the wrong order"},
	{check.RealTime, "acknowledged before the other was tried, and after it in the log"},
	{check.Incomplete, "a client that is up at the end lacks the last rows"},
	{check.Restarted, "a view started again although no row was deleted"},
	{check.Slow, "a client was later than promised: 30 s after the last fault and after a storm, 5 s in calm"},
	{check.Unacknowledged, "a message in the outbox of a client that is up was not acknowledged within the same times"},
	{check.Leaked, "a client, or a log, got a text that it may not have"},
	{check.Impersonation, "a message under another's uid"},
}

// judge judges a run.
func judge(r *result) ([]verdict, check.Report, *measures) {
	report := check.Check(r.history, check.Options{})
	broken := map[check.Name]int{}
	for _, v := range report.Violations {
		broken[v.Name]++
	}
	var table []verdict
	for _, i := range invariants {
		n := broken[i.name]
		table = append(table, verdict{string(i.name), i.meaning, fmt.Sprint(n), "0", n == 0})
	}
	f := figure(r.history)
	table = append(table, r.linearizable(), r.refused(), r.alive())
	table = append(table, r.measured(f)...)
	return table, report, f
}

// linearizable asks porcupine about each room.
func (r *result) linearizable() verdict {
	byRoom := map[string][]check.Record{}
	for _, record := range r.history {
		switch record.Op {
		case check.Try, check.Ack, check.Row:
			byRoom[record.Room] = append(byRoom[record.Room], record)
		}
	}
	wrong := 0
	for _, history := range byRoom {
		if !check.Linearizable(history) {
			wrong++
		}
	}
	meaning := fmt.Sprintf("a room's sends could not have been appended one by one (porcupine, %d rooms)", len(byRoom))
	return verdict{"linearizable", meaning, fmt.Sprint(wrong), "0", wrong == 0 && len(byRoom) > 0}
}

// refused reports the outcome of the outsiders' probes.
func (r *result) refused() verdict {
	probes, own, admitted := 0, 0, 0
	for _, o := range r.outsiders {
		for _, n := range o.refused {
			probes += n
		}
		own += o.own
		admitted += len(o.admitted)
	}
	meaning := fmt.Sprintf("a probe of an outsider was not refused (of %d; %d honest messages went through beside them)", probes+admitted, own)
	return verdict{"admitted", meaning, fmt.Sprint(admitted), "0", admitted == 0 && probes > 0 && own > 0}
}

// alive reports whether every client went on to the end.
func (r *result) alive() verdict {
	return verdict{"ended", "a client gave up, or waits until the person decides", fmt.Sprint(len(r.ended)), "0", len(r.ended) == 0}
}

// measured are the promises with a number.
func (r *result) measured(f *measures) []verdict {
	quiet, calm := f.heads.convergence(r.phase("quiet")), f.heads.convergence(r.phase("calm"))
	first, again := r.tally[postsFirst], r.tally[postsAgain]
	amplification := float64(first+again) / float64(max(first, 1))
	settled := r.phase("calm")
	settled.from += settling
	stuck, twin := within(f.acks, settled, r.room(stuckRoom)), within(f.acks, settled, r.room(twinRoom))
	shown, beside := within(f.shows, settled, r.room(stuckRoom)), within(f.shows, settled, r.room(twinRoom))
	table := []verdict{
		{
			"convergence", "from the last fault, with the talk going on, until a client shows every message that was acknowledged before", calm.String(),
			"p99 ≤ 5 s", calm.n > 0 && calm.p99 <= convergenceBound,
		},
		{
			"storm", fmt.Sprintf("from the reset of all connections until all clients are live and no message waits; at most %d connections in a second", r.peakDials(r.phase("storm"))),
			brief(r.stormTook), "≤ 30 s", r.stormTook > 0 && r.stormTook <= stormBound,
		},
		{
			"amplification", fmt.Sprintf("posts of messages for each post of a first push (%d)", first), fmt.Sprintf("%.3f", amplification),
			"≤ 1.06", first > 0 && amplification <= amplificationBound,
		},
		{
			"stuck reader", fmt.Sprintf("acknowledged p99 %s beside %s in the twin room, shown to others %s beside %s; %d posts to the stuck reader were refused",
				brief(stuck.p99), brief(twin.p99), brief(shown.p99), brief(beside.p99), r.tally["POST @connections 429 unread"]),
			"+" + brief(max(0, stuck.p99-twin.p99, shown.p99-beside.p99)), "+500 ms, or 1.5 times",
			stuck.n > 0 && twin.n > 0 && alike(stuck, twin) && alike(shown, beside),
		},
	}
	if r.profile.hasty {
		return table
	}
	return append(table, verdict{
		"heartbeat", "the same after silent cuts and wrong 410s, while nobody writes", quiet.String(),
		"p99 ≤ 35 s", quiet.n > 0 && quiet.p99 <= heartbeatBound,
	})
}

// alike reports whether the stuck reader delayed its room.
func alike(stuck, twin spread) bool {
	return stuck.p99 <= max(twin.p99+stuckBound, time.Duration(stuckShare*float64(twin.p99)))
}

func (r *result) room(i int) string { return fmt.Sprint("room ", i) }

// held reports whether no promise was broken.
func held(table []verdict) bool {
	return !slices.ContainsFunc(table, func(v verdict) bool { return !v.ok })
}

// timed are the verdicts that a busy or slow machine can fail.
var timed = []string{string(check.Slow), string(check.Unacknowledged), "convergence", "storm", "stuck reader", "heartbeat"}

// timeless leaves the timed verdicts out.
func timeless(table []verdict) []verdict {
	return slices.DeleteFunc(slices.Clone(table), func(v verdict) bool { return slices.Contains(timed, v.name) })
}

// markdown writes the table and the facts of the run as Markdown.
func markdown(w io.Writer, r *result, table []verdict, report check.Report, f *measures) {
	fmt.Fprintf(w, "# Chaos run\n\n%s.\n\n", r.heading())
	fmt.Fprintf(w, "| invariant | breach | found | allowed | |\n| --- | --- | --- | --- | --- |\n")
	for _, v := range table {
		mark := "held"
		if !v.ok {
			mark = "**BROKEN**"
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", v.name, v.meaning, v.found, v.allowed, mark)
	}
	fmt.Fprintf(w, "\n%s\n", strings.Join(r.facts(report, f), "\n"))
	for i, v := range report.Violations {
		if i == 20 {
			fmt.Fprintf(w, "- … and %d more\n", len(report.Violations)-i)
			break
		}
		fmt.Fprintf(w, "- %s: %.300s\n", v.Name, v.Detail)
	}
	for _, o := range r.outsiders {
		for _, what := range o.admitted {
			fmt.Fprintf(w, "- admitted: %s: %s\n", o.name, what)
		}
	}
	for _, what := range r.ended {
		fmt.Fprintf(w, "- ended: %s\n", what)
	}
}

// heading names the run.
func (r *result) heading() string {
	return fmt.Sprintf("%s, seed %d, %s, %d processors, %s, %s", r.profile, r.seed,
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), brief(r.took))
}

// facts are the figures without a limit, as lines of a list.
func (r *result) facts(report check.Report, f *measures) []string {
	facts := []string{fmt.Sprintf("- %d messages tried, %d acknowledged, %d in the log without an acknowledgement; %d were due while nothing failed; %d rows shown", report.Sent, report.Acked, report.Recovered, report.Due, report.Seen)}
	for _, s := range r.phases {
		facts = append(facts, fmt.Sprintf("- %s, %s: acknowledged after %s; shown to others after %s", s.name, brief(s.to-s.from), within(f.acks, s, ""), within(f.shows, s, "")))
	}
	for _, back := range r.recovered {
		facts = append(facts, fmt.Sprintf("- %s at %s: serving again after %s, the next acknowledgement after %s, 98 %% of the clients live again after %s",
			back.what, brief(back.at), brief(back.serving), brief(back.acked), brief(back.back)))
	}
	facts = append(facts, fmt.Sprintf("- the machine: %d processors%s; samples each %v came late by %s", runtime.NumCPU(), loadAverage(), sampled, r.late))
	refused := map[string]int{}
	for _, o := range r.outsiders {
		refused = sum(refused, o.refused)
	}
	facts = append(facts, "- the outsiders were refused by: "+listed(refused))
	facts = append(facts, "- done: "+listed(happened(r.events)))
	facts = append(facts, "- faults of store calls: "+listed(stringKeys(r.failed))+"; calls: "+listed(r.calls))
	facts = append(facts, "- the gateway: "+listed(r.tally))
	return facts
}

// loadAverage is the number of processes that waited for a processor in the last minute, on
// systems that tell it.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	last, _, _ := strings.Cut(string(text), " ")
	return ", load average " + last
}

func happened(list []event) map[string]int {
	n := map[string]int{}
	for _, e := range list {
		n[e.what]++
	}
	return n
}

func stringKeys[K ~string](m map[K]int) map[string]int {
	out := map[string]int{}
	for k, n := range m {
		out[string(k)] = n
	}
	return out
}

// listed lists counts, the largest first.
func listed(m map[string]int) string {
	names := []string{}
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if m[a] != m[b] {
			return m[b] - m[a]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", m[name], name)
	}
	return strings.Join(names, ", ")
}
