package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"projectchat/internal/names"
	"projectchat/internal/random"
	"projectchat/internal/refusal"
)

// useEvery is the shortest time between two records of a session's use.
const useEvery = 24 * time.Hour

// SignIn claims a name for a new person and returns their session and its
// token. origin is the origin of the page that asks, "" for a program. Errors:
// [refusal.NameTaken], [refusal.BadRequest].
func (s *Service) SignIn(ctx context.Context, spelling, origin string) (Session, string, error) {
	name, key, err := names.ParseName(spelling)
	if err != nil {
		return Session{}, "", err
	}
	id, err := random.ID(s.random, 16)
	if err != nil {
		return Session{}, "", err
	}
	token, err := newToken(s.random)
	if err != nil {
		return Session{}, "", err
	}
	hash, _ := TokenHash(token)
	session := Session{Hash: hash, UID: "u_" + id, Name: name, Origin: origin, Expires: s.now().Add(SessionLife)}
	if err := s.claim(ctx, key, session.UID, name, FirstClaimLife); err != nil {
		return Session{}, "", err
	}
	if err := s.store.PutSession(ctx, session); err != nil {
		return Session{}, "", fmt.Errorf("sign in: %w", err)
	}
	return session, token, nil
}

// Session returns the session of a token. It writes nothing. A page's session
// is valid only with the origin that made it, a program's session only without
// an origin. Errors: [refusal.Unauthorized] if there is no session or its
// origin is missing, [refusal.Forbidden] if the origin is another.
func (s *Service) Session(ctx context.Context, token, origin string) (Session, error) {
	session, err := s.PeekSession(ctx, token)
	if err != nil {
		return Session{}, err
	}
	if session.Origin == origin {
		return session, nil
	}
	if origin == "" {
		return Session{}, errNoSession()
	}
	return Session{}, refusal.Errorf(refusal.Forbidden, "This session belongs to another site.")
}

// PeekSession is [Service.Session] without the check of the origin, for
// requests that change nothing and come without one.
func (s *Service) PeekSession(ctx context.Context, token string) (Session, error) {
	hash, ok := TokenHash(token)
	if !ok {
		return Session{}, errNoSession()
	}
	session, err := s.store.Session(ctx, hash)
	if errors.Is(err, refusal.ErrNotFound) {
		return Session{}, errNoSession()
	}
	if err != nil {
		return Session{}, fmt.Errorf("read session: %w", err)
	}
	return session, nil
}

func errNoSession() *refusal.Error {
	return refusal.Errorf(refusal.Unauthorized, "You are not signed in.")
}

// Use records that a session connects or speaks. On its first use, and then at
// most once a day, it extends the session and the claim of its name. If the
// claim has expired and another person has the name, the session loses it and
// the error is [refusal.Unauthorized]. renewed reports whether Expires has
// moved.
func (s *Service) Use(ctx context.Context, session Session) (_ Session, renewed bool, err error) {
	if session.Name == "" {
		return session, false, refusal.Errorf(refusal.Unauthorized, "Your name was taken by somebody else. Choose another.")
	}
	now := s.now()
	if now.Sub(session.Used) < useEvery {
		return session, false, nil
	}
	err = s.claim(ctx, names.NameKey(session.Name), session.UID, session.Name, ClaimLife)
	if refusal.Is(err, refusal.NameTaken) {
		return session, false, s.loseName(ctx, session)
	}
	if err != nil {
		return session, false, err
	}
	if err := s.stillHas(ctx, session); err != nil {
		return session, false, err
	}
	session.Used, session.Expires = now, now.Add(SessionLife)
	err = s.store.UseSession(ctx, session.Hash, session.Used, session.Expires)
	if errors.Is(err, refusal.ErrNotFound) {
		return session, false, errNoSession()
	}
	if err != nil {
		return session, false, fmt.Errorf("extend session: %w", err)
	}
	return session, true, nil
}

