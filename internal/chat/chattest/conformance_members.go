package chattest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat"
)

func member(b *bench, room, connectionID string) chat.Member {
	return chat.Member{
		Room: room, ConnectionID: connectionID, UID: "u_" + connectionID, Name: "Ann",
		JoinedAt: b.Now(), Seen: b.Now().Add(time.Millisecond), Expires: b.in(time.Hour),
	}
}

func testMember(t *testing.T, b *bench) {
	ctx := t.Context()
	first := member(b, "general", "Zy9d#RfhLoA=")
	_, err := b.Member(ctx, first.Room, first.ConnectionID)
	wantErr(t, "before it is there", err, chat.ErrNotFound)
	old, err := b.PutMember(ctx, first)
	if mustGet(t, err, old) != nil {
		t.Errorf("the first put replaced %+v", old)
	}
	got, err := b.Member(ctx, first.Room, first.ConnectionID)
	wantSame(t, "first", mustGet(t, err, got), first)

	b.Advance(time.Minute)
	second := member(b, first.Room, first.ConnectionID)
	old, err = b.PutMember(ctx, second)
	wantSame(t, "replaced", mustGet(t, err, old), &first)
	got, err = b.Member(ctx, first.Room, first.ConnectionID)
	wantSame(t, "second", mustGet(t, err, got), second)

	b.at(second.Expires)
	_, err = b.Member(ctx, first.Room, first.ConnectionID)
	wantErr(t, "expired", err, chat.ErrNotFound)
	old, err = b.PutMember(ctx, member(b, first.Room, first.ConnectionID))
	if mustGet(t, err, old) != nil {
		t.Errorf("the put replaced %+v, which had expired", old)
	}
}

func testTouchMember(t *testing.T, b *bench) {
	ctx := t.Context()
	want := member(b, "general", "c1")
	touch := func() error {
		return b.TouchMember(ctx, want.Room, want.ConnectionID, b.Now(), b.in(2*time.Hour))
	}
	wantErr(t, "never there", touch(), chat.ErrNotFound)
	put(t, b, want)
	b.Advance(time.Minute)
	must(t, touch())
	want.Seen, want.Expires = b.Now(), b.in(2*time.Hour)
	got, err := b.Member(ctx, want.Room, want.ConnectionID)
	wantSame(t, "touched", mustGet(t, err, got), want)

	there, err := b.DeleteMember(ctx, want.Room, want.ConnectionID)
	if !mustGet(t, err, there) {
		t.Error("it was not there")
	}
	wantErr(t, "deleted", touch(), chat.ErrNotFound)
	wantMembers(t, b, "general")

	put(t, b, want)
	b.at(want.Expires)
	wantErr(t, "expired", touch(), chat.ErrNotFound)
	wantMembers(t, b, "general")
}

func testDeleteMember(t *testing.T, b *bench) {
	ctx := t.Context()
	put(t, b, member(b, "general", "c1"), member(b, "general", "c2"))
	for _, step := range []struct {
		id   string
		want bool
	}{{"c9", false}, {"c1", true}, {"c1", false}} {
		there, err := b.DeleteMember(ctx, "general", step.id)
		if mustGet(t, err, there) != step.want {
			t.Errorf("%s: was there: %v, want %v", step.id, there, step.want)
		}
	}
	wantMembers(t, b, "general", "c2")
}

func testMembersApart(t *testing.T, b *bench) {
	for _, room := range hardRooms {
		put(t, b, member(b, room, "in "+room))
	}
	for _, room := range hardRooms {
		wantMembers(t, b, room, "in "+room)
	}
	wantMembers(t, b, "a")
}

