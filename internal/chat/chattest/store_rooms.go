package chattest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

func room(b *bench, key, epoch string) chat.Room {
	return chat.Room{Key: key, Title: "The " + key, Epoch: epoch, CreatedAt: b.Now(), CreatedBy: "u_a"}
}

func testCreateRoom(t *testing.T, b *bench) {
	ctx := t.Context()
	for _, key := range hardRooms {
		want := room(b, key, "epochof"+key)
		_, err := b.Room(ctx, key)
		wantErr(t, key+" before it is there", err, refusal.ErrNotFound)
		must(t, b.CreateRoom(ctx, want))
		wantErr(t, key+" again", b.CreateRoom(ctx, room(b, key, "another")), refusal.ErrTaken)
		got, err := b.Room(ctx, key)
		wantSame(t, key, mustGet(t, err, got), want)
	}
	rooms, more, err := b.Rooms(ctx, "", len(hardRooms))
	must(t, err)
	wantKeys(t, "directory", rooms, more, false, slices.Sorted(slices.Values(hardRooms))...)
}

func testCreateRoomRace(t *testing.T, b *bench) {
	ctx := t.Context()
	for round := range 5 {
		key := fmt.Sprint("room", round)
		var mu sync.Mutex
		var winners []chat.Room
		atOnce(16, func(i int) {
			mine := room(b, key, fmt.Sprintf("epoch%05d", i))
			switch err := b.CreateRoom(ctx, mine); {
			case err == nil:
				mu.Lock()
				winners = append(winners, mine)
				mu.Unlock()
			case !errors.Is(err, refusal.ErrTaken):
				t.Error(err)
			}
		})
		got, err := b.Room(ctx, key)
		must(t, err)
		wantSame(t, "the one winner", winners, []chat.Room{got})
	}
}

func testDirectory(t *testing.T, b *bench) {
	ctx := t.Context()
	for _, key := range []string{"go", "golf", "goo", "gone", "hello", "g%", "g#"} {
		must(t, b.CreateRoom(ctx, room(b, key, "epoch00000")))
	}
	for _, test := range []struct {
		prefix string
		limit  int
		more   bool
		want   []string
	}{
		{"", 50, false, []string{"g#", "g%", "go", "golf", "gone", "goo", "hello"}},
		{"", 7, false, []string{"g#", "g%", "go", "golf", "gone", "goo", "hello"}},
		{"", 6, true, []string{"g#", "g%", "go", "golf", "gone", "goo"}},
		{"go", 50, false, []string{"go", "golf", "gone", "goo"}},
		{"go", 4, false, []string{"go", "golf", "gone", "goo"}},
		{"go", 1, true, []string{"go"}},
		{"hello", 1, false, []string{"hello"}},
		{"hello!", 1, false, nil},
		{"g%", 5, false, []string{"g%"}},
	} {
		rooms, more, err := b.Rooms(ctx, test.prefix, test.limit)
		must(t, err)
		wantKeys(t, fmt.Sprintf("%q, %d", test.prefix, test.limit), rooms, more, test.more, test.want...)
		for _, r := range rooms {
			if r.Title != "The "+r.Key {
				t.Errorf("the title of %s is %q", r.Key, r.Title)
			}
		}
	}
}

// testDirectoryOrder has keys whose order differs between UTF-8 and UTF-16.
func testDirectoryOrder(t *testing.T, b *bench) {
	keys := []string{"a", "z", "ß", "ｚ", "😀"}
	for _, key := range keys {
		must(t, b.CreateRoom(t.Context(), room(b, key, "epoch00000")))
	}
	rooms, more, err := b.Rooms(t.Context(), "", 50)
	must(t, err)
	wantKeys(t, "order", rooms, more, false, keys...)
}

func wantKeys(t *testing.T, what string, rooms []chat.Room, more, wantMore bool, want ...string) {
	t.Helper()
	var got []string
	for _, r := range rooms {
		got = append(got, r.Key)
	}
	wantSame(t, what, got, want)
	if more != wantMore {
		t.Errorf("%s: more is %v, want %v", what, more, wantMore)
	}
}
