package chat

import (
	"context"
	"fmt"
	"time"

	"projectchat/internal/refusal"
)

const (
	maxRounds     = 12 // rounds of a read and slotsPerRound puts
	slotsPerRound = 2  // puts into lost slots before the log is read again
	firstWait     = 16 * time.Millisecond
	longestWait   = 500 * time.Millisecond
	pushAgainFor  = time.Minute // a repeat of a message younger than this is pushed again
)

// Receipt is the answer to a send: the place of the row in the log.
type Receipt struct {
	Room      string // the room's key
	CID       string
	Epoch     string
	Seq       int64
	At        time.Time
	Duplicate bool // the message was in the log already
}

// Send appends a message, or a change to one, for a connection that is in the
// room, and pushes it to the room's other connections. It is safe to repeat
// with the same CID. Errors: [refusal.BadRequest], [refusal.TooLarge],
// [refusal.NotJoined], [refusal.Unauthorized], [refusal.CIDConflict],
// [refusal.Behind], [refusal.Reset], [refusal.Busy].
//
// A change may also return [refusal.NotFound], if its target is not there (any
// more), and [refusal.Forbidden], if an edit or a deletion has another person's
// message as its target.
func (s *Service) Send(ctx context.Context, connectionID string, d Draft) (Receipt, error) {
	_, key, err := d.check()
	if err != nil {
		return Receipt{}, err
	}
	// The connection's row and the log are read at the same time. The log counts
	// only if the row confirms that the room and the epoch are the sender's.
	var connection Connection
	var back lookBack
	var group group
	group.Go(func() (err error) {
		connection, err = s.connection(ctx, connectionID)
		return err
	})
	group.Go(func() error {
		back = s.lookBackSince(ctx, key, d)
		return nil
	})
	if err := group.Wait(); err != nil {
		return Receipt{}, err
	}
	epoch, err := connection.joined(key)
	if err != nil {
		return Receipt{}, err
	}
	author := Person{UID: connection.UID, Name: connection.Name}
	return s.send(ctx, log{key, epoch}, author, d, back, connectionID)
}

// Post is [Service.Send] for a person without a connection. It makes the room
// if need be, and the push goes to all connections of the author, too.
func (s *Service) Post(ctx context.Context, author Person, d Draft) (Receipt, error) {
	title, key, err := d.check()
	if err != nil {
		return Receipt{}, err
	}
	room, err := s.openRoom(ctx, title, key, author.UID)
	if err != nil {
		return Receipt{}, err
	}
	return s.send(ctx, log{key, room.Epoch}, author, d, s.lookBackSince(ctx, key, d), "")
}

// send finishes Send and Post, once the sender and the log are known. except is
// the connection that gets no push.
func (s *Service) send(ctx context.Context, l log, author Person, d Draft, back lookBack, except string) (Receipt, error) {
	if d.As != "" && d.As != author.UID {
		return Receipt{}, refusal.Errorf(refusal.Unauthorized, "You are somebody else now.")
	}
	if d.Since != nil && d.Since.Epoch != l.epoch {
		return Receipt{}, errReset()
	}
	if !back.done {
		back = s.lookBack(ctx, l, d)
	}
	m := d.row(author)
	// A message that is in the log already is acknowledged, even if it could not
	// be put any more.
	if !isThere(back.rows, m) {
		if back.err != nil {
			return Receipt{}, back.err
		}
		if err := s.refuseTarget(d, back.target, author); err != nil {
			return Receipt{}, err
		}
	}
	m, duplicate, err := s.appendOnce(ctx, l, m, back.logRun)
	if err != nil {
		return Receipt{}, err
	}
	// This comes before the answer: a sender who gets none sends again, and the
	// repeat mends what is missing.
	if m, err = s.amend(ctx, l, m, d.Text, back.target); err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Room: l.room, CID: m.CID, Epoch: l.epoch, Seq: m.Seq, At: m.At, Duplicate: duplicate}
	s.record.Sent(ctx, receipt)
	if !duplicate || s.now().Sub(m.At) < pushAgainFor {
		s.deliver(ctx, l, m, except)
	}
	if !duplicate {
		s.expirePrevious(ctx, l, m)
	}
	return receipt, nil
}

// appendOnce puts a message into the first free slot after the rows that have
// been read, unless it finds the message in the log. It passes a slot only
// after it has seen that the row there is not the message, so two attempts with
// one CID meet in a slot. docs/decisions/0001 has the proof.
func (s *Service) appendOnce(ctx context.Context, l log, m Message, seen logRun) (Message, bool, error) {
	for round := range maxRounds {
		for _, row := range seen.rows {
			if same(row, m) {
				return repeated(row, m)
			}
		}
		last := seen.last
		for range slotsPerRound {
			m.Seq, m.At = last.Seq+1, s.at(last)
			taken, err := s.store.Append(ctx, l.room, l.epoch, m)
			if err != nil {
				// The row may be in the log or not: only another request with this CID may
				// find out, never a put into another slot.
				return Message{}, false, fmt.Errorf("append: %w", err)
			}
			if taken == nil {
				return m, false, nil
			}
			if same(*taken, m) {
				return repeated(*taken, m)
			}
			s.record.LostSlot(ctx)
			last = *taken
		}
		if round == maxRounds-1 {
			break // no put would follow the read
		}
		if err := sleep(ctx, s.backoff(round)); err != nil {
			return Message{}, false, err
		}
		var err error
		if seen, err = s.rowsSince(ctx, l, last.Seq); err != nil {
			return Message{}, false, err
		}
	}
	return Message{}, false, refusal.Errorf(refusal.Busy, "The room is too lively. Try again.")
}

// at returns the time of a message that follows last: now, but never before the
// time of last.
func (s *Service) at(last Message) time.Time {
	now := s.now().UTC().Truncate(time.Millisecond)
	if now.Before(last.At) {
		return last.At
	}
	return now
}

// backoff returns how long to wait after lost round n.
func (s *Service) backoff(n int) time.Duration {
	return s.jitter(min(firstWait<<n, longestWait))
}

// deliver pushes a message that is in the log. The seats are read only now: a
// connection that joined before the put is among them, and one that joins later
// finds the message in the log.
func (s *Service) deliver(ctx context.Context, l log, m Message, except string) {
	seats, err := s.store.Seats(ctx, l.room)
	if err != nil {
		s.bestEffort(ctx, "push a message", err)
		return
	}
	s.push(ctx, l.room, seats, except, MessagesPush{Room: l.room, Epoch: l.epoch, Messages: []Message{m}})
}

// expirePrevious lets the row before m expire, which is no longer the newest.
// If that fails, its age hides the row all the same.
func (s *Service) expirePrevious(ctx context.Context, l log, m Message) {
	if s.retention == 0 || m.Seq == 1 {
		return
	}
	err := s.store.ExpireMessage(ctx, l.room, l.epoch, m.Seq-1, m.At.Add(s.retention))
	s.bestEffort(ctx, "let a message expire", err)
}
