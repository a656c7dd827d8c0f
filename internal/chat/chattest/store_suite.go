package chattest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"projectchat/internal/chat"
	"projectchat/internal/people"
)

// NewStoreFunc makes an empty store for a test, and cleans up with t.Cleanup.
// now decides what has expired.
type NewStoreFunc func(t *testing.T, now func() time.Time) Backend

// StoreConformance is the suite that every [Backend] must pass.
func StoreConformance(t *testing.T, newStore NewStoreFunc) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"Claim/free and mine and another's", testClaim},
		{"Claim/expired", testClaimExpired},
		{"Claim/two at once", testClaimRace},
		{"Release", testRelease},
		{"Session/put and read", testSession},
		{"Session/expired", testSessionExpired},
		{"Session/use", testUseSession},
		{"Session/rename", testRenameSession},
		{"Session/delete", testDeleteSession},
		{"Session/add connection", testAddConnection},
		{"Session/remove connection", testRemoveConnection},
		{"Session/many connections at once", testAddConnectionRace},
		{"Connection/put and read", testConnection},
		{"Connection/delete", testDeleteConnection},
		{"Connection/rooms", testEnterAndExit},
		{"Connection/enter when it is not there", testEnterNowhere},
		{"Seat/put and read", testSeat},
		{"Seat/touch", testTouchSeat},
		{"Seat/typing", testTouchTyping},
		{"Seat/delete", testDeleteSeat},
		{"Seat/rooms apart", testSeatsApart},
		{"Seat/a small room", testSmallRoom},
		{"Seat/expired rows", testSeatsExpired},
		{"Seat/a room of 2500", testLargeRoom},
		{"Room/create once", testCreateRoom},
		{"Room/many creators at once", testCreateRoomRace},
		{"Room/directory", testDirectory},
		{"Room/directory in order", testDirectoryOrder},
		{"Log/append and read", testAppend},
		{"Log/a taken slot", testAppendTaken},
		{"Log/one slot for many at once", testAppendRace},
		{"Log/ranges", testReadRanges},
		{"Log/a hole", testReadHole},
		{"Log/logs apart", testLogsApart},
		{"Log/expire", testExpireMessage},
		{"Log/texts", testTexts},
		{"Log/more than 1 MB", testLargeLog},
		{"Log/amend", testAmend},
		{"Log/amend what was deleted", testAmendDeletedFirst},
		{"Log/amend what is not there", testAmendNothing},
		{"Log/many amendments at once", testAmendRace},
		{"Log/blank an edit", testBlankEdit},
		{"Cancelled", testCancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := NewClock()
			test.run(t, &bench{Backend: newStore(t, clock.Now), Clock: clock})
		})
	}
}

// bench is a store and its clock.
type bench struct {
	Backend
	*Clock
}

// in returns the moment d from now, in whole seconds like an Expires.
func (b *bench) in(d time.Duration) time.Time { return b.Now().Truncate(time.Second).Add(d) }

// at moves the clock to exactly a moment, such as an Expires, from which on a
// row has expired.
func (b *bench) at(moment time.Time) { b.Advance(moment.Sub(b.Now())) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mustGet is must for a call with a result.
func mustGet[T any](t *testing.T, err error, got T) T {
	t.Helper()
	must(t, err)
	return got
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// wantSame compares deeply; empty and nil are equal.
func wantSame(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// atOnce runs do n times, all at the same time.
func atOnce(n int, do func(i int)) {
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			do(i)
		})
	}
	done.Wait()
}

// spread runs do n times, some of them at the same time.
func spread(n int, do func(i int)) {
	const workers = 16
	next := make(chan int)
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	done.Wait()
}

func testCancelled(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	epoch := "e"
	for name, call := range cancelledAmendments(ctx, b) {
		t.Run(name, func(t *testing.T) { wantErr(t, name, call(), context.Canceled) })
	}
	for name, call := range map[string]func() error{
		"Claim":            func() error { return b.Claim(ctx, people.Claim{Key: "ann", UID: "u_a", Expires: b.in(time.Hour)}) },
		"Release":          func() error { return b.Release(ctx, "ann", "u_a") },
		"PutSession":       func() error { return b.PutSession(ctx, people.Session{Hash: "h", Expires: b.in(time.Hour)}) },
		"Session":          func() error { _, err := b.Session(ctx, "h"); return err },
		"UseSession":       func() error { return b.UseSession(ctx, "h", b.Now(), b.in(time.Hour)) },
		"RenameSession":    func() error { _, err := b.RenameSession(ctx, "h", "n"); return err },
		"DeleteSession":    func() error { _, err := b.DeleteSession(ctx, "h"); return err },
		"AddConnection":    func() error { return b.AddConnection(ctx, "h", "n", "c", b.Now()) },
		"RemoveConnection": func() error { return b.RemoveConnection(ctx, "h", "c") },
		"PutConnection":    func() error { return b.PutConnection(ctx, chat.Connection{ID: "c", Expires: b.in(time.Hour)}) },
		"Connection":       func() error { _, err := b.Connection(ctx, "c"); return err },
		"DeleteConnection": func() error { _, err := b.DeleteConnection(ctx, "c"); return err },
		"EnterRoom":        func() error { return b.EnterRoom(ctx, "c", "r", epoch) },
		"ExitRoom":         func() error { return b.ExitRoom(ctx, "c", "r") },
		"PutSeat":          func() error { _, err := b.PutSeat(ctx, seat(b, "r", "c")); return err },
		"Seat":             func() error { _, err := b.Seat(ctx, "r", "c"); return err },
		"TouchSeat":        func() error { return b.TouchSeat(ctx, "r", "c", b.Now(), b.in(time.Hour)) },
		"DeleteSeat":       func() error { _, err := b.DeleteSeat(ctx, "r", "c"); return err },
		"Seats":            func() error { _, err := b.Seats(ctx, "r"); return err },
		"SampleSeats":      func() error { _, err := b.SampleSeats(ctx, "r", 7, 5, false); return err },
		"Room":             func() error { _, err := b.Room(ctx, "r"); return err },
		"CreateRoom":       func() error { return b.CreateRoom(ctx, room(b, "r", epoch)) },
		"Rooms":            func() error { _, _, err := b.Rooms(ctx, "", 5); return err },
		"ReadLog":          func() error { _, err := b.ReadLog(ctx, "r", chat.LogRange{Epoch: epoch, Limit: 1}); return err },
		"Append":           func() error { _, err := b.Append(ctx, "r", epoch, message(b, 1)); return err },
		"ExpireMessage":    func() error { return b.ExpireMessage(ctx, "r", epoch, 1, b.in(time.Hour)) },
	} {
		t.Run(name, func(t *testing.T) { wantErr(t, name, call(), context.Canceled) })
	}
}
