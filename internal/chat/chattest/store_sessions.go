package chattest

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

func claim(b *bench, uid string, life time.Duration) people.Claim {
	return people.Claim{Key: "ann#%/ß", UID: uid, Name: "Ann " + uid, Expires: b.in(life)}
}

func testClaim(t *testing.T, b *bench) {
	ctx := t.Context()
	must(t, b.Claim(ctx, claim(b, "u_a", time.Hour)))
	must(t, b.Claim(ctx, claim(b, "u_a", 2*time.Hour)))
	wantErr(t, "another's", b.Claim(ctx, claim(b, "u_b", time.Hour)), refusal.ErrTaken)
	b.Advance(90 * time.Minute)
	wantErr(t, "another's, renewed", b.Claim(ctx, claim(b, "u_b", time.Hour)), refusal.ErrTaken)
	other := claim(b, "u_b", time.Hour)
	other.Key = "ann"
	must(t, b.Claim(ctx, other))
}

func testClaimExpired(t *testing.T, b *bench) {
	ctx := t.Context()
	must(t, b.Claim(ctx, claim(b, "u_a", time.Minute)))
	b.at(b.in(time.Minute))
	must(t, b.Claim(ctx, claim(b, "u_b", time.Minute)))
	wantErr(t, "its first owner", b.Claim(ctx, claim(b, "u_a", time.Hour)), refusal.ErrTaken)
	b.Advance(time.Minute)
	must(t, b.Claim(ctx, claim(b, "u_b", time.Minute)))
}

