package chattest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// pageBytes is how much a table reads in one request.
const pageBytes = 1 << 20

// Room implements [chat.LogStore].
func (s *Store) Room(ctx context.Context, key string) (chat.Room, error) {
	if err := s.begin(ctx, "Room"); err != nil {
		return chat.Room{}, err
	}
	defer s.mu.Unlock()
	room, ok := s.rooms[key]
	if !ok {
		return chat.Room{}, refusal.ErrNotFound
	}
	return room, nil
}

// CreateRoom implements [chat.LogStore].
func (s *Store) CreateRoom(ctx context.Context, r chat.Room) error {
	if err := s.begin(ctx, "CreateRoom"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if _, ok := s.rooms[r.Key]; ok {
		return refusal.ErrTaken
	}
	r.CreatedAt = millis(r.CreatedAt)
	s.rooms[r.Key] = r
	return nil
}

// Rooms implements [chat.LogStore]. Like a directory, it returns only keys and
// titles.
func (s *Store) Rooms(ctx context.Context, prefix string, limit int) ([]chat.Room, bool, error) {
	if err := s.begin(ctx, "Rooms"); err != nil {
		return nil, false, err
	}
	defer s.mu.Unlock()
	var rooms []chat.Room
	for _, key := range slices.Sorted(maps.Keys(s.rooms)) {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		if len(rooms) == limit {
			return rooms, true, nil
		}
		rooms = append(rooms, chat.Room{Key: key, Title: s.rooms[key].Title})
	}
	return rooms, false, nil
}

// ReadLog implements [chat.LogStore]. Like a table, it sets Truncated at a page
// that ends because of its limit, even at the very end of the range.
func (s *Store) ReadLog(ctx context.Context, room string, r chat.LogRange) (chat.LogPage, error) {
	if err := s.begin(ctx, "ReadLog"); err != nil {
		return chat.LogPage{}, err
	}
	defer s.mu.Unlock()
	log := s.logs[logKey{room, r.Epoch}]
	seqs := slices.Sorted(maps.Keys(log))
	if r.Descending {
		slices.Reverse(seqs)
	}
	var page chat.LogPage
	size := 0
	for _, seq := range seqs {
		if seq < r.From || (r.To != 0 && seq > r.To) {
			continue
		}
		page.Rows = append(page.Rows, copyMessage(log[seq]))
		size += rowBytes(room, log[seq])
		if len(page.Rows) == r.Limit || size >= pageBytes {
			page.Truncated = true
			break
		}
	}
	return page, nil
}

// Append implements [chat.LogStore].
func (s *Store) Append(ctx context.Context, room, epoch string, m chat.Message) (*chat.Message, error) {
	if err := s.begin(ctx, "Append"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	key := logKey{room, epoch}
	if there, ok := s.logs[key][m.Seq]; ok {
		there = copyMessage(there)
		return &there, nil
	}
	if s.logs[key] == nil {
		s.logs[key] = map[int64]chat.Message{}
	}
	m.At, m.Expires = millis(m.At), seconds(m.Expires)
	s.logs[key][m.Seq] = copyMessage(m)
	return nil, nil
}

// ExpireMessage implements [chat.LogStore].
func (s *Store) ExpireMessage(ctx context.Context, room, epoch string, seq int64, expires time.Time) error {
	if err := s.begin(ctx, "ExpireMessage"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	key := logKey{room, epoch}
	if m, ok := s.logs[key][seq]; ok {
		m.Expires = seconds(expires)
		s.logs[key][seq] = m
	}
	return nil
}

// Amend implements [chat.LogStore].
func (s *Store) Amend(ctx context.Context, room, epoch string, a chat.Amendment) (chat.Message, error) {
	if err := s.begin(ctx, "Amend"); err != nil {
		return chat.Message{}, err
	}
	defer s.mu.Unlock()
	key := logKey{room, epoch}
	m, ok := s.logs[key][a.Target]
	if !ok {
		return chat.Message{}, refusal.ErrNotFound
	}
	if m.Deleted == 0 {
		m = amended(copyMessage(m), a)
		s.logs[key][a.Target] = m
	}
	return copyMessage(m), nil
}

// amended amends a row that has not been deleted.
func amended(m chat.Message, a chat.Amendment) chat.Message {
	m.TextHash = cmp.Or(m.TextHash, a.TextHash)
	if a.Delete {
		m.Text, m.Deleted = "", a.By
		return m
	}
	if m.Edited < a.By {
		m.Text, m.Edited = a.Text, a.By
	}
	if !slices.Contains(m.Edits, a.By) {
		m.Edits = append(m.Edits, a.By)
		slices.Sort(m.Edits)
	}
	return m
}

// BlankEdit implements [chat.LogStore].
func (s *Store) BlankEdit(ctx context.Context, room, epoch string, seq int64) error {
	if err := s.begin(ctx, "BlankEdit"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	key := logKey{room, epoch}
	if m, ok := s.logs[key][seq]; ok && m.Kind == chat.KindEdit {
		m.Text = ""
		s.logs[key][seq] = m
	}
	return nil
}

func copyMessage(m chat.Message) chat.Message {
	m.Edits = slices.Clone(m.Edits)
	return m
}

// rowBytes is roughly the size that a table counts for a row: names and values.
func rowBytes(room string, m chat.Message) int {
	const names = 60
	return names + len(room) + len(m.Kind) + len(m.CID) + len(m.UID) + len(m.Name) + len(m.Text)
}
