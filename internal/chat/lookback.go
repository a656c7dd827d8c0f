package chat

import (
	"cmp"
	"context"
	"regexp"

	"projectchat/internal/refusal"
)

const (
	tailLimit      = 200 // rows that a sender may be behind
	newestForDedup = 100 // rows in which a sender without since is looked for
)

// lookBack is what a sender's look at the log gave.
type lookBack struct {
	done bool // it has been looked
	span
	target Message // what the draft is about, see [Service.about]
	err    error
}

var epochForm = regexp.MustCompile(`^[a-z0-9]{10,40}$`)

// lookBackSince looks at the log that the sender names, if they name a position.
func (s *Service) lookBackSince(ctx context.Context, room string, d Draft) lookBack {
	if d.Since == nil {
		return lookBack{}
	}
	if !epochForm.MatchString(d.Since.Epoch) {
		return lookBack{done: true, err: errReset()}
	}
	return s.lookBack(ctx, log{room, d.Since.Epoch}, d)
}

// lookBack reads the log from since on, or its newest rows, and at the same time
// the message that the draft is about.
func (s *Service) lookBack(ctx context.Context, l log, d Draft) lookBack {
	back := lookBack{done: true}
	var failed error
	var group group
	group.Go(func() error {
		back.target, failed = s.about(ctx, l, d)
		return nil
	})
	if d.Since != nil {
		back.span, back.err = s.tail(ctx, l, d.Since.Seq)
	} else {
		back.span, back.err = s.lookBackNewest(ctx, l)
	}
	_ = group.Wait()   // it gives no error of its own
	if failed != nil { // even a repeat needs it
		return lookBack{done: true, err: cmp.Or(back.err, failed)}
	}
	return back
}

// tail reads all rows behind a position; [Behind] if they are too many, with as
// many as were read.
func (s *Service) tail(ctx context.Context, l log, from int64) (span, error) {
	run, err := s.run(ctx, l, from, tailLimit)
	if err == nil && run.more {
		err = refusal.Errorf(refusal.Behind, "Much was said since then. Catch up first.")
	}
	return run, err
}

// lookBackNewest reads the newest rows, for a sender that names no position.
func (s *Service) lookBackNewest(ctx context.Context, l log) (span, error) {
	page, err := s.newest(ctx, l, 0, newestForDedup)
	if err != nil || len(page.Rows) == 0 {
		return span{}, err
	}
	return span{rows: page.Rows, last: page.Rows[0]}, nil
}