// stillHas checks, after the claim of a session's name, that the session was
// not ended or renamed meanwhile. If it was, its name may have been released
// before the claim, which would now block the name for as long as a claim
// lasts; so stillHas releases it again. A request that ends or renames the
// session later finds the claim and releases it.
func (s *Service) stillHas(ctx context.Context, session Session) error {
	now, err := s.store.Session(ctx, session.Hash)
	if err != nil && !errors.Is(err, refusal.ErrNotFound) {
		return fmt.Errorf("read session: %w", err)
	}
	if now.Name == session.Name {
		return nil
	}
	if key := names.NameKey(session.Name); now.Name == "" || names.NameKey(now.Name) != key {
		s.bestEffort(ctx, "release a name", s.store.Release(ctx, key, session.UID))
	}
	return errNoSession()
}

func (s *Service) loseName(ctx context.Context, session Session) error {
	if err := s.stillHas(ctx, session); err != nil {
		return err
	}
	old, err := s.store.RenameSession(ctx, session.Hash, "")
	if err != nil && !errors.Is(err, refusal.ErrNotFound) {
		return fmt.Errorf("remove the name of a session: %w", err)
	}
	s.connections.Retire(ctx, old.Conns, false)
	return refusal.Errorf(refusal.Unauthorized, "Your name was taken by somebody else. Choose another.")
}

// Rename gives the person of a session another name. Their connections are
// closed, and their clients told to connect again. Errors: [refusal.NameTaken],
// [refusal.BadRequest], [refusal.Unauthorized].
func (s *Service) Rename(ctx context.Context, session Session, spelling string) (Session, error) {
	name, key, err := names.ParseName(spelling)
	if err != nil {
		return Session{}, err
	}
	if name == session.Name {
		return session, nil
	}
	if err := s.claim(ctx, key, session.UID, name, s.claimLife(session)); err != nil {
		return Session{}, err
	}
	old, err := s.store.RenameSession(ctx, session.Hash, name)
	if errors.Is(err, refusal.ErrNotFound) {
		s.bestEffort(ctx, "release a name", s.store.Release(ctx, key, session.UID))
		return Session{}, errNoSession()
	}
	if err != nil {
		return Session{}, fmt.Errorf("rename session: %w", err)
	}
	if old.Name == name {
		// The store's client sent the write twice, and the first attempt succeeded.
		// So the session that the request read is the old one.
		old = session
	}
	retired := s.connections.Retire(ctx, old.Conns, true)
	if oldKey := names.NameKey(old.Name); retired && old.Name != "" && oldKey != key {
		s.bestEffort(ctx, "release a name", s.store.Release(ctx, oldKey, session.UID))
	}
	session.Name, session.Conns = name, nil
	return session, nil
}

// claimLife returns how long a new claim lasts. A session that has never
// connected or spoken holds a name only for a moment.
func (s *Service) claimLife(session Session) time.Duration {
	if session.Used.IsZero() {
		return FirstClaimLife
	}
	return ClaimLife
}

// SignOut ends a session, closes its connections, and then releases its name.
// It is no error if the session no longer exists.
func (s *Service) SignOut(ctx context.Context, session Session) error {
	old, err := s.store.DeleteSession(ctx, session.Hash)
	if errors.Is(err, refusal.ErrNotFound) {
		// Perhaps the store's client sent the write twice, and the first attempt
		// succeeded. So the session that the request read is the old one. It does no
		// harm to end its connections once more.
		old, err = session, nil
	}
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	if !s.connections.Retire(ctx, old.Conns, false) || old.Name == "" {
		return nil // the claim expires by itself
	}
	return s.store.Release(ctx, names.NameKey(old.Name), old.UID)
}

func (s *Service) claim(ctx context.Context, key, uid, name string, life time.Duration) error {
	err := s.store.Claim(ctx, Claim{Key: key, UID: uid, Name: name, Expires: s.now().Add(life)})
	if errors.Is(err, refusal.ErrTaken) {
		return refusal.Errorf(refusal.NameTaken, "“%s” is taken.", name)
	}
	if err != nil {
		return fmt.Errorf("claim a name: %w", err)
	}
	return nil
}
