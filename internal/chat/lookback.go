package chat

import (
	"cmp"
	"context"
	"regexp"

	"projectchat/internal/refusal"
)

const (
	lookBackLimit       = 200 // rows that may have come since the sender looked
	lookBackNewestLimit = 100 // rows in which a sender's cid is looked for if the sender names no position
)

// lookBack is the result of looking back.
type lookBack struct {
	done bool // the log was read; else the other fields mean nothing
	logRun
	target Message // the draft's target, see [Service.about]
	err    error
}

var epochForm = regexp.MustCompile(`^[a-z0-9]{10,40}$`)

// lookBackSince looks back in the log that the sender names, if they name a
// position.
func (s *Service) lookBackSince(ctx context.Context, room string, d Draft) lookBack {
	if d.Since == nil {
		return lookBack{}
	}
	if !epochForm.MatchString(d.Since.Epoch) {
		return lookBack{done: true, err: errReset()}
	}
	return s.lookBack(ctx, log{room, d.Since.Epoch}, d)
}

// lookBack reads the log from since on, or its newest rows, and at the same
// time the draft's target.
func (s *Service) lookBack(ctx context.Context, l log, d Draft) lookBack {
	back := lookBack{done: true}
	var failed error
	var group group
	group.Go(func() error {
		back.target, failed = s.about(ctx, l, d)
		return nil
	})
	if d.Since != nil {
		back.logRun, back.err = s.rowsSince(ctx, l, d.Since.Seq)
	} else {
		back.logRun, back.err = s.lookBackNewest(ctx, l)
	}
	_ = group.Wait()   // its function returns no error
	if failed != nil { // even a repeat needs it
		return lookBack{done: true, err: cmp.Or(back.err, failed)}
	}
	return back
}

// rowsSince reads all rows after a position. If they are too many, it returns
// the ones that it read together with [refusal.Behind].
func (s *Service) rowsSince(ctx context.Context, l log, from int64) (logRun, error) {
	run, err := s.readRun(ctx, l, from, lookBackLimit)
	if err == nil && run.more {
		err = refusal.Errorf(refusal.Behind, "Much was said since then. Catch up first.")
	}
	return run, err
}

// lookBackNewest reads the newest rows, for a sender who names no position.
func (s *Service) lookBackNewest(ctx context.Context, l log) (logRun, error) {
	page, err := s.newest(ctx, l, 0, lookBackNewestLimit)
	if err != nil || len(page.Rows) == 0 {
		return logRun{}, err
	}
	return logRun{rows: page.Rows, last: page.Rows[0]}, nil
}
