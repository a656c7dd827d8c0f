package chat

import (
	"context"
	"errors"
	"fmt"

	"projectchat/internal/refusal"
)

const (
	// maxEdits is how often a message may be edited: its row lists the edits, and
	// a deletion blanks each of them.
	maxEdits     = 100
	blankWorkers = 16
)

// Amendment is what an edit or a deletion does to the row of the message that it
// is about.
type Amendment struct {
	Target   int64  // seq of the message
	By       int64  // seq of the row that edits or deletes it
	Delete   bool   // it deletes; else it edits
	Text     string // the new text; "" if it deletes
	TextHash string // of the message's first text, see [Message]
}

// about reads the message that a draft is about; the zero Message if it is about
// none, or about what is no message.
func (s *Service) about(ctx context.Context, l log, d Draft) (Message, error) {
	if !kinds[d.kind()].target {
		return Message{}, nil
	}
	r := LogRange{Epoch: l.epoch, From: d.Target, To: d.Target, Limit: 1}
	page, err := s.store.ReadLog(ctx, l.room, r)
	if err != nil {
		return Message{}, fmt.Errorf("read the message that it is about: %w", err)
	}
	if len(page.Rows) == 0 || page.Rows[0].Kind != KindMessage {
		return Message{}, nil
	}
	return page.Rows[0], nil
}

// refuses tells why a draft must not be about a message; nil if it may.
func (s *Service) refuses(d Draft, target Message, author Person) error {
	rule := kinds[d.kind()]
	switch {
	case !rule.target:
		return nil
	case target.Seq == 0 || s.hidden(target):
		return refusal.Errorf(refusal.NotFound, "There is no such message.")
	case rule.authorOnly && target.UID != author.UID:
		return refusal.Errorf(refusal.Forbidden, "Only its author may change a message.")
	case !rule.ofDeleted && target.Deleted != 0:
		return refusal.Errorf(refusal.NotFound, "The message has been deleted.")
	case d.Kind == KindEdit && len(target.Edits) >= maxEdits:
		return refusal.Errorf(refusal.Forbidden, "A message can be edited at most %d times.", maxEdits)
	}
	return nil
}

// amend carries an edit or a deletion, whose row m is in the log, over to the
// row that it is about, and gives m as it may be shown. Each step can be done
// again, so the repeat of a send mends what a crash left. docs/decisions/0007 has
// the reasons.
func (s *Service) amend(ctx context.Context, l log, m Message, text string, target Message) (Message, error) {
	if target.Seq == 0 || !kinds[m.Kind].overwrites {
		return m, nil
	}
	first := target.TextHash
	if first == "" {
		first = hashText(target)
	}
	now, err := s.store.Amend(ctx, l.room, l.epoch, Amendment{
		Target: m.Target, By: m.Seq, Delete: m.Kind == KindDelete, Text: text, TextHash: first,
	})
	if errors.Is(err, refusal.ErrNotFound) { // TTL took it
		return m, nil
	}
	if err != nil {
		return Message{}, fmt.Errorf("amend: %w", err)
	}
	if now.Deleted == 0 {
		return m, nil
	}
	edits := now.Edits
	if m.Kind == KindEdit {
		// It came too late for the row to list it, so it takes its own text away.
		edits, m.Text = []int64{m.Seq}, ""
	}
	return m, s.blank(ctx, l, edits)
}

// blank takes the texts of edits away.
func (s *Service) blank(ctx context.Context, l log, edits []int64) error {
	var group group
	group.SetLimit(blankWorkers)
	for _, seq := range edits {
		group.Go(func() error {
			if err := s.store.BlankEdit(ctx, l.room, l.epoch, seq); err != nil {
				return fmt.Errorf("blank an edit: %w", err)
			}
			return nil
		})
	}
	return group.Wait()
}
