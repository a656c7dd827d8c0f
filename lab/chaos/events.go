package main

import (
	"slices"
	"sync"
	"time"

	"projectchat/lab/storeproxy"
)

// event is an act of the run, or a fault.
type event struct {
	what     string
	at, long time.Duration
}

// events collects the events as they happen.
type events struct {
	record *recorder

	mu   sync.Mutex
	list []event
}

// note notes an event that begins now.
func (e *events) note(what string, long time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event{what, e.record.at(), long})
}

// lasted notes an event that began at a time and ends now.
func (e *events) lasted(what string, from time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event{what, from, e.record.at() - from})
}

func (e *events) all() []event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.list)
}

// sample is the state of the run at a time. All fields except live count from the beginning
// on.
type sample struct {
	at                        time.Duration
	live, acked, shown, dials int
	tally                     map[string]int
	store                     map[storeproxy.Fault]int
}

// series samples the run at intervals.
type series struct {
	run     *run
	samples []sample        // to be read when sample has returned
	late    []time.Duration // how long after its time each sample was taken
}

const sampled = 250 * time.Millisecond

// sample samples until over is closed.
func (s *series) sample(over <-chan struct{}) {
	tick := time.NewTicker(sampled)
	defer tick.Stop()
	for {
		s.samples = append(s.samples, s.now())
		select {
		case due := <-tick.C:
			s.late = append(s.late, time.Since(due))
		case <-over:
			return
		}
	}
}

func (s *series) now() sample {
	_, failed := s.run.store.Counts()
	dials := 0
	for _, t := range s.run.tabs {
		dials += t.network.Accepted()
	}
	return sample{
		at: s.run.record.at(), live: int(s.run.live.Load()), acked: int(s.run.record.acked.Load()),
		shown: int(s.run.record.shown.Load()), dials: dials, tally: s.run.backend.counts(), store: failed,
	}
}
