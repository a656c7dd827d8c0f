package chat

import "context"

// A Recorder is told what a [Service] does, as it happens, so that it can be
// counted. ctx is the request's. Its methods return at once, and several
// goroutines may call them.
type Recorder interface {
	// Sent is called when a message is in the log, before anybody is told of it.
	// Duplicate in [Receipt] says that it was there already.
	Sent(ctx context.Context, r Receipt)
	// LostSlot is called when another row took the slot that a put tried for.
	LostSlot(ctx context.Context)
}

// unrecorded is the Recorder of a service that was given none.
type unrecorded struct{}

func (unrecorded) Sent(context.Context, Receipt) {}
func (unrecorded) LostSlot(context.Context)      {}
