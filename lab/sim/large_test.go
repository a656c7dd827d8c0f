package sim

import (
	"testing"
	"time"

	"projectchat/lab/check"
)

// TestLargeRoom has three times as many connections in a room as a small room may have. The
// server tells nobody who comes. The count of people is right on average, and every client
// takes it for an estimate. Messages come as in any room.
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
			// The next of nine places makes the mean an eighth too high.
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
