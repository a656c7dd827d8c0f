package sim

import "time"

// quiet is the time after a scene. Most faults end, and the promises of quiet hold until the
// next scene. People go, some of them later than others, and some write meanwhile. After a
// restore @connections may be out all the while.
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
