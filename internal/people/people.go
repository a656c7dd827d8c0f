// Package people holds the rules of persons: sessions, their tokens, and claimed
// names, and the [Service] that applies them.
//
// It knows neither AWS nor JSON, nor rooms. What it needs from outside it
// declares as two interfaces, [Store] and [Connections].
package people

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"
)

// How long things last.
const (
	SessionLife    = 14 * 24 * time.Hour // from a session's last use
	ClaimLife      = 30 * 24 * time.Hour // of a name, from its last use
	FirstClaimLife = 2 * time.Minute     // of a name whose session has not yet connected or spoken
)

// Session is who holds a token. The store knows only the token's hash.
type Session struct {
	Hash    string // hex SHA-256 of the token
	UID     string
	Name    string    // "" if the name was lost to another's claim
	Origin  string    // the page's origin; "" for a session made for a program (bearer)
	Conns   []string  // ids of its open connections
	Used    time.Time // when its use was last recorded; zero if it never connected nor spoke
	Expires time.Time
}

// Claim is a user name that belongs to somebody.
type Claim struct {
	Key     string // see [names.NameKey]
	UID     string
	Name    string
	Expires time.Time
}

// Connections are the open sockets of sessions.
type Connections interface {
	// Retire takes connections out of their rooms and closes them. again tells
	// their clients to connect once more. all tells whether each is known to be no
	// more: as long as one may speak, its name may not be given to another.
	Retire(ctx context.Context, connectionIDs []string, again bool) (all bool)
}

// Options of a [Service]. The zero value is right for production.
type Options struct {
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader // of tokens and uids
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

// bestEffort logs the failure of something that lapses by itself.
func (s *Service) bestEffort(ctx context.Context, what string, err error) {
	if err != nil {
		s.log.WarnContext(ctx, what, "outcome", "left to be mended", "err", err)
	}
}
