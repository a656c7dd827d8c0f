package sim

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"projectchat/lab/check"
)

// quiet is a world without faults and without messages. It has one room, with one person for
// each inView, whose tab is in view or hidden.
func quiet(seed uint64, inView ...bool) *world {
	w := newWorld(Options{Seed: seed, Calm: true})
	w.rooms = []string{"room"}
	for i, visible := range inView {
		t := w.addTab(w.signIn(w.name("Guest", i)), "room")
		w.later(4*time.Minute, func() {
			t.open()
			t.event(viewed(visible))
		})
	}
	w.loop.run(time.Now().Add(5 * time.Minute))
	return w
}

func in(t *testing.T, seed uint64, test func(t *testing.T)) {
	t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// talk10s lets a person write every 10 s until the world ends.
func (w *world) talk10s() {
	w.someTab().say()
	w.loop.in(10*time.Second, w.talk10s)
}

// TestQuietRoom: finding people who vanish costs nothing in a quiet room of living people. A
// client with the room in view pings every 2 min, a hidden one every 4 min. With so many
// hidden ones that some sign of life is always due, those in view ping every 100 s.
func TestQuietRoom(t *testing.T) {
	tests := map[string]struct {
		inView []bool
		most   int // pings in an hour
	}{
		"all in view":                 {[]bool{true, true, true, true}, 4 * 30},
		"one":                         {[]bool{true}, 30},
		"all out of view":             {[]bool{false, false, false}, 3 * 15},
		"one out of view":             {[]bool{true, true, true, false}, 3*30 + 15},
		"all but one are out of view": {[]bool{true, false, false, false, false, false, false, false}, 30 + 7*15},
		"a crowd out of view":         {append(make([]bool, 24), true), 36 + 24*15},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(5) {
				in(t, seed, func(t *testing.T) {
					w := quiet(seed, test.inView...)
					before := w.stats["invocations"]
					w.loop.run(time.Now().Add(time.Hour))
					// There are no other requests.
					if pings := w.stats["invocations"] - before; pings > test.most || pings < test.most*4/5 {
						t.Errorf("%d pings in an hour, want at most %d", pings, test.most)
					}
					w.rest()
				})
			}
		})
	}
}

// TestVanishing: a person who vanishes from a room just after a sign of life is shown as gone
// within 6 min, by all clients that have it in view. That holds in quiet and lively rooms,
// even with wrong clocks of the functions.
func TestVanishing(t *testing.T) {
	for seed := range uint64(40) {
		in(t, seed, func(t *testing.T) {
			w := quiet(seed, true, true, true, seed%2 == 0, seed%3 == 0, seed%5 == 0)
			w.wrongClocks = true
			if seed%4 == 0 {
				w.talk10s()
			}
			w.loop.run(time.Now().Add(w.between(6*time.Minute, 20*time.Minute)))
			gone := w.tabs[len(w.tabs)-1]
			gone.event(viewed(true)) // it pings, and most often the server notes it
			w.loop.run(time.Now().Add(time.Second))
			gone.vanish()
			w.loop.run(time.Now().Add(vanishBound))
			for _, tab := range w.tabs[:3] {
				if len(tab.people) != len(w.tabs)-1 || slices.Contains(tab.people, gone.person.uid) {
					t.Errorf("%s shows %v, without %s %d", tab.name, tab.people, gone.person.uid, len(w.tabs)-1)
				}
			}
			w.rest()
		})
	}
}

// TestNobodyVanishes: someone who is present is never shown as gone, even with wrong clocks,
// and however often pages come into view just after a sign of life.
func TestNobodyVanishes(t *testing.T) {
	for seed := range uint64(6) {
		in(t, seed, func(t *testing.T) {
			w := quiet(seed, true, true, true, true, true)
			w.wrongClocks = true
			for _, tab := range w.tabs[1:] {
				for at := time.Duration(0); at < 6*time.Hour; at += w.between(time.Second, 10*time.Minute) {
					visible := w.chance(0.5)
					w.loop.in(at, func() { tab.event(viewed(visible)) })
				}
			}
			from := time.Since(w.began)
			w.loop.run(time.Now().Add(6 * time.Hour))
			for _, r := range w.history {
				if r.Op == check.People && r.T > from && len(r.UIDs) != len(w.tabs) {
					t.Errorf("at %v %s shows %v", r.T, r.Who, r.UIDs)
				}
			}
			w.rest()
		})
	}
}
