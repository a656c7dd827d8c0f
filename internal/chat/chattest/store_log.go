package chattest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"projectchat/internal/chat"
)

func message(b *bench, seq int64) chat.Message {
	return chat.Message{
		Seq: seq, Kind: chat.KindMessage, CID: fmt.Sprint("cid-", seq), UID: "u_a", Name: "Ann",
		Text: fmt.Sprint("message ", seq), At: b.Now().UTC().Truncate(time.Millisecond),
	}
}

const logEpoch = "k3v9k3v9k3"

// fill appends the rows from first to last to a room's log and returns them.
func fill(t *testing.T, b *bench, room string, first, last int64) []chat.Message {
	t.Helper()
	rows := make([]chat.Message, last-first+1)
	spread(len(rows), func(i int) {
		rows[i] = message(b, first+int64(i))
		if taken, err := b.Append(t.Context(), room, logEpoch, rows[i]); err != nil || taken != nil {
			t.Errorf("append %d: taken by %v, error %v", rows[i].Seq, taken, err)
		}
	})
	return rows
}

func read(t *testing.T, b *bench, room string, r chat.LogRange) chat.LogPage {
	t.Helper()
	if r.Epoch == "" {
		r.Epoch = logEpoch
	}
	page, err := b.ReadLog(t.Context(), room, r)
	return mustGet(t, err, page)
}

func testAppend(t *testing.T, b *bench) {
	if page := read(t, b, "general", chat.LogRange{Limit: 10}); len(page.Rows) != 0 || page.Truncated {
		t.Errorf("an empty log gives %+v", page)
	}
	want := []chat.Message{message(b, 1), message(b, 2)}
	want[1].Expires = b.in(time.Hour)
	want[1].Kind = "another"
	for _, m := range want {
		taken, err := b.Append(t.Context(), "general", logEpoch, m)
		if mustGet(t, err, taken) != nil {
			t.Errorf("slot %d was taken by %+v", m.Seq, taken)
		}
	}
	page := read(t, b, "general", chat.LogRange{Limit: 10})
	wantSame(t, "read", page, chat.LogPage{Rows: want})
	b.Advance(2 * time.Hour)
	page = read(t, b, "general", chat.LogRange{Limit: 10})
	wantSame(t, "rows past their Expires", page, chat.LogPage{Rows: want})
}

func testAppendTaken(t *testing.T, b *bench) {
	first := message(b, 7)
	first.Text, first.Expires = "was first", b.in(time.Minute)
	_, err := b.Append(t.Context(), "general", logEpoch, first)
	must(t, err)
	b.Advance(time.Hour) // an expired row still takes its slot
	for range 2 {
		taken, err := b.Append(t.Context(), "general", logEpoch, message(b, 7))
		wantSame(t, "who took it", mustGet(t, err, taken), &first)
	}
	page := read(t, b, "general", chat.LogRange{Limit: 10})
	wantSame(t, "the log", page, chat.LogPage{Rows: []chat.Message{first}})
}

func testAppendRace(t *testing.T, b *bench) {
	const rivals = 64
	var mu sync.Mutex
	var winners, seen []chat.Message
	atOnce(rivals, func(i int) {
		mine := message(b, 1)
		mine.CID, mine.Text = fmt.Sprint("cid-", i), fmt.Sprint("text ", i)
		taken, err := b.Append(t.Context(), "general", logEpoch, mine)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil:
			t.Error(err)
		case taken == nil:
			winners = append(winners, mine)
		default:
			seen = append(seen, *taken)
		}
	})
	page := read(t, b, "general", chat.LogRange{Limit: 10})
	wantSame(t, "the one winner", winners, page.Rows)
	if len(seen) != rivals-1 {
		t.Errorf("%d got the row in the slot, want %d", len(seen), rivals-1)
	}
	for _, m := range seen {
		wantSame(t, "what a rival was told", m, page.Rows[0])
	}
}

func testReadRanges(t *testing.T, b *bench) {
	rows := fill(t, b, "general", 1, 12)
	for _, test := range []struct {
		name        string
		r           chat.LogRange
		first, last int64 // in the order of the answer; 0: none
		truncated   bool
	}{
		{"all", chat.LogRange{Limit: 50}, 1, 12, false},
		{"all, newest first", chat.LogRange{Limit: 50, Descending: true}, 12, 1, false},
		{"both ends included", chat.LogRange{From: 3, To: 5, Limit: 50}, 3, 5, false},
		{"both ends included, newest first", chat.LogRange{From: 3, To: 5, Limit: 50, Descending: true}, 5, 3, false},
		{"one", chat.LogRange{From: 9, To: 9, Limit: 50}, 9, 9, false},
		{"from 9 on, over two digits", chat.LogRange{From: 9, Limit: 50}, 9, 12, false},
		{"up to 10", chat.LogRange{To: 10, Limit: 50}, 1, 10, false},
		{"the first 5", chat.LogRange{Limit: 5}, 1, 5, true},
		{"the newest 5", chat.LogRange{Limit: 5, Descending: true}, 12, 8, true},
		{"5 before 8", chat.LogRange{To: 7, Limit: 5, Descending: true}, 7, 3, true},
		{"beyond the end", chat.LogRange{From: 13, Limit: 50}, 0, 0, false},
		{"over the end", chat.LogRange{From: 12, To: 99, Limit: 50}, 12, 12, false},
		{"from after to", chat.LogRange{From: 5, To: 3, Limit: 50}, 0, 0, false},
		{"far beyond", chat.LogRange{From: 1 << 62, Limit: 50}, 0, 0, false},
		{"up to far beyond", chat.LogRange{To: 1 << 62, Limit: 50}, 1, 12, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := chat.LogPage{Truncated: test.truncated}
			step := int64(1)
			if test.r.Descending {
				step = -1
			}
			for seq := test.first; seq != 0; seq += step {
				want.Rows = append(want.Rows, rows[seq-1])
				if seq == test.last {
					break
				}
			}
			wantSame(t, "page", read(t, b, "general", test.r), want)
		})
	}
}

