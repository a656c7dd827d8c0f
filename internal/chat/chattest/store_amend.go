package chattest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

func edit(by int64, text string) chat.Amendment {
	return chat.Amendment{Target: 1, By: by, Text: text, TextHash: "first"}
}

func deletion(by int64) chat.Amendment {
	return chat.Amendment{Target: 1, By: by, Delete: true, TextHash: "first"}
}

// original puts the message that a test amends.
func original(t *testing.T, b *bench) chat.Message {
	t.Helper()
	m := message(b, 1)
	m.Expires = b.in(48 * time.Hour)
	_, err := b.Append(t.Context(), "general", logEpoch, m)
	must(t, err)
	return m
}

// testAmend checks the row after each step of a long sequence of amendments.
func testAmend(t *testing.T, b *bench) {
	m := original(t, b)
	was := m
	for _, step := range []struct {
		name   string
		do     chat.Amendment
		change func(*chat.Message)
	}{
		{"an edit", edit(4, "four"), func(m *chat.Message) {
			m.Text, m.Edited, m.Edits, m.TextHash = "four", 4, []int64{4}, "first"
		}},
		{"the same again", edit(4, "four"), func(*chat.Message) {}},
		{"an earlier one", edit(3, "three"), func(m *chat.Message) { m.Edits = []int64{3, 4} }},
		{"the earlier one again", edit(3, "three"), func(*chat.Message) {}},
		{"a later one, of another hash", chat.Amendment{Target: 1, By: 12, Text: "twelve", TextHash: "another"}, func(m *chat.Message) {
			m.Text, m.Edited, m.Edits = "twelve", 12, []int64{3, 4, 12}
		}},
		{"a deletion", deletion(9), func(m *chat.Message) { m.Text, m.Deleted = "", 9 }},
		{"the same again", deletion(9), func(*chat.Message) {}},
		{"another deletion", deletion(20), func(*chat.Message) {}},
		{"an edit after it", edit(21, "late"), func(*chat.Message) {}},
		{"an edit before it, not listed", edit(5, "late"), func(*chat.Message) {}},
	} {
		step.change(&m)
		now, err := b.Amend(t.Context(), "general", logEpoch, step.do)
		wantSame(t, step.name, mustGet(t, err, now), m)
		page := read(t, b, "general", chat.LogRange{Limit: 10})
		wantSame(t, step.name+", read", page.Rows, []chat.Message{m})
	}
	taken, err := b.Append(t.Context(), "general", logEpoch, was)
	wantSame(t, "the slot is still taken", mustGet(t, err, taken), &m)
}

func testAmendDeletedFirst(t *testing.T, b *bench) {
	m := original(t, b)
	m.Text, m.Deleted, m.TextHash = "", 2, "first"
	now, err := b.Amend(t.Context(), "general", logEpoch, deletion(2))
	wantSame(t, "deleted", mustGet(t, err, now), m)
	b.Advance(72 * time.Hour) // past its Expires it is still there
	now, err = b.Amend(t.Context(), "general", logEpoch, edit(3, "late"))
	wantSame(t, "edited then", mustGet(t, err, now), m)
}

// testAmendNothing: an amendment does not bring back part of a row that TTL
// deleted.
func testAmendNothing(t *testing.T, b *bench) {
	ctx := t.Context()
	for _, a := range []chat.Amendment{edit(2, "text"), deletion(2)} {
		_, err := b.Amend(ctx, "general", logEpoch, a)
		wantErr(t, "amend", err, refusal.ErrNotFound)
	}
	must(t, b.BlankEdit(ctx, "general", logEpoch, 1))
	if page := read(t, b, "general", chat.LogRange{Limit: 10}); len(page.Rows) != 0 {
		t.Errorf("there is %+v", page.Rows)
	}
}

