package chattest

import (
	"maps"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// hardRooms are room keys that could trip a store up.
var hardRooms = []string{
	"general", "a.b.c", "a#b", "a%23b", "a%b", "a/b/../c", "..", "room#x", "ROOM#x", "LOG#general#e",
	"grüße", "日本語", "😀😀", "a b", "[0]", ":r", "#room", "$", `"'\`, "ROOMS", "ROOM",
}

func connection(b *bench) chat.Connection {
	return chat.Connection{
		ID: "Zy9dRfhLoAMCJlw=", UID: "u_a", Name: "Ann", Session: "5ca1ab1e",
		Rooms: map[string]string{}, Expires: b.in(time.Hour),
	}
}

func testConnection(t *testing.T, b *bench) {
	ctx := t.Context()
	want := connection(b)
	_, err := b.Connection(ctx, want.ID)
	wantErr(t, "before it is there", err, refusal.ErrNotFound)
	must(t, b.PutConnection(ctx, want))
	got, err := b.Connection(ctx, want.ID)
	wantSame(t, "in no room", mustGet(t, err, got), want)
	if got.Rooms == nil {
		t.Error("Rooms is nil: a caller may want to write to it")
	}
	want.Rooms = map[string]string{"a.b": "e1", "c": "e2"}
	must(t, b.PutConnection(ctx, want))
	got, err = b.Connection(ctx, want.ID)
	wantSame(t, "in two", mustGet(t, err, got), want)
	got.Rooms["d"] = "e3"
	again, err := b.Connection(ctx, want.ID)
	wantSame(t, "after its copy was written to", mustGet(t, err, again), want)
	b.at(want.Expires)
	_, err = b.Connection(ctx, want.ID)
	wantErr(t, "expired", err, refusal.ErrNotFound)
}

func testDeleteConnection(t *testing.T, b *bench) {
	ctx := t.Context()
	want := connection(b)
	want.Rooms = map[string]string{"general": "e1"}
	_, err := b.DeleteConnection(ctx, want.ID)
	wantErr(t, "before it is there", err, refusal.ErrNotFound)

	must(t, b.PutConnection(ctx, want))
	old, err := b.DeleteConnection(ctx, want.ID)
	wantSame(t, "as it was", mustGet(t, err, old), want)
	_, err = b.DeleteConnection(ctx, want.ID)
	wantErr(t, "a second time", err, refusal.ErrNotFound)

	must(t, b.PutConnection(ctx, want))
	b.Advance(time.Hour)
	old, err = b.DeleteConnection(ctx, want.ID)
	wantSame(t, "as it was, though expired", mustGet(t, err, old), want)
}

func testEnterAndExit(t *testing.T, b *bench) {
	ctx := t.Context()
	c := connection(b)
	must(t, b.PutConnection(ctx, c))
	want := map[string]string{}
	for _, room := range hardRooms {
		must(t, b.EnterRoom(ctx, c.ID, room, "epoch of "+room))
		want[room] = "epoch of " + room
	}
	wantRooms(t, b, "entered all", want)
	must(t, b.EnterRoom(ctx, c.ID, "a.b.c", "another"))
	want["a.b.c"] = "another"
	wantRooms(t, b, "entered again", want)
	for _, room := range hardRooms {
		must(t, b.ExitRoom(ctx, c.ID, room))
		delete(want, room)
		wantRooms(t, b, "left "+room, want)
	}
	must(t, b.ExitRoom(ctx, c.ID, "never entered"))
	wantRooms(t, b, "left a room never entered", nil)
}

func wantRooms(t *testing.T, b *bench, what string, want map[string]string) {
	t.Helper()
	got, err := b.Connection(t.Context(), connection(b).ID)
	must(t, err)
	wantSame(t, what, got.Rooms, maps.Clone(want))
}

func testEnterNowhere(t *testing.T, b *bench) {
	ctx := t.Context()
	c := connection(b)
	wantErr(t, "never there", b.EnterRoom(ctx, c.ID, "general", "e1"), refusal.ErrNotFound)
	must(t, b.ExitRoom(ctx, c.ID, "general"))
	_, err := b.DeleteConnection(ctx, c.ID)
	wantErr(t, "enter or exit made a connection", err, refusal.ErrNotFound)

	must(t, b.PutConnection(ctx, c))
	b.at(c.Expires)
	wantErr(t, "expired", b.EnterRoom(ctx, c.ID, "general", "e1"), refusal.ErrNotFound)
	old, err := b.DeleteConnection(ctx, c.ID)
	wantSame(t, "as it was", mustGet(t, err, old), c)
	must(t, b.ExitRoom(ctx, c.ID, "general"))
}
