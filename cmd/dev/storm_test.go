package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"projectchat/internal/names"
	"projectchat/internal/refusal"
	"projectchat/internal/wire"
)

// TestManySendersAtOnce: 40 people send at the same moment.
func TestManySendersAtOnce(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	const people, each = 40, 1
	sockets := make([]*socket, people)
	for i := range sockets {
		_, sockets[i] = s.guest(t, "P", room)
	}
	seqs := make([][]int64, people)
	var all sync.WaitGroup
	for i, k := range sockets {
		all.Go(func() {
			for n := range each {
				seq, err := k.say(room, fmt.Sprint("c", n), fmt.Sprint("text ", i))
				if err != nil {
					t.Error(err)
				}
				seqs[i] = append(seqs[i], seq)
			}
		})
	}
	all.Wait()
	got := slices.Sorted(slices.Values(slices.Concat(seqs...)))
	for i, seq := range got {
		if seq != int64(i+1) {
			t.Fatalf("acknowledged %v", got)
		}
	}
	checkLog(t, sockets[0], room, people*each, seqs)
}

// say sends until there is a definite answer, as a client does.
func (k *socket) say(room, cid, text string) (int64, error) {
	for range 30 {
		frame, err := k.tryAsk(object{"action": "send", "room": room, "cid": cid, "text": text})
		if err != nil {
			return 0, err
		}
		var sent wire.Sent
		if wire.Decode(frame, &sent) == nil {
			return sent.Seq, nil
		}
		var refused struct {
			Temporary bool
			RequestID string // from the gateway: the outcome is unknown
		}
		if json.Unmarshal(frame, &refused) != nil || !refused.Temporary && refused.RequestID == "" {
			return 0, fmt.Errorf("answered %s", frame)
		}
	}
	return 0, errors.New("busy for ever")
}

// checkLog reads the room from its beginning: it has no holes, and each row is
// where its sender was told.
func checkLog(t *testing.T, k *socket, room string, rows int, seqs [][]int64) {
	t.Helper()
	next := int64(1)
	for more := true; more; {
		var page wire.HistoryPage
		mustDecode(t, k.ask(object{"action": "history", "room": room, "after": next - 1, "limit": 33}), &page)
		for _, m := range page.Messages {
			var sender, n int
			fmt.Sscanf(m.Text, "text %d", &sender)
			fmt.Sscanf(m.CID, "c%d", &n)
			if m.Seq != next || seqs[sender][n] != next {
				t.Fatalf("row %d is %+v, its sender was told %v", next, m, seqs[sender])
			}
			next++
		}
		more = page.More
	}
	if int(next) != rows+1 {
		t.Errorf("the log has %d rows, want %d", next-1, rows)
	}
}

// TestStopDisconnectsEverybody: the stack stops in order, and leaves no rows.
func TestStopDisconnectsEverybody(t *testing.T) {
	s, _ := mustStart(t)
	room := unique("Room")
	_, key, _ := names.ParseRoom(room)
	store := testStore(t)
	var sockets []*socket
	for range 3 {
		_, k := s.guest(t, "Ann", room)
		sockets = append(sockets, k)
	}
	seats, err := store.Seats(t.Context(), key)
	if err != nil || len(seats) != 3 {
		t.Fatalf("before: %v %v", seats, err)
	}
	for _, k := range sockets {
		go func() { // answers the close, after the pushes before it
			for {
				if _, err := k.tryRead(); err != nil {
					return
				}
			}
		}()
	}
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	if err := s.stop(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := store.Seats(t.Context(), key); err != nil || len(left) != 0 {
		t.Errorf("seats left: %v %v", left, err)
	}
	for _, m := range seats {
		if c, err := store.Connection(t.Context(), m.ConnectionID); !errors.Is(err, refusal.ErrNotFound) {
			t.Errorf("a connection is left: %+v %v", c, err)
		}
	}
}
