package people

import (
	"context"
	"time"
)

// A Store keeps sessions and claimed names. All reads are consistent, and an
// expired row counts as absent everywhere.
type Store interface {
	// Claim claims a name, or renews the claim, if the name is free, expired, or
	// c.UID's already; else [refusal.ErrTaken].
	Claim(ctx context.Context, c Claim) error
	// Release deletes the claim of a name if it is uid's; else it does nothing.
	Release(ctx context.Context, key, uid string) error

	// PutSession writes a new session.
	PutSession(ctx context.Context, s Session) error
	// Session reads a session; [refusal.ErrNotFound].
	Session(ctx context.Context, hash string) (Session, error)
	// UseSession sets Used and Expires; [refusal.ErrNotFound].
	UseSession(ctx context.Context, hash string, used, expires time.Time) error
	// RenameSession sets the name ("" removes it), empties Conns and returns the
	// session as it was, whose Conns are the connections to close;
	// [refusal.ErrNotFound].
	RenameSession(ctx context.Context, hash, name string) (old Session, err error)
	// DeleteSession deletes a session and returns it as it was;
	// [refusal.ErrNotFound].
	DeleteSession(ctx context.Context, hash string) (old Session, err error)
}