func testClaimRace(t *testing.T, b *bench) {
	ctx := t.Context()
	for round := range 10 {
		var won, lost atomic.Int32
		atOnce(8, func(i int) {
			c := claim(b, fmt.Sprint("u_", i), time.Hour)
			c.Key = fmt.Sprint("name", round)
			switch err := b.Claim(ctx, c); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, refusal.ErrTaken):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
		if won.Load() != 1 || lost.Load() != 7 {
			t.Errorf("round %d: %d won and %d lost", round, won.Load(), lost.Load())
		}
	}
}

func testRelease(t *testing.T, b *bench) {
	ctx := t.Context()
	must(t, b.Release(ctx, "nobody's", "u_a"))
	must(t, b.Claim(ctx, claim(b, "u_a", time.Hour)))
	must(t, b.Release(ctx, claim(b, "", 0).Key, "u_b"))
	wantErr(t, "after another's release", b.Claim(ctx, claim(b, "u_b", time.Hour)), refusal.ErrTaken)
	must(t, b.Release(ctx, claim(b, "", 0).Key, "u_a"))
	must(t, b.Claim(ctx, claim(b, "u_b", time.Hour)))
}

func session(b *bench) people.Session {
	return people.Session{
		Hash: "5ca1ab1e", UID: "u_a", Name: "Ann", Origin: "https://chat.example",
		Expires: b.in(time.Hour),
	}
}

func testSession(t *testing.T, b *bench) {
	ctx := t.Context()
	_, err := b.Session(ctx, "5ca1ab1e")
	wantErr(t, "before it is there", err, refusal.ErrNotFound)

	want := session(b)
	must(t, b.PutSession(ctx, want))
	got, err := b.Session(ctx, want.Hash)
	wantSame(t, "new", mustGet(t, err, got), want)

	full := session(b)
	full.Hash, full.Name, full.Origin = "bare", "", ""
	full.Conns, full.Used = []string{"c1", "c2="}, b.Now()
	must(t, b.PutSession(ctx, full))
	got, err = b.Session(ctx, full.Hash)
	got = mustGet(t, err, got)
	slices.Sort(got.Conns)
	wantSame(t, "full", got, full)
}

func testSessionExpired(t *testing.T, b *bench) {
	ctx := t.Context()
	s := session(b)
	must(t, b.PutSession(ctx, s))
	b.at(s.Expires)
	_, err := b.Session(ctx, s.Hash)
	wantErr(t, "Session", err, refusal.ErrNotFound)
	wantErr(t, "UseSession", b.UseSession(ctx, s.Hash, b.Now(), b.in(time.Hour)), refusal.ErrNotFound)
	_, err = b.RenameSession(ctx, s.Hash, "Bob")
	wantErr(t, "RenameSession", err, refusal.ErrNotFound)
	_, err = b.Session(ctx, s.Hash)
	wantErr(t, "Session after UseSession", err, refusal.ErrNotFound)
	_, err = b.DeleteSession(ctx, s.Hash)
	wantErr(t, "DeleteSession", err, refusal.ErrNotFound)
}

func testUseSession(t *testing.T, b *bench) {
	ctx := t.Context()
	want := session(b)
	wantErr(t, "before it is there", b.UseSession(ctx, want.Hash, b.Now(), b.in(time.Hour)), refusal.ErrNotFound)
	must(t, b.PutSession(ctx, want))
	must(t, b.AddConnection(ctx, want.Hash, "Ann", "c1", b.Now()))
	want.Used, want.Expires, want.Conns = b.Now(), b.in(48*time.Hour), []string{"c1"}
	must(t, b.UseSession(ctx, want.Hash, want.Used, want.Expires))
	b.Advance(24 * time.Hour)
	got, err := b.Session(ctx, want.Hash)
	wantSame(t, "used", mustGet(t, err, got), want)
}

func testRenameSession(t *testing.T, b *bench) {
	ctx := t.Context()
	want := session(b)
	_, err := b.RenameSession(ctx, want.Hash, "Bob")
	wantErr(t, "before it is there", err, refusal.ErrNotFound)
	must(t, b.PutSession(ctx, want))
	must(t, b.AddConnection(ctx, want.Hash, "Ann", "c1", b.Now()))
	want.Conns = []string{"c1"}

	old, err := b.RenameSession(ctx, want.Hash, "Bob")
	wantSame(t, "as it was", mustGet(t, err, old), want)
	want.Name, want.Conns = "Bob", nil
	got, err := b.Session(ctx, want.Hash)
	wantSame(t, "renamed", mustGet(t, err, got), want)

	old, err = b.RenameSession(ctx, want.Hash, "")
	wantSame(t, "as it was then", mustGet(t, err, old), want)
	got, err = b.Session(ctx, want.Hash)
	if mustGet(t, err, got).Name != "" {
		t.Errorf("the name was not removed: %q", got.Name)
	}
}

func testDeleteSession(t *testing.T, b *bench) {
	ctx := t.Context()
	want := session(b)
	_, err := b.DeleteSession(ctx, want.Hash)
	wantErr(t, "before it is there", err, refusal.ErrNotFound)
	must(t, b.PutSession(ctx, want))
	must(t, b.AddConnection(ctx, want.Hash, "Ann", "c1", b.Now()))
	want.Conns = []string{"c1"}
	old, err := b.DeleteSession(ctx, want.Hash)
	wantSame(t, "as it was", mustGet(t, err, old), want)
	_, err = b.Session(ctx, want.Hash)
	wantErr(t, "deleted", err, refusal.ErrNotFound)
	wantErr(t, "use", b.UseSession(ctx, want.Hash, b.Now(), b.in(time.Hour)), refusal.ErrNotFound)
	must(t, b.RemoveConnection(ctx, want.Hash, "c1"))
	_, err = b.DeleteSession(ctx, want.Hash)
	wantErr(t, "brought back", err, refusal.ErrNotFound)
}

func testAddConnection(t *testing.T, b *bench) {
	ctx := t.Context()
	s := session(b)
	wantErr(t, "no session", b.AddConnection(ctx, s.Hash, "Ann", "c1", b.Now()), refusal.ErrNotFound)
	_, err := b.Session(ctx, s.Hash)
	wantErr(t, "the refused one made a session", err, refusal.ErrNotFound)

	must(t, b.PutSession(ctx, s))
	must(t, b.AddConnection(ctx, s.Hash, "Ann", "c1", b.Now()))
	must(t, b.AddConnection(ctx, s.Hash, "Ann", "c2", b.Now()))
	must(t, b.AddConnection(ctx, s.Hash, "Ann", "c2", b.Now()))
	wantErr(t, "another name", b.AddConnection(ctx, s.Hash, "Bob", "c3", b.Now()), refusal.ErrNotFound)
	wantErr(t, "expired at that moment", b.AddConnection(ctx, s.Hash, "Ann", "c4", s.Expires), refusal.ErrNotFound)
	wantConns(t, b, "c1", "c2")

	_, err = b.RenameSession(ctx, s.Hash, "Bob")
	must(t, err)
	wantErr(t, "the name before", b.AddConnection(ctx, s.Hash, "Ann", "c5", b.Now()), refusal.ErrNotFound)
	must(t, b.AddConnection(ctx, s.Hash, "Bob", "c6", b.Now()))
	wantConns(t, b, "c6")
}

func testRemoveConnection(t *testing.T, b *bench) {
	ctx := t.Context()
	s := session(b)
	s.Conns = []string{"c1", "c2"}
	must(t, b.RemoveConnection(ctx, s.Hash, "c1"))
	must(t, b.PutSession(ctx, s))
	must(t, b.RemoveConnection(ctx, s.Hash, "c9"))
	must(t, b.RemoveConnection(ctx, s.Hash, "c1"))
	wantConns(t, b, "c2")
	must(t, b.RemoveConnection(ctx, s.Hash, "c2"))
	wantConns(t, b)
	must(t, b.AddConnection(ctx, s.Hash, "Ann", "c3", b.Now()))
	wantConns(t, b, "c3")
}

func testAddConnectionRace(t *testing.T, b *bench) {
	ctx := t.Context()
	s := session(b)
	must(t, b.PutSession(ctx, s))
	var want []string
	for i := range 16 {
		want = append(want, fmt.Sprintf("c%02d", i))
	}
	atOnce(len(want), func(i int) {
		if err := b.AddConnection(ctx, s.Hash, "Ann", want[i], b.Now()); err != nil {
			t.Error(err)
		}
	})
	wantConns(t, b, want...)
}

func wantConns(t *testing.T, b *bench, want ...string) {
	t.Helper()
	got, err := b.Session(t.Context(), session(b).Hash)
	must(t, err)
	slices.Sort(got.Conns)
	wantSame(t, "conns", got.Conns, want)
}