func testSmallRoom(t *testing.T, b *bench) {
	ctx := t.Context()
	wantMembers(t, b, "empty")
	sample, err := b.SampleMembers(ctx, "empty", 1<<31, 5, true)
	wantSame(t, "sample of nobody", mustGet(t, err, sample), chat.Sample{Whole: true, Span: 1})

	ring := ringOf(b, "general", 5, "")
	put(t, b, ring...)
	for _, consistent := range []bool{true, false} {
		sample, err = b.SampleMembers(ctx, "general", 0, 5, consistent)
		if must(t, err); len(sample.Members) > 5 {
			t.Errorf("%d members of 5 asked for", len(sample.Members))
		}
	}
	sample, err = b.SampleMembers(ctx, "general", 0, 5, true)
	wantSame(t, "exactly all", mustGet(t, err, sample), chat.Sample{Members: ring, Whole: true, Span: 1})

	from := chat.RingPosition(ring[3].ConnectionID)
	wantOrder := slices.Concat(ring[3:], ring[:3])
	sample, err = b.SampleMembers(ctx, "general", from, 100, true)
	wantSame(t, "all from a middle", mustGet(t, err, sample), chat.Sample{Members: wantOrder, Whole: true, Span: 1})
	sample, err = b.SampleMembers(ctx, "general", from, 5, true)
	wantSame(t, "exactly all from a middle", mustGet(t, err, sample), chat.Sample{Members: wantOrder, Whole: true, Span: 1})

	for _, limit := range []int{1, 2, 3, 4} { // the second is the last one before the ring's end
		sample, err = b.SampleMembers(ctx, "general", from, limit, true)
		must(t, err)
		wantSame(t, fmt.Sprint(limit, " from a middle"), sample.Members, wantOrder[:limit])
		if sample.Whole || sample.Span <= 0 || sample.Span > 1 {
			t.Errorf("limit %d: whole %v, span %v", limit, sample.Whole, sample.Span)
		}
	}
}

func testMembersExpired(t *testing.T, b *bench) {
	ring := ringOf(b, "general", 6, "")
	for i := range ring {
		if i%2 == 0 {
			ring[i].Expires = b.in(time.Minute)
		}
	}
	put(t, b, ring...)
	b.at(b.in(time.Minute))
	wantMembers(t, b, "general", ring[1].ConnectionID, ring[3].ConnectionID, ring[5].ConnectionID)
	sample, err := b.SampleMembers(t.Context(), "general", 0, 6, true)
	wantSame(t, "sample", mustGet(t, err, sample),
		chat.Sample{Members: []chat.Member{ring[1], ring[3], ring[5]}, Whole: true, Span: 1})
	there, err := b.DeleteMember(t.Context(), "general", ring[0].ConnectionID)
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
	put(t, b, member(b, "hall.", "elsewhere"), member(b, "hal", "elsewhere"))
	all, err := b.Members(t.Context(), "hall")
	wantSame(t, "all", mustGet(t, err, all), ring)

	for _, start := range []int{0, n / 2, n - limit/2, n - 1} {
		from := chat.RingPosition(ring[start].ConnectionID)
		sample, err := b.SampleMembers(t.Context(), "hall", from, limit, true)
		must(t, err)
		want := slices.Concat(ring[start:], ring[:start])[:limit]
		wantSame(t, fmt.Sprint("sample from the place of ", start), sample.Members, want)
		estimate := float64(limit) / sample.Span
		if sample.Whole || estimate < n/2 || estimate > n*2 {
			t.Errorf("from the place of %d: whole %v, span %v would mean %.0f members", start, sample.Whole, sample.Span, estimate)
		}
	}
}

// ringOf makes n live rows in the order of the ring.
func ringOf(b *bench, room string, n int, padding string) []chat.Member {
	ring := make([]chat.Member, n)
	for i := range ring {
		ring[i] = member(b, room, fmt.Sprintf("Zy9dRfhL%06d=", i))
		ring[i].UID += padding
	}
	slices.SortFunc(ring, ByRing)
	return ring
}

func put(t *testing.T, b *bench, members ...chat.Member) {
	t.Helper()
	spread(len(members), func(i int) {
		if _, err := b.PutMember(t.Context(), members[i]); err != nil {
			t.Error(err)
		}
	})
}

// wantMembers compares the connections in a room, in the order of the ring.
func wantMembers(t *testing.T, b *bench, room string, want ...string) {
	t.Helper()
	members, err := b.Members(t.Context(), room)
	must(t, err)
	var got []string
	for _, m := range members {
		if m.Room != room {
			t.Errorf("a live row of room %q among those of %q", m.Room, room)
		}
		got = append(got, m.ConnectionID)
	}
	wantSame(t, "members of "+room, got, want)
}
