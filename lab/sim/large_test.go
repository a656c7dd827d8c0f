package sim

import (
	"testing"
	"time"

	"projectchat/lab/check"
)

// TestLargeRoom: in a room of three times as many connections as a small one has
// nobody is told who comes, the count of people is right on average, nobody takes it
// for more than an estimate, and messages come as anywhere.
func TestLargeRoom(t *testing.T) {
	const people, small = 24, 8
	for seed := range uint64(3) {
		in(t, seed, func(t *testing.T) {
			w := newWorld(Options{Seed: seed, Calm: true})
			w.smallRoom, w.rooms = small, []string{"room"}
			w.mark(calmBound)
			for i := range people {
				tab := w.addTab(w.signIn(w.name("Guest", i)), "room")
				tab.open()
				tab.event(viewed(true))
			}
			w.loop.run(time.Now().Add(time.Minute))
			w.talk10s()
			joins, sum, n := w.stats["requests on a socket: join"], 0, 0
			for range 60 {
				w.loop.run(time.Now().Add(time.Minute))
				for _, tab := range w.tabs {
					sum += tab.count
					n++
				}
			}
			if more := w.stats["requests on a socket: join"] - joins; more > 0 {
				t.Errorf("%d times somebody joined again", more)
			}
			// By the next of nine places the mean is an eighth too high.
			if mean := float64(sum) / float64(n); mean < 0.9*people || mean > 1.3*people {
				t.Errorf("%d people are counted as %.1f on average", people, mean)
			}
			if report := check.Check(w.history, check.Options{}); !report.OK() || report.Due < 300 {
				t.Errorf("%d messages were due; %.500v", report.Due, report.Violations)
			}
			for _, tab := range w.tabs {
				if len(tab.people) > small {
					t.Errorf("%s lists %d people", tab.name, len(tab.people))
				}
			}
			w.rest()
		})
	}
}
