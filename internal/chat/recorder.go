package chat

import "context"

// A Recorder is told what a [Service] does, as it happens, so that somebody may
// count it. ctx is that of the request. Its methods come back at once, and may
// be called from several goroutines.
type Recorder interface {
	// Sent tells that a message has its place in the log, before anybody is told
	// of it; with [Receipt.Duplicate], that it had it already.
	Sent(ctx context.Context, r Receipt)
	// LostSlot tells that another row took the place that one was to get.
	LostSlot(ctx context.Context)
}

// unrecorded is the Recorder of a service to which none was given.
type unrecorded struct{}

func (unrecorded) Sent(context.Context, Receipt) {}
func (unrecorded) LostSlot(context.Context)      {}
