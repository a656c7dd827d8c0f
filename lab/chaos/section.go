package main

import (
	"fmt"
	"time"

	"projectchat/lab/check"
	"projectchat/lab/figures"
)

// section is the run's figures, as docs/figures.md has them.
func (r *result) section(table []verdict, report check.Report, f *measures) figures.Section {
	counts := figures.Table{
		{"happened", ""},
		{"run", r.profile.String()},
		{"messages acknowledged", figures.Number(report.Acked)},
		{"rows shown", figures.Number(report.Seen)},
		{"faults", listed(happened(r.events))},
		{"store calls, with a fault", figures.Number(total(r.calls)) + ", " + figures.Number(total(r.failed))},
		{"posts, with a fault", figures.Number(outcomes(r.tally, "POST @connections")) + ", " + figures.Number(outcomes(r.tally, "POST @connections fault"))},
	}
	verdicts := figures.Table{{"promise", "found", "allowed", ""}}
	for _, v := range table {
		mark := "held"
		if !v.ok {
			mark = "**broken**"
		}
		verdicts = append(verdicts, []string{v.name, v.found, v.allowed, mark})
	}
	times := figures.Table{{"part", "to acknowledgement", "shown to others"}}
	for _, s := range r.phases {
		times = append(times, []string{s.name, within(f.acks, s, "").String(), within(f.shows, s, "").String()})
	}
	for _, back := range r.recovered {
		times = append(times, []string{back.what + ": next acknowledgement after " + brief(back.acked), "98 % live after " + brief(back.back), ""})
	}
	command := fmt.Sprintf("make chaos PROFILE=%s SEED=%d", r.profile.name, r.seed)
	return figures.Section{Command: command, On: time.Now(), Took: r.took, Tables: []figures.Table{counts, verdicts, times}}
}
