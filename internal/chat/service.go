package chat

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"time"
)

// Options of a [Service]. The zero value is right for production.
type Options struct {
	// Retention is how long messages are kept; 0 keeps them for ever.
	Retention time.Duration
	Log       *slog.Logger
	Recorder  Recorder

	Now    func() time.Time
	Random io.Reader                              // source of epochs
	Jitter func(most time.Duration) time.Duration // a random duration in [0, most)
	// SmallRoom is the size, in connections, up to which a room gets pushes about
	// coming, going and writing. In a larger room the number of people, an
	// estimate, comes in answers to pings. It also bounds how many people are
	// listed. 0 means 100.
	SmallRoom int
	// Ring returns the place on the ring where a sample of a large room begins.
	Ring func() uint32
}

// Service applies the rules. It keeps nothing in memory between calls: any
// number of them may run at once, in any number of processes.
//
// An error that the client should know more about is a [refusal.Error]; see
// [refusal.AsError].
type Service struct {
	store       Store
	broadcaster Broadcaster
	log         *slog.Logger
	record      Recorder
	retention   time.Duration
	now         func() time.Time
	random      io.Reader
	jitter      func(time.Duration) time.Duration
	ring        func() uint32
	smallRoom   int
}

// New makes a Service.
func New(store Store, broadcaster Broadcaster, o Options) *Service {
	s := &Service{
		store: store, broadcaster: broadcaster, log: o.Log, record: o.Recorder, retention: o.Retention,
		now: o.Now, random: o.Random, jitter: o.Jitter, ring: o.Ring, smallRoom: o.SmallRoom,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.record == nil {
		s.record = unrecorded{}
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	if s.jitter == nil {
		s.jitter = mathrand.N[time.Duration]
	}
	if s.smallRoom == 0 {
		s.smallRoom = defaultSmallRoom
	}
	if s.ring == nil {
		s.ring = mathrand.Uint32
	}
	return s
}

// bestEffort logs the failure of something that will be mended later: by a
// client's heartbeat, the next 410, or the table's TTL.
func (s *Service) bestEffort(ctx context.Context, what string, err error) {
	if err != nil {
		s.log.WarnContext(ctx, what, "outcome", "left to be mended", "err", err)
	}
}

// sleep waits for d or until ctx is over.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
