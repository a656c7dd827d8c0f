package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"projectchat/internal/chat"
	"projectchat/internal/compose"
)

// The ways to break the server's function behind send, to see that the run notices.
const (
	ackWithoutPut   = "ack-without-put"   // acknowledges some messages without writing them
	forgetsRepeats  = "forgets-repeats"   // takes a repeated message for a new one
	pushToStrangers = "push-to-strangers" // pushes to another room's seats, too
)

func breakages() []string { return []string{ackWithoutPut, forgetsRepeats, pushToStrangers} }

// broken returns the store as a broken function sees it; "" breaks nothing.
func broken(store compose.Store, how string) (compose.Store, error) {
	switch how {
	case "":
		return store, nil
	case ackWithoutPut:
		return &forgetful{Store: store}, nil
	case forgetsRepeats:
		return blind{store}, nil
	case pushToStrangers:
		return indiscreet{store}, nil
	}
	return nil, fmt.Errorf("unknown breakage %q; known are %s", how, strings.Join(breakages(), ", "))
}

// forgetful drops every 16th row, and answers as if it had put it.
type forgetful struct {
	compose.Store
	n atomic.Int64
}

// Append implements [compose.Store].
func (f *forgetful) Append(ctx context.Context, room, epoch string, m chat.Message) (*chat.Message, error) {
	if f.n.Add(1)%16 == 0 {
		return nil, nil
	}
	return f.Store.Append(ctx, room, epoch, m)
}

// blind hides who sent a row, so that the function never recognises a repeat.
type blind struct{ compose.Store }

// ReadLog implements [compose.Store].
func (b blind) ReadLog(ctx context.Context, room string, r chat.LogRange) (chat.LogPage, error) {
	page, err := b.Store.ReadLog(ctx, room, r)
	for i := range page.Rows {
		page.Rows[i].CID = "unseen"
	}
	return page, err
}

// Append implements [compose.Store].
func (b blind) Append(ctx context.Context, room, epoch string, m chat.Message) (*chat.Message, error) {
	taken, err := b.Store.Append(ctx, room, epoch, m)
	if taken != nil {
		taken.CID = "unseen"
	}
	return taken, err
}

// indiscreet counts the seats of the outsiders' room as seats of every room.
type indiscreet struct{ compose.Store }

// Seats implements [compose.Store].
func (i indiscreet) Seats(ctx context.Context, room string) ([]chat.Seat, error) {
	seats, err := i.Store.Seats(ctx, room)
	if err != nil || room == elsewhere {
		return seats, err
	}
	strangers, err := i.Store.Seats(ctx, elsewhere)
	return append(seats, strangers...), err
}
