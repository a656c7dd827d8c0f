package chattest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

func seat(b *bench, room, connectionID string) chat.Seat {
	return chat.Seat{
		Room: room, ConnectionID: connectionID, UID: "u_" + connectionID, Name: "Ann",
		JoinedAt: b.Now(), Seen: b.Now().Add(time.Millisecond), Expires: b.in(time.Hour),
	}
}

func testSeat(t *testing.T, b *bench) {
	ctx := t.Context()
	first := seat(b, "general", "Zy9d#RfhLoA=")
	_, err := b.Seat(ctx, first.Room, first.ConnectionID)
	wantErr(t, "before it is there", err, refusal.ErrNotFound)
	old, err := b.PutSeat(ctx, first)
	if mustGet(t, err, old) != nil {
		t.Errorf("the first put replaced %+v", old)
	}
	got, err := b.Seat(ctx, first.Room, first.ConnectionID)
	wantSame(t, "first", mustGet(t, err, got), first)

	b.Advance(time.Minute)
	second := seat(b, first.Room, first.ConnectionID)
	old, err = b.PutSeat(ctx, second)
	wantSame(t, "replaced", mustGet(t, err, old), &first)
	got, err = b.Seat(ctx, first.Room, first.ConnectionID)
	wantSame(t, "second", mustGet(t, err, got), second)

	b.at(second.Expires)
	_, err = b.Seat(ctx, first.Room, first.ConnectionID)
	wantErr(t, "expired", err, refusal.ErrNotFound)
	old, err = b.PutSeat(ctx, seat(b, first.Room, first.ConnectionID))
	if mustGet(t, err, old) != nil {
		t.Errorf("the put replaced %+v, which had expired", old)
	}
}

func testTouchSeat(t *testing.T, b *bench) {
	ctx := t.Context()
	want := seat(b, "general", "c1")
	touch := func() error {
		return b.TouchSeat(ctx, want.Room, want.ConnectionID, b.Now(), b.in(2*time.Hour))
	}
	wantErr(t, "never there", touch(), refusal.ErrNotFound)
	put(t, b, want)
	b.Advance(time.Minute)
	must(t, touch())
	want.Seen, want.Expires = b.Now(), b.in(2*time.Hour)
	got, err := b.Seat(ctx, want.Room, want.ConnectionID)
	wantSame(t, "touched", mustGet(t, err, got), want)

	there, err := b.DeleteSeat(ctx, want.Room, want.ConnectionID)
	if !mustGet(t, err, there) {
		t.Error("it was not there")
	}
	wantErr(t, "deleted", touch(), refusal.ErrNotFound)
	wantSeats(t, b, "general")

	put(t, b, want)
	b.at(want.Expires)
	wantErr(t, "expired", touch(), refusal.ErrNotFound)
	wantSeats(t, b, "general")
}

func testDeleteSeat(t *testing.T, b *bench) {
	ctx := t.Context()
	put(t, b, seat(b, "general", "c1"), seat(b, "general", "c2"))
	for _, step := range []struct {
		id   string
		want bool
	}{{"c9", false}, {"c1", true}, {"c1", false}} {
		there, err := b.DeleteSeat(ctx, "general", step.id)
		if mustGet(t, err, there) != step.want {
			t.Errorf("%s: was there: %v, want %v", step.id, there, step.want)
		}
	}
	wantSeats(t, b, "general", "c2")
}

func testSeatsApart(t *testing.T, b *bench) {
	for _, room := range hardRooms {
		put(t, b, seat(b, room, "in "+room))
	}
	for _, room := range hardRooms {
		wantSeats(t, b, room, "in "+room)
	}
	wantSeats(t, b, "a")
}