func testReadHole(t *testing.T, b *bench) {
	rows := fill(t, b, "general", 3, 4)
	rows = append(rows, fill(t, b, "general", 7, 7)...)
	page := read(t, b, "general", chat.LogRange{Limit: 10})
	wantSame(t, "rows around holes", page, chat.LogPage{Rows: rows})
	taken, err := b.Append(t.Context(), "general", logEpoch, message(b, 5))
	if mustGet(t, err, taken) != nil {
		t.Errorf("slot 5 was taken by %+v", taken)
	}
}

func testLogsApart(t *testing.T, b *bench) {
	for _, room := range hardRooms {
		m := message(b, 1)
		m.Text = "in " + room
		for _, epoch := range []string{"e1", "e2"} {
			taken, err := b.Append(t.Context(), room, epoch, m)
			if mustGet(t, err, taken) != nil {
				t.Errorf("slot 1 of %s was taken by %+v", room, taken)
			}
		}
	}
	for _, room := range hardRooms {
		page := read(t, b, room, chat.LogRange{Epoch: "e1", Limit: 10})
		if len(page.Rows) != 1 || page.Rows[0].Text != "in "+room {
			t.Errorf("the log of %s is %+v", room, page.Rows)
		}
	}
}

func testExpireMessage(t *testing.T, b *bench) {
	ctx := t.Context()
	expires := b.in(48 * time.Hour)
	must(t, b.ExpireMessage(ctx, "general", logEpoch, 1, expires))
	if page := read(t, b, "general", chat.LogRange{Limit: 10}); len(page.Rows) != 0 {
		t.Errorf("ExpireMessage made %+v", page.Rows)
	}
	want := fill(t, b, "general", 1, 2)
	must(t, b.ExpireMessage(ctx, "general", logEpoch, 1, expires))
	want[0].Expires = expires
	page := read(t, b, "general", chat.LogRange{Limit: 10})
	wantSame(t, "expires", page, chat.LogPage{Rows: want})
}

func testTexts(t *testing.T, b *bench) {
	for i, text := range []string{
		"plain", " blanks kept ", "line\nline\ttab\r\n", "日本語 grüße", "👩‍👩‍👧‍👦🏳️‍🌈😀", "e\u0301 stays two", "\u202Eright to left",
		`<img src=x onerror=alert(1)> & "quoted" \ \u0000`, "\ufeffmark", "\U0010FFFF", " ", strings.Repeat("é", 8<<10),
		strings.Repeat("x", 16<<10),
	} {
		m := message(b, int64(i+1))
		m.Text = text
		_, err := b.Append(t.Context(), "general", logEpoch, m)
		must(t, err)
		taken, err := b.Append(t.Context(), "general", logEpoch, message(b, m.Seq))
		wantSame(t, "taken by", mustGet(t, err, taken), &m)
		page := read(t, b, "general", chat.LogRange{From: m.Seq, Limit: 1})
		wantSame(t, "read", page.Rows, []chat.Message{m})
	}
}

func testLargeLog(t *testing.T, b *bench) {
	const n = 100
	text := strings.Repeat("0123456789abcdef", 1<<10)
	spread(n, func(i int) {
		m := message(b, int64(i+1))
		m.Text = text
		if _, err := b.Append(t.Context(), "general", logEpoch, m); err != nil {
			t.Error(err)
		}
	})
	next, pages := int64(1), 0
	for {
		page := read(t, b, "general", chat.LogRange{From: next, Limit: 200})
		pages++
		for _, m := range page.Rows {
			if m.Seq != next || m.Text != text {
				t.Fatalf("row %d instead of %d, or another text", m.Seq, next)
			}
			next++
		}
		if !page.Truncated {
			break
		}
		if len(page.Rows) == 0 {
			t.Fatal("an empty page is truncated")
		}
	}
	if next != n+1 || pages < 2 {
		t.Errorf("%d rows in %d pages, want %d in at least 2", next-1, pages, n)
	}
	newest := read(t, b, "general", chat.LogRange{Limit: 200, Descending: true})
	if !newest.Truncated || newest.Rows[0].Seq != n {
		t.Errorf("newest first: truncated %v, begins with %d", newest.Truncated, newest.Rows[0].Seq)
	}
}
