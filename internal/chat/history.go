package chat

import (
	"context"
	"errors"
	"fmt"

	"projectchat/internal/names"
	"projectchat/internal/refusal"
)

const (
	defaultLimit = 50
	maxLimit     = 100
)

// HistoryQuery asks for a page of a room's messages: the ones before a seq, the
// ones after a seq, or the newest.
type HistoryQuery struct {
	Room   string // in any spelling
	Before *int64
	After  *int64
	Limit  *int // 1 to 100; nil means 50
}

// HistoryPage is a page of a room's messages, ascending.
type HistoryPage struct {
	Room     string // the room's key
	Epoch    string
	Messages []Message
	More     bool // there are more messages in the direction asked for
}

// History reads a page for a connection that is in the room. Errors:
// [refusal.BadRequest], [refusal.NotJoined], [refusal.Unauthorized], and
// [refusal.Reset] if After is beyond the head.
func (s *Service) History(ctx context.Context, connectionID string, q HistoryQuery) (HistoryPage, error) {
	_, key, err := names.ParseRoom(q.Room)
	if err != nil {
		return HistoryPage{}, err
	}
	connection, err := s.connection(ctx, connectionID)
	if err != nil {
		return HistoryPage{}, err
	}
	epoch, err := connection.joined(key)
	if err != nil {
		return HistoryPage{}, err
	}
	return s.page(ctx, log{key, epoch}, q)
}

// ReadHistory reads a page without a connection. Errors: [refusal.BadRequest],
// [refusal.NotFound] if there is no such room, and [refusal.Reset] if After is
// beyond the head.
func (s *Service) ReadHistory(ctx context.Context, q HistoryQuery) (HistoryPage, error) {
	_, key, err := names.ParseRoom(q.Room)
	if err != nil {
		return HistoryPage{}, err
	}
	room, err := s.store.Room(ctx, key)
	if errors.Is(err, refusal.ErrNotFound) {
		return HistoryPage{}, refusal.Errorf(refusal.NotFound, "There is no such room.")
	}
	if err != nil {
		return HistoryPage{}, fmt.Errorf("read room: %w", err)
	}
	return s.page(ctx, log{key, room.Epoch}, q)
}

func (s *Service) page(ctx context.Context, l log, q HistoryQuery) (HistoryPage, error) {
	if err := q.check(); err != nil {
		return HistoryPage{}, err
	}
	limit := defaultLimit
	if q.Limit != nil {
		limit = *q.Limit
	}
	page := HistoryPage{Room: l.room, Epoch: l.epoch}
	var err error
	switch {
	case q.After != nil:
		page.Messages, page.More, err = s.after(ctx, l, *q.After, limit)
	case q.Before != nil:
		page.Messages, page.More, err = s.before(ctx, l, *q.Before, limit)
	default:
		page.Messages, page.More, err = s.before(ctx, l, 0, limit)
	}
	return page, err
}

func (q HistoryQuery) check() error {
	switch {
	case q.Before != nil && q.After != nil:
		return refusal.Errorf(refusal.BadRequest, "before and after exclude each other.")
	case q.Before != nil && (*q.Before < 1 || *q.Before > maxSeq):
		return refusal.Errorf(refusal.BadRequest, "before is a seq, 1 or more.")
	case q.After != nil && (*q.After < 0 || *q.After > maxSeq):
		return refusal.Errorf(refusal.BadRequest, "after is a seq, 0 or more.")
	case q.Limit != nil && (*q.Limit < 1 || *q.Limit > maxLimit):
		return refusal.Errorf(refusal.BadRequest, "limit is 1 to %d.", maxLimit)
	}
	return nil
}
