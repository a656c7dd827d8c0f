package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"projectchat/lab/check"
	"projectchat/lab/netproxy"
	"projectchat/lab/storeproxy"
)

// The bounds that are promised once the faults have stopped.
const (
	// heartbeatBound: a ping 25 s after the last frame finds a socket that died in silence,
	// or a seat that a wrong 410 deleted. It waits 5 s for its pong; a handshake follows.
	heartbeatBound = 35 * time.Second
	stormBound     = 30 * time.Second
	calmBound      = 5 * time.Second
)

// calmShare is the share of the profile's talk that goes on in the calm.
const calmShare = 0.25

// span is a named part of the run.
type span struct {
	name     string
	from, to time.Duration
}

// recovery is how the run came back from a kill -9.
type recovery struct {
	what           string
	at             time.Duration
	serving, acked time.Duration // from the kill until the server answers again, and until the next acknowledgement
	back           time.Duration // until as many tabs are live again as before, except for 2 %
}

// play plays the parts of the run, one after the other.
func (r *run) play(ctx context.Context) (*result, error) {
	out := &result{}
	r.series = &series{run: r}
	over := make(chan struct{})
	sampling := make(chan struct{})
	go func() {
		defer close(sampling)
		r.series.sample(over)
	}()
	defer func() { close(over); <-sampling }()
	parts := []struct {
		name string
		do   func(context.Context, *result) error
	}{
		{"everything fails", r.everythingFails},
		{"quiet", r.quiet},
		{"all fails but silently", r.failsAloud},
		{"calm", r.calm},
		{"storm", r.storm},
		{"last words", r.lastWords},
	}
	for _, part := range parts {
		from := r.record.at()
		if err := part.do(ctx, out); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		out.phases = append(out.phases, span{part.name, from, r.record.at()})
		fmt.Fprintf(r.say, "%6.1f s  %s: %d messages acknowledged, %d rows shown\n",
			r.record.at().Seconds(), part.name, r.record.acked.Load(), r.record.shown.Load())
	}
	return out, nil
}

func (r *run) mark(within time.Duration) { r.record.add(check.Record{Op: check.Mark, Within: within}) }

// talk lets everybody talk, at this many messages a second, until the talk is ended.
func (r *run) talk(ctx context.Context, rate float64) {
	ctx, cancel := context.WithCancel(ctx)
	var talkers sync.WaitGroup
	pause := time.Duration(float64(len(r.tabs)) / rate * float64(time.Second))
	for _, t := range r.tabs {
		random := rand.New(rand.NewPCG(t.seed, uint64(r.record.acked.Load())))
		talkers.Go(func() { t.talk(ctx, random, pause) })
	}
	r.talking = func() { cancel(); talkers.Wait() }
}

// faults sets the faults of the store and the gateway.
func (r *run) faults(store storeproxy.Faults, gateway string) error {
	r.store.Set(store)
	return r.backend.setFaults(gateway)
}

// everythingFails is the first part of the plan.
func (r *run) everythingFails(ctx context.Context, out *result) error {
	r.talk(ctx, r.profile.rate)
	gateway := r.profile.gateway
	if !r.profile.hasty {
		gateway += "," + r.profile.blinding
	}
	if err := r.faults(r.profile.store, gateway); err != nil {
		return err
	}
	err := r.follow(ctx, r.plan.blinded, r.plan.first, out)
	r.talking()
	return err
}

// quiet has no faults and no messages, so that only the heartbeat helps a client that has
// lost the last push.
func (r *run) quiet(ctx context.Context, _ *result) error {
	if err := r.faults(storeproxy.Faults{}, ""); err != nil {
		return err
	}
	if r.profile.hasty {
		return nil
	}
	sleep(ctx, heartbeatBound+time.Second)
	return nil
}

// failsAloud is the second part of the plan.
func (r *run) failsAloud(ctx context.Context, out *result) error {
	r.mark(0)
	r.talk(ctx, r.profile.rate)
	if err := r.faults(r.profile.store, r.profile.gateway); err != nil {
		return err
	}
	return r.follow(ctx, r.plan.seen, r.plan.second, out)
}

// calm has no more faults. The talk goes on, but is no test of load.
func (r *run) calm(ctx context.Context, _ *result) error {
	r.talking()
	for _, i := range []int{stuckRoom, twinRoom} {
		r.rooms[i].pace = comparedPace
	}
	r.talk(ctx, r.profile.rate*calmShare)
	if err := r.faults(storeproxy.Faults{}, ""); err != nil {
		return err
	}
	r.mark(stormBound)
	sleep(ctx, r.profile.calm)
	return r.await(ctx, "the last messages", 10*time.Minute, func() bool { return int(r.record.acked.Load()) >= r.profile.messages-len(r.tabs) })
}

// storm cuts every connection at once, in the midst of the talk.
func (r *run) storm(ctx context.Context, out *result) error {
	from := r.record.at()
	r.stormNow()
	sleep(ctx, 2*time.Second)
	r.talking()
	err := r.await(ctx, "all tabs to be live again", 3*time.Minute, r.level)
	out.stormTook = r.record.at() - from
	r.events.lasted("back from the storm", from)
	return err
}

// level reports whether every tab is live and every outbox empty.
func (r *run) level() bool {
	for _, t := range r.tabs {
		if idle, ended := t.idle(); !idle && ended == "" {
			return false
		}
	}
	return true
}

// lastWords lets every person say one thing, at the pace of the calm, and waits until all
// tabs show it.
func (r *run) lastWords(ctx context.Context, _ *result) error {
	r.mark(calmBound)
	pause := time.Duration(float64(time.Second) / (r.profile.rate * calmShare))
	for _, t := range r.tabs {
		t.say()
		sleep(ctx, pause)
	}
	if err := r.await(ctx, "the last words", time.Minute, r.level); err != nil {
		return err
	}
	// A machine that is too busy is late, but no row is missing for that.
	everywhere := func() bool { return !slices.ContainsFunc(r.tabs, func(t *tab) bool { return !t.isLevel() }) }
	if err := r.await(ctx, "the last words to be shown", time.Minute, everywhere); errors.Is(err, errCrashed) || ctx.Err() != nil {
		return err
	}
	sleep(ctx, calmBound+500*time.Millisecond)
	return nil
}

func (r *run) stormNow() {
	r.events.note(storm, 0)
	for _, t := range r.tabs {
		t.network.Cut(netproxy.Reset, 0)
	}
}
