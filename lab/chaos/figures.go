package main

import (
	"fmt"
	"slices"
	"time"

	"projectchat/lab/check"
)

// spread is the distribution of some durations.
type spread struct {
	n             int
	p50, p99, max time.Duration
}

func spreadOf(times []time.Duration) spread {
	if len(times) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(times))
	// The smallest value that at least this share of the durations does not exceed.
	at := func(percent int) time.Duration { return sorted[(len(sorted)*percent+99)/100-1] }
	return spread{len(sorted), at(50), at(99), sorted[len(sorted)-1]}
}

func (s spread) String() string {
	if s.n == 0 {
		return "nothing"
	}
	return fmt.Sprintf("p50 %s, p99 %s, max %s (%d)", brief(s.p50), brief(s.p99), brief(s.max), s.n)
}

// brief writes a duration in milliseconds, or a long one in seconds.
func brief(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// measures are the times in a history.
type measures struct {
	acks  []timing // from the try to the acknowledgement
	shows []timing // from the try until another tab shows the row
	heads *heads
}

// timing is a duration and the time at which it began.
type timing struct {
	room     string
	at, took time.Duration
}

type key struct{ room, uid, cid string }

// figure reads figures out of a history.
func figure(history []check.Record) *measures {
	f := &measures{heads: newHeads()}
	tried, acked := map[key]check.Record{}, map[key]bool{}
	for _, r := range history {
		k := key{r.Room, r.UID, r.CID}
		switch r.Op {
		case check.Try:
			if _, known := tried[k]; !known {
				tried[k] = r
			}
		case check.Ack:
			if !acked[k] {
				acked[k] = true
				f.acks = append(f.acks, timing{r.Room, tried[k].T, r.T - tried[k].T})
			}
		case check.Show:
			if t, known := tried[k]; known && !ofTab(r.Who, t.Who) {
				f.shows = append(f.shows, timing{r.Room, t.T, r.T - t.T})
			}
		}
		f.heads.take(r)
	}
	return f
}

// ofTab reports whether an observer is a life of a tab.
func ofTab(who, tab string) bool {
	return len(who) > len(tab) && who[:len(tab)] == tab && who[len(tab)] == '.'
}

// within returns the spread of the timings that began in a part of the run, in one room or in
// all ("").
func within(timings []timing, s span, room string) spread {
	var took []time.Duration
	for _, t := range timings {
		if t.at >= s.from && t.at < s.to && (room == "" || t.room == room) {
			took = append(took, t.took)
		}
	}
	return spreadOf(took)
}

// heads is how far each room's log and each observer's view reached at any time.
type heads struct {
	rooms     map[string][]reach // acknowledged
	observers map[[2]string][]reach
	up        map[[2]string][]span
}

// reach is a seq and the time at which it was reached. Later ones are further.
type reach struct {
	at  time.Duration
	seq int64
}

func newHeads() *heads {
	return &heads{rooms: map[string][]reach{}, observers: map[[2]string][]reach{}, up: map[[2]string][]span{}}
}

func (h *heads) take(r check.Record) {
	who := [2]string{r.Who, r.Room}
	switch r.Op {
	case check.Ack:
		h.rooms[r.Room] = further(h.rooms[r.Room], r)
	case check.Show, check.View:
		h.observers[who] = further(h.observers[who], r)
	case check.Up:
		h.up[who] = append(h.up[who], span{from: r.T, to: 1 << 62})
	case check.Down:
		if spans := h.up[who]; len(spans) > 0 {
			spans[len(spans)-1].to = r.T
		}
	}
}

func further(known []reach, r check.Record) []reach {
	if len(known) > 0 && known[len(known)-1].seq >= r.Seq {
		return known
	}
	return append(known, reach{r.T, r.Seq})
}

// convergence returns how long after a moment each observer had shown all rows that were
// acknowledged before it. It takes only observers that stay until the part's end. One that
// never did counts with the whole part.
func (h *heads) convergence(s span) spread {
	var took []time.Duration
	for who, spans := range h.up {
		if !slices.ContainsFunc(spans, func(up span) bool { return up.from <= s.from && up.to >= s.to }) {
			continue
		}
		goal := int64(0)
		for _, head := range h.rooms[who[1]] {
			if head.at <= s.from {
				goal = head.seq
			}
		}
		late := s.to - s.from
		for _, own := range h.observers[who] {
			if own.seq >= goal {
				late = max(0, own.at-s.from)
				break
			}
		}
		took = append(took, late)
	}
	return spreadOf(took)
}

// phase finds a part of the run by its name.
func (r *result) phase(name string) span {
	i := slices.IndexFunc(r.phases, func(s span) bool { return s.name == name })
	if i < 0 {
		return span{}
	}
	return r.phases[i]
}

// peakDials returns the most connections in a second of a part of the run.
func (r *result) peakDials(s span) int {
	peak := 0
	for i, a := range r.samples {
		for _, b := range r.samples[i:] {
			if b.at > a.at+1100*time.Millisecond {
				break
			}
			if a.at >= s.from-300*time.Millisecond && b.at <= s.to {
				peak = max(peak, b.dials-a.dials)
			}
		}
	}
	return peak
}