func testBlankEdit(t *testing.T, b *bench) {
	rows := fill(t, b, "general", 1, 1)
	for seq, kind := range []string{chat.KindEdit, chat.KindReact, chat.KindDelete} {
		m := message(b, int64(seq)+2)
		m.Kind, m.Target, m.TextHash = kind, 1, "hash"
		_, err := b.Append(t.Context(), "general", logEpoch, m)
		must(t, err)
		rows = append(rows, m)
	}
	rows[1].Text = ""
	for range 2 {
		for _, m := range rows {
			must(t, b.BlankEdit(t.Context(), "general", logEpoch, m.Seq))
		}
		page := read(t, b, "general", chat.LogRange{Limit: 10})
		wantSame(t, "only the edit is blank", page.Rows, rows)
	}
}

// testAmendRace: in any order, the last edit holds, and every edit is listed or
// learns that the row has been deleted.
func testAmendRace(t *testing.T, b *bench) {
	const editors = 24
	original(t, b)
	var mu sync.Mutex
	var toldDeleted []int64
	var atDeletion chat.Message
	atOnce(editors, func(i int) {
		a := edit(int64(i+2), "text")
		if i == editors/2 {
			a = deletion(int64(i + 2))
		}
		now, err := b.Amend(t.Context(), "general", logEpoch, a)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil:
			t.Error(err)
		case a.Delete:
			atDeletion = now
		case now.Deleted != 0:
			toldDeleted = append(toldDeleted, a.By)
		case !slices.Contains(now.Edits, a.By):
			t.Errorf("edit %d is not in %v", a.By, now.Edits)
		}
	})
	all := slices.Sorted(slices.Values(append(toldDeleted, atDeletion.Edits...)))
	if len(all) != editors-1 || len(slices.Compact(all)) != editors-1 {
		t.Errorf("told that it was deleted: %v; listed at the deletion: %v", toldDeleted, atDeletion.Edits)
	}
	page := read(t, b, "general", chat.LogRange{Limit: 10})
	wantSame(t, "the row stays as the deletion left it", page.Rows, []chat.Message{atDeletion})
	if len(atDeletion.Edits) > 0 && atDeletion.Edited != slices.Max(atDeletion.Edits) {
		t.Errorf("edit %[2]d of %[1]v holds", atDeletion.Edits, atDeletion.Edited)
	}
}

func testTouchTyping(t *testing.T, b *bench) {
	ctx := t.Context()
	touch := func() (chat.Seat, error) {
		return b.TouchTyping(ctx, "general", "c1", b.Now(), b.Now().Add(-3*time.Second))
	}
	_, err := touch()
	wantErr(t, "of nobody", err, refusal.ErrNotFound)
	m := seat(b, "general", "c1")
	_, err = b.PutSeat(ctx, m)
	must(t, err)
	for _, step := range []struct {
		pass time.Duration
		want error
	}{
		{0, nil}, {0, refusal.ErrNotFound}, {2999 * time.Millisecond, refusal.ErrNotFound}, {time.Millisecond, nil},
		{time.Second, refusal.ErrNotFound}, {time.Minute, nil},
	} {
		b.Advance(step.pass)
		now, err := touch()
		wantErr(t, "touch", err, step.want)
		if step.want == nil {
			m.Typed = b.Now().UTC().Truncate(time.Millisecond)
			wantSame(t, "touched", now, m)
		}
	}
	there, err := b.Seat(ctx, "general", "c1")
	wantSame(t, "read", mustGet(t, err, there), m)
	b.at(m.Expires)
	_, err = touch()
	wantErr(t, "of an expired row", err, refusal.ErrNotFound)
	_, err = b.DeleteSeat(ctx, "general", "c1")
	must(t, err)
	_, err = touch()
	wantErr(t, "of a deleted row", err, refusal.ErrNotFound)
	_, err = b.Seat(ctx, "general", "c1")
	wantErr(t, "and it does not come back", err, refusal.ErrNotFound)
}

// cancelledAmendments returns calls for testCancelled.
func cancelledAmendments(ctx context.Context, b *bench) map[string]func() error {
	return map[string]func() error{
		"Amend":     func() error { _, err := b.Amend(ctx, "r", "e", edit(2, "text")); return err },
		"BlankEdit": func() error { return b.BlankEdit(ctx, "r", "e", 1) },
		"TouchTyping": func() error {
			_, err := b.TouchTyping(ctx, "r", "c", b.Now(), b.Now())
			return err
		},
	}
}
