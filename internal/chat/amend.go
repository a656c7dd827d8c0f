package chat

import (
	"context"
	"errors"
	"fmt"

	"projectchat/internal/refusal"
)

const (
	// maxEdits is how often a message may be edited. Its row lists the edits, and
	// a deletion has to blank each of them.
	maxEdits     = 100
	blankWorkers = 16
)

// Amendment is the change that an edit or a deletion makes to the row of its
// target.
type Amendment struct {
	Target   int64  // seq of the message
	By       int64  // seq of the row that edits or deletes it
	Delete   bool   // true for a deletion, false for an edit
	Text     string // the new text; "" if it deletes
	TextHash string // hash of the message's first text, see [Message]
}

// about reads the target of a draft. It returns the zero Message if the draft
// is a message itself, or if its target is not a message.
func (s *Service) about(ctx context.Context, l log, d Draft) (Message, error) {
	if !kinds[d.kind()].target {
		return Message{}, nil
	}
	r := LogRange{Epoch: l.epoch, From: d.Target, To: d.Target, Limit: 1}
	page, err := s.store.ReadLog(ctx, l.room, r)
	if err != nil {
		return Message{}, fmt.Errorf("read the target: %w", err)
	}
	if len(page.Rows) == 0 || page.Rows[0].Kind != KindMessage {
		return Message{}, nil
	}
	return page.Rows[0], nil
}

// refuseTarget returns the reason why a draft may not have this target; nil if it
// may.
func (s *Service) refuseTarget(d Draft, target Message, author Person) error {
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
// row of its target, and returns m as clients may see it. Each step can be done
// again, so the repeat of a send mends a crash between them.
// docs/decisions/0007 has the reasons.
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
	if errors.Is(err, refusal.ErrNotFound) { // TTL deleted it
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
		// The message was deleted before the row could list this edit, so the edit
		// removes its own text.
		edits, m.Text = []int64{m.Seq}, ""
	}
	return m, s.blank(ctx, l, edits)
}

// blank removes the texts of edits.
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
