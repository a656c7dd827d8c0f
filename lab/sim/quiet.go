package sim

import "time"

// quiet is what comes after a scene: mostly the trouble ends, and what is promised
// then holds until the next scene; people go, but now and then some time later,
// and say something meanwhile. After a restore @connections may be out all the while.
func (w *world) quiet() {
	w.loop.in(time.Minute, func() {
		w.trouble = w.trouble && w.chance(0.3)
		if !w.trouble && !w.o.Calm {
			w.mark(heartbeatBound)
		}
	})
	stay := 2 * time.Minute
	if w.mute || w.chance(0.4) {
		stay = 4*time.Minute + heartbeatBound
		for range 4 + w.rng.IntN(4) {
			w.loop.in(w.between(time.Minute, 3*time.Minute), func() { w.someTab().say() })
		}
	}
	w.loop.in(stay, w.disperse)
	w.loop.in(4*time.Minute, func() {
		for _, t := range w.tabs {
			t.noSockets = false
		}
	})
}
