package people

import (
	"context"
	"time"
)

// A Store keeps sessions and claimed names. All reads are consistent, and an
// expired row counts as absent everywhere.
type Store interface {
	// Claim takes a name, or renews it, if it is free, expired, or c.UID's already;
	// else [refusal.ErrTaken].
	Claim(ctx context.Context, c Claim) error
	// Release gives a name back if it is uid's; else it does nothing.
	Release(ctx context.Context, key, uid string) error

	// PutSession writes a new session.
	PutSession(ctx context.Context, s Session) error
	// Session reads one; [refusal.ErrNotFound].
	Session(ctx context.Context, hash string) (Session, error)
	// UseSession records a use: it sets Used and Expires; [refusal.ErrNotFound].
	UseSession(ctx context.Context, hash string, used, expires time.Time) error
	// RenameSession sets the name ("" takes it away), empties Conns and gives the
	// session as it was before, whose Conns are the connections to close;
	// [refusal.ErrNotFound].
	RenameSession(ctx context.Context, hash, name string) (old Session, err error)
	// DeleteSession deletes a session and gives it as it was; [refusal.ErrNotFound].
	DeleteSession(ctx context.Context, hash string) (old Session, err error)
}
