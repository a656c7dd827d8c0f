package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"projectchat/internal/refusal"
)

// log names the log of a room.
type log struct{ room, epoch string }

// maxRereads bounds how often a log is read again because rows appeared in it
// while it was read.
const maxRereads = 12

// span is a gapless run of a log: the rows behind a position.
type span struct {
	rows []Message
	last Message // the last row looked at: the last of rows, or the one at the position
	more bool    // the read was cut by its limit or at 1 MB: there may be further rows
}

// run reads a log behind a position, ascending, and gives its gapless run of
// rows. limit is how many rows one read may give, the one at the position
// included. [Reset] if the log cannot be continued from there: the row at the
// position is not there (it is beyond the head, or TTL took it), or a hole
// follows that stays.
//
// A Query is no snapshot: it may see a row that was put while it ran and not the
// row before it. So only the run counts, and the log is read again from its end.
// Rows are put one after the other; who has seen a row beyond a hole and looks
// again sees the hole filled, unless TTL tore it.
func (s *Service) run(ctx context.Context, l log, from int64, limit int) (span, error) {
	run, holeBehind := span{last: Message{Seq: from}}, int64(-1)
	for range maxRereads {
		end := run.last.Seq
		page, err := s.store.ReadLog(ctx, l.room, LogRange{Epoch: l.epoch, From: max(end, 1), Limit: limit})
		if err != nil {
			return span{}, fmt.Errorf("read log: %w", err)
		}
		rest := page.Rows
		if end > 0 {
			if len(rest) == 0 || rest[0].Seq != end {
				return span{}, errReset()
			}
			run.last, rest = rest[0], rest[1:]
		}
		fresh := gapless(rest, end+1)
		if len(fresh) > 0 {
			run.rows, run.last = append(run.rows, fresh...), fresh[len(fresh)-1]
		}
		if len(fresh) == len(rest) {
			run.more = page.Truncated
			return run, nil
		}
		if run.last.Seq == holeBehind {
			return span{}, errReset()
		}
		holeBehind = run.last.Seq
	}
	return span{}, refusal.Errorf(refusal.Busy, "The room is too lively. Try again.")
}

func errReset() *refusal.Error {
	return refusal.Errorf(refusal.Reset, "The room cannot be continued from there. Join again without since.")
}

func isReset(err error) bool {
	refused, ok := errors.AsType[*refusal.Error](err)
	return ok && refused.Code == refusal.Reset
}

// gapless gives the rows that follow one another from seq on.
func gapless(rows []Message, seq int64) []Message {
	for i, m := range rows {
		if m.Seq != seq+int64(i) {
			return rows[:i]
		}
	}
	return rows
}

// after gives at most limit rows behind a position. [Reset] also if some of them
// are past retention: what comes after a position is all of it or nothing.
func (s *Service) after(ctx context.Context, l log, since int64, limit int) (rows []Message, more bool, err error) {
	// Beside the rows asked for, the one at the position and one more, which
	// tells whether there are further ones.
	run, err := s.run(ctx, l, since, limit+2)
	if err != nil {
		return nil, false, err
	}
	rows, more = run.rows, run.more
	if len(rows) > limit {
		rows, more = rows[:limit], true
	}
	if slices.ContainsFunc(rows, s.hidden) {
		return nil, false, errReset()
	}
	return rows, more, nil
}

// before gives, ascending, the newest rows with a seq less than before (0: the
// newest of all), at most limit; more tells whether there are older ones.
func (s *Service) before(ctx context.Context, l log, before int64, limit int) (rows []Message, more bool, err error) {
	if before == 1 {
		return nil, false, nil
	}
	page, err := s.newest(ctx, l, before, limit+1)
	if err != nil {
		return nil, false, err
	}
	rows, more = page.Rows, page.Truncated
	// What is older than a row past its time is past its time as well: readers
	// hide the beginning of a log, never a part of its middle.
	if i := slices.IndexFunc(rows, s.hidden); i >= 0 {
		rows, more = rows[:i], false
	}
	if len(rows) > limit {
		rows, more = rows[:limit], true
	}
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	return rows, more, nil
}

// newest reads rows with a seq less than before (0: of all), the newest first,
// down to the first hole: TTL tore it, and so all that is older is on its way out.
func (s *Service) newest(ctx context.Context, l log, before int64, limit int) (LogPage, error) {
	r := LogRange{Epoch: l.epoch, To: max(before-1, 0), Descending: true, Limit: limit}
	page, err := s.store.ReadLog(ctx, l.room, r)
	if err != nil {
		return LogPage{}, fmt.Errorf("read log: %w", err)
	}
	for i, m := range page.Rows {
		if m.Seq != page.Rows[0].Seq-int64(i) {
			return LogPage{Rows: page.Rows[:i]}, nil
		}
	}
	return page, nil
}

// head gives the seq of the newest row, hidden or not; 0 if there is none.
func (s *Service) head(ctx context.Context, l log) (int64, error) {
	page, err := s.newest(ctx, l, 0, 1)
	if err != nil || len(page.Rows) == 0 {
		return 0, err
	}
	return page.Rows[0].Seq, nil
}

// hidden tells whether a row is past its time. The table may still have it: TTL
// deletes days later, in any order.
func (s *Service) hidden(m Message) bool {
	now := s.now()
	if !m.Expires.IsZero() && !m.Expires.After(now) {
		return true
	}
	return s.retention > 0 && !m.At.Add(s.retention).After(now)
}
