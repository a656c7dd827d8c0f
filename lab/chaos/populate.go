package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"projectchat/lab/check"
	"projectchat/lab/netproxy"
)

// The first two rooms have long messages, and a person in the first never reads. The
// comparison with the second shows how much that hurts the others.
const (
	stuckRoom = 0
	twinRoom  = 1
	longPad   = 2000
	// In the large room each message costs so much more that its people say less.
	largePace = 10
	// In the calm the first two rooms say more. The run compares the slowest of a hundred of
	// their messages; of ten messages that would be the one slow second of a machine.
	comparedPace = 0.1
)

// populate makes rooms, people with their networks and tabs, the outsiders, and the stuck
// reader. It waits until all tabs are live.
func (r *run) populate(ctx context.Context) error {
	random := rand.New(rand.NewPCG(r.seed, 0x63617374))
	sizes := []int{}
	for range r.profile.rooms {
		sizes = append(sizes, r.profile.inRoom)
	}
	if r.profile.inLarge > 0 {
		sizes = append(sizes, r.profile.inLarge)
	}
	for i, size := range sizes {
		room := &room{name: fmt.Sprint("room ", i), canary: fmt.Sprintf("%s%016x", canaryPrefix, random.Uint64()), pace: 1}
		if i == stuckRoom || i == twinRoom {
			room.pad = " ~" + strings.Repeat("~", longPad)
		}
		if size == r.profile.inLarge {
			room.pace = largePace
		}
		r.rooms = append(r.rooms, room)
		for range size {
			r.tabs = append(r.tabs, &tab{
				name: fmt.Sprintf("tab %d", len(r.tabs)), room: room, record: r.record, live: r.live, seed: random.Uint64(),
			})
		}
	}
	if err := r.signIn(ctx); err != nil {
		return err
	}
	if err := r.addOthers(ctx, random); err != nil {
		return err
	}
	r.record.add(check.Record{Op: check.Mark}) // no promise yet
	// All at once would be a storm, and those come later.
	const atOnce = 32
	for i, t := range r.tabs {
		t.open(ctx)
		if err := r.await(ctx, "tabs to be there", 5*time.Minute, func() bool { return int(r.live.Load()) > i-atOnce }); err != nil {
			return err
		}
	}
	return r.await(ctx, "all tabs to be there", 5*time.Minute, func() bool { return int(r.live.Load()) == len(r.tabs) })
}

// signIn gives each tab a network and a person.
func (r *run) signIn(ctx context.Context) error {
	var group errgroup.Group
	group.SetLimit(16)
	for i, t := range r.tabs {
		group.Go(func() (err error) {
			t.network, err = netproxy.New(r.backend.address, netproxy.Options{Delay: func(n int) time.Duration {
				return delayOf(r.seed, i, n, r.profile.slowShare)
			}})
			if err != nil {
				return err
			}
			session, err := newRoad(r.backend.address(), "", 0).signIn(ctx, fmt.Sprintf("Person %04d", i))
			t.uid, t.road = session.UID, newRoad(t.network.Addr, session.Token, 0)
			return err
		})
	}
	return group.Wait()
}

// addOthers makes the outsiders and the stuck reader, and records who may get which canary.
func (r *run) addOthers(ctx context.Context, random *rand.Rand) error {
	direct := newRoad(r.backend.address(), "", 0)
	may := map[*room][]string{}
	for _, t := range r.tabs {
		may[t.room] = append(may[t.room], t.uid)
	}
	own := fmt.Sprintf("%s%016x", canaryPrefix, random.Uint64())
	var outsiders []string
	for i := range r.profile.outsiders {
		name := fmt.Sprintf("Outsider %02d", i)
		session, err := direct.signIn(ctx, name)
		if err != nil {
			return err
		}
		network, err := netproxy.New(r.backend.address, netproxy.Options{})
		if err != nil {
			return err
		}
		o := &outsider{
			name: name, uid: session.UID, road: newRoad(network.Addr, session.Token, 0), record: r.record, victims: r.tabs,
			canary: own, random: rand.New(rand.NewPCG(r.seed, uint64(i))), asked: map[string]string{}, refused: map[string]int{},
		}
		outsiders = append(outsiders, session.UID)
		r.outsider = append(r.outsider, o)
		r.everyone.Go(func() {
			defer network.Close()
			o.run(ctx)
		})
	}
	session, err := direct.signIn(ctx, "Stuck")
	if err != nil {
		return err
	}
	network, err := netproxy.New(r.backend.address, netproxy.Options{Buffer: stuckBuffer})
	if err != nil {
		return err
	}
	may[r.rooms[stuckRoom]] = append(may[r.rooms[stuckRoom]], session.UID)
	r.everyone.Go(func() {
		defer network.Close()
		stick(ctx, newRoad(network.Addr, session.Token, stuckBuffer), r.rooms[stuckRoom].name)
	})
	for _, room := range r.rooms {
		r.record.add(check.Record{Op: check.Canary, Text: room.canary, UIDs: may[room]})
	}
	r.record.add(check.Record{Op: check.Canary, Text: own, UIDs: outsiders})
	return nil
}

// await waits until ready returns true.
func (r *run) await(ctx context.Context, what string, patience time.Duration, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !ready() {
		if r.backend.crashed() {
			return errCrashed
		}
		if ctx.Err() != nil {
			return fmt.Errorf("waited %v for %s: %d of %d tabs are live, %d messages are acknowledged",
				patience, what, r.live.Load(), len(r.tabs), r.record.acked.Load())
		}
		sleep(ctx, 10*time.Millisecond)
	}
	return nil
}
