package chat

import (
	"context"
	"fmt"
	"slices"

	"projectchat/internal/refusal"
)

// log names the log of a room.
type log struct{ room, epoch string }

// maxRereads bounds how often a log is read again because rows appeared in it
// during the read.
const maxRereads = 12

// logRun is a run: the gapless rows of a log from a position on.
type logRun struct {
	rows []Message
	last Message // the last row read: the last of rows, or the row at the position
	more bool    // the read ended at its limit or at 1 MB: there may be more rows
}

// readRun reads the run of a log after a position, ascending. limit is how many
// rows one read may return, including the row at the position. It returns
// [refusal.Reset] if the log cannot be continued from there: the row at the
// position is missing (it is beyond the head, or TTL deleted it), or a hole
// follows that stays.
//
// A Query is no snapshot: it may see a row that was put while it ran and not
// the row before it. So only the run counts, and the log is read again from its
// end. Rows are put one after the other: a reader who saw a row beyond a hole
// and reads again sees the hole filled, unless TTL tore it.
func (s *Service) readRun(ctx context.Context, l log, from int64, limit int) (logRun, error) {
	run, holeBehind := logRun{last: Message{Seq: from}}, int64(-1)
	for range maxRereads {
		end := run.last.Seq
		page, err := s.store.ReadLog(ctx, l.room, LogRange{Epoch: l.epoch, From: max(end, 1), Limit: limit})
		if err != nil {
			return logRun{}, fmt.Errorf("read log: %w", err)
		}
		rest := page.Rows
		if end > 0 {
			if len(rest) == 0 || rest[0].Seq != end {
				return logRun{}, errReset()
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
			return logRun{}, errReset()
		}
		holeBehind = run.last.Seq
	}
	return logRun{}, refusal.Errorf(refusal.Busy, "The room is too lively. Try again.")
}

func errReset() *refusal.Error {
	return refusal.Errorf(refusal.Reset, "The room cannot be continued from there. Join again without since.")
}

// gapless returns the first rows of a list as long as they follow one another
// from seq on.
func gapless(rows []Message, seq int64) []Message {
	for i, m := range rows {
		if m.Seq != seq+int64(i) {
			return rows[:i]
		}
	}
	return rows
}

// after returns at most limit rows after a position. It also returns
// [refusal.Reset] if some of them are past retention: the rows after a position
// are complete, or there are none.
func (s *Service) after(ctx context.Context, l log, since int64, limit int) (rows []Message, more bool, err error) {
	// The limit leaves room for two more rows: the one at the position, and one
	// that shows whether more rows follow.
	run, err := s.readRun(ctx, l, since, limit+2)
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

// before returns at most limit rows, ascending: the newest ones with a seq less
// than before (0: the newest of all). more reports whether there are older
// ones.
func (s *Service) before(ctx context.Context, l log, before int64, limit int) (rows []Message, more bool, err error) {
	if before == 1 {
		return nil, false, nil
	}
	page, err := s.newest(ctx, l, before, limit+1)
	if err != nil {
		return nil, false, err
	}
	rows, more = page.Rows, page.Truncated
	// Everything older than an expired row has expired as well: readers hide the
	// beginning of a log, never a part of its middle.
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

// newest reads rows with a seq less than before (0: all), the newest first,
// down to the first hole: TTL tore it, so the older rows are about to be
// deleted as well.
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

// head returns the seq of the newest row, hidden or not; 0 if there is none.
func (s *Service) head(ctx context.Context, l log) (int64, error) {
	page, err := s.newest(ctx, l, 0, 1)
	if err != nil || len(page.Rows) == 0 {
		return 0, err
	}
	return page.Rows[0].Seq, nil
}

// hidden reports whether a row is past its time. The table may still have it:
// TTL deletes days later, in any order. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
func (s *Service) hidden(m Message) bool {
	now := s.now()
	if !m.Expires.IsZero() && !m.Expires.After(now) {
		return true
	}
	return s.retention > 0 && !m.At.Add(s.retention).After(now)
}