func testSmallRoom(t *testing.T, b *bench) {
	ctx := t.Context()
	wantSeats(t, b, "empty")
	sample, err := b.SampleSeats(ctx, "empty", 1<<31, 5, true)
	wantSame(t, "sample of nobody", mustGet(t, err, sample), chat.Sample{Whole: true, Share: 1})

	ring := ringOf(b, "general", 5, "")
	put(t, b, ring...)
	for _, consistent := range []bool{true, false} {
		sample, err = b.SampleSeats(ctx, "general", 0, 5, consistent)
		if must(t, err); len(sample.Seats) > 5 {
			t.Errorf("%d seats of 5 asked for", len(sample.Seats))
		}
	}
	sample, err = b.SampleSeats(ctx, "general", 0, 5, true)
	wantSame(t, "exactly all", mustGet(t, err, sample), chat.Sample{Seats: ring, Whole: true, Share: 1})

	from := chat.RingPosition(ring[3].ConnectionID)
	wantOrder := slices.Concat(ring[3:], ring[:3])
	sample, err = b.SampleSeats(ctx, "general", from, 100, true)
	wantSame(t, "all from a middle", mustGet(t, err, sample), chat.Sample{Seats: wantOrder, Whole: true, Share: 1})
	sample, err = b.SampleSeats(ctx, "general", from, 5, true)
	wantSame(t, "exactly all from a middle", mustGet(t, err, sample), chat.Sample{Seats: wantOrder, Whole: true, Share: 1})

	for _, limit := range []int{1, 2, 3, 4} { // 2 reaches the last seat before the ring's end
		sample, err = b.SampleSeats(ctx, "general", from, limit, true)
		must(t, err)
		wantSame(t, fmt.Sprint(limit, " from a middle"), sample.Seats, wantOrder[:limit])
		if sample.Whole || sample.Share <= 0 || sample.Share > 1 {
			t.Errorf("limit %d: whole %v, share %v", limit, sample.Whole, sample.Share)
		}
	}
}

func testSeatsExpired(t *testing.T, b *bench) {
	ring := ringOf(b, "general", 6, "")
	for i := range ring {
		if i%2 == 0 {
			ring[i].Expires = b.in(time.Minute)
		}
	}
	put(t, b, ring...)
	b.at(b.in(time.Minute))
	wantSeats(t, b, "general", ring[1].ConnectionID, ring[3].ConnectionID, ring[5].ConnectionID)
	sample, err := b.SampleSeats(t.Context(), "general", 0, 6, true)
	wantSame(t, "sample", mustGet(t, err, sample),
		chat.Sample{Seats: []chat.Seat{ring[1], ring[3], ring[5]}, Whole: true, Share: 1})
	there, err := b.DeleteSeat(t.Context(), "general", ring[0].ConnectionID)
	if mustGet(t, err, there) {
		t.Error("an expired row was there")
	}
}

// testLargeRoom pads the rows, so that a table that reads 1 MB at once needs
// several pages.
func testLargeRoom(t *testing.T, b *bench) {
	const n, limit = 2500, 101
	ring := ringOf(b, "hall", n, strings.Repeat("x", 600))
	put(t, b, ring...)
	put(t, b, seat(b, "hall.", "elsewhere"), seat(b, "hal", "elsewhere"))
	all, err := b.Seats(t.Context(), "hall")
	wantSame(t, "all", mustGet(t, err, all), ring)

	for _, start := range []int{0, n / 2, n - limit/2, n - 1} {
		from := chat.RingPosition(ring[start].ConnectionID)
		sample, err := b.SampleSeats(t.Context(), "hall", from, limit, true)
		must(t, err)
		want := slices.Concat(ring[start:], ring[:start])[:limit]
		wantSame(t, fmt.Sprint("sample from the place of ", start), sample.Seats, want)
		estimate := float64(limit) / sample.Share
		if sample.Whole || estimate < n/2 || estimate > n*2 {
			t.Errorf("from the place of %d: whole %v, share %v would mean %.0f seats", start, sample.Whole, sample.Share, estimate)
		}
	}
}

// ringOf makes n seats in the order of the ring.
func ringOf(b *bench, room string, n int, padding string) []chat.Seat {
	ring := make([]chat.Seat, n)
	for i := range ring {
		ring[i] = seat(b, room, fmt.Sprintf("Zy9dRfhL%06d=", i))
		ring[i].UID += padding
	}
	slices.SortFunc(ring, ByRing)
	return ring
}

func put(t *testing.T, b *bench, seats ...chat.Seat) {
	t.Helper()
	spread(len(seats), func(i int) {
		if _, err := b.PutSeat(t.Context(), seats[i]); err != nil {
			t.Error(err)
		}
	})
}

// wantSeats compares the connections in a room, in the order of the ring.
func wantSeats(t *testing.T, b *bench, room string, want ...string) {
	t.Helper()
	seats, err := b.Seats(t.Context(), room)
	must(t, err)
	var got []string
	for _, m := range seats {
		if m.Room != room {
			t.Errorf("a seat of room %q among those of %q", m.Room, room)
		}
		got = append(got, m.ConnectionID)
	}
	wantSame(t, "seats of "+room, got, want)
}
