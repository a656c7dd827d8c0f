// Package people has the rules of people: sessions, their tokens, and claimed
// names. [Service] applies the rules.
//
// It knows neither AWS nor JSON nor rooms. It declares what it needs from
// outside as two interfaces, [Store] and [Connections].
package people

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"
)

// How long sessions and claims last.
const (
	SessionLife    = 14 * 24 * time.Hour // after the last use of the session
	ClaimLife      = 30 * 24 * time.Hour // after the last use of the name
	FirstClaimLife = 2 * time.Minute     // while its session has never connected or spoken
)

// Session is the person who holds a token, on one device. The store knows only
// the token's hash.
type Session struct {
	Hash    string // hex SHA-256 of the token
	UID     string
	Name    string    // "" if another person's claim took the name
	Origin  string    // the page's origin; "" for a session made for a program (bearer)
	Conns   []string  // ids of its open connections
	Used    time.Time // last recorded use; zero if it never connected or spoke
	Expires time.Time
}

// Claim is the hold of a person on a name.
type Claim struct {
	Key     string // see [names.NameKey]
	UID     string
	Name    string
	Expires time.Time
}

// Connections closes the connections of sessions; the Service of package chat
// does.
type Connections interface {
	// Retire takes connections out of their rooms and closes them. again tells
	// their clients to connect again. all reports whether every connection is
	// known to be gone: while one of them may still speak, its name must not go to
	// another person.
	Retire(ctx context.Context, connectionIDs []string, again bool) (all bool)
}

// Options of a [Service]. The zero value is right for production.
type Options struct {
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader // source of tokens and uids
}

// Service applies the rules. It keeps nothing in memory between calls: any
// number of them may run at once, in any number of processes.
type Service struct {
	store       Store
	connections Connections
	log         *slog.Logger
	now         func() time.Time
	random      io.Reader
}

// New makes a Service.
func New(store Store, connections Connections, o Options) *Service {
	s := &Service{store: store, connections: connections, log: o.Log, now: o.Now, random: o.Random}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	return s
}

// bestEffort logs the failure of something that expires by itself.
func (s *Service) bestEffort(ctx context.Context, what string, err error) {
	if err != nil {
		s.log.WarnContext(ctx, what, "outcome", "left to be mended", "err", err)
	}
}
