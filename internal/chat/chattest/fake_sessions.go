package chattest

import (
	"context"
	"slices"
	"time"

	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

// Claim implements [people.Store].
func (s *Store) Claim(ctx context.Context, c people.Claim) error {
	if err := s.begin(ctx, "Claim"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if old, ok := s.claims[c.Key]; ok && old.UID != c.UID && s.alive(old.Expires) {
		return refusal.ErrTaken
	}
	c.Expires = seconds(c.Expires)
	s.claims[c.Key] = c
	return nil
}

// Release implements [people.Store].
func (s *Store) Release(ctx context.Context, key, uid string) error {
	if err := s.begin(ctx, "Release"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.claims[key].UID == uid {
		delete(s.claims, key)
	}
	return nil
}

// PutSession implements [people.Store].
func (s *Store) PutSession(ctx context.Context, session people.Session) error {
	if err := s.begin(ctx, "PutSession"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	session.Used, session.Expires = millis(session.Used), seconds(session.Expires)
	s.sessions[session.Hash] = copySession(session)
	return nil
}

// Session implements [people.Store].
func (s *Store) Session(ctx context.Context, hash string) (people.Session, error) {
	if err := s.begin(ctx, "Session"); err != nil {
		return people.Session{}, err
	}
	defer s.mu.Unlock()
	return s.session(hash)
}

// UseSession implements [people.Store].
func (s *Store) UseSession(ctx context.Context, hash string, used, expires time.Time) error {
	if err := s.begin(ctx, "UseSession"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	session, err := s.session(hash)
	if err != nil {
		return err
	}
	session.Used, session.Expires = millis(used), seconds(expires)
	s.sessions[hash] = session
	return nil
}

// RenameSession implements [people.Store].
func (s *Store) RenameSession(ctx context.Context, hash, name string) (people.Session, error) {
	if err := s.begin(ctx, "RenameSession"); err != nil {
		return people.Session{}, err
	}
	defer s.mu.Unlock()
	old, err := s.session(hash)
	if err != nil {
		return people.Session{}, err
	}
	renamed := old
	renamed.Name, renamed.Conns = name, nil
	s.sessions[hash] = renamed
	return old, nil
}

// DeleteSession implements [people.Store].
func (s *Store) DeleteSession(ctx context.Context, hash string) (people.Session, error) {
	if err := s.begin(ctx, "DeleteSession"); err != nil {
		return people.Session{}, err
	}
	defer s.mu.Unlock()
	old, err := s.session(hash)
	delete(s.sessions, hash)
	return old, err
}

// SessionName implements [chat.SessionStore].
func (s *Store) SessionName(ctx context.Context, hash string) (string, error) {
	if err := s.begin(ctx, "SessionName"); err != nil {
		return "", err
	}
	defer s.mu.Unlock()
	session, err := s.session(hash)
	return session.Name, err
}

// AddConnection implements [chat.SessionStore].
func (s *Store) AddConnection(ctx context.Context, hash, name, connectionID string, now time.Time) error {
	if err := s.begin(ctx, "AddConnection"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	session, ok := s.sessions[hash]
	if !ok || session.Name != name || !now.Before(session.Expires) {
		return refusal.ErrNotFound
	}
	session = copySession(session)
	if !slices.Contains(session.Conns, connectionID) {
		session.Conns = append(session.Conns, connectionID)
	}
	slices.Sort(session.Conns)
	s.sessions[hash] = session
	return nil
}

// RemoveConnection implements [chat.SessionStore].
func (s *Store) RemoveConnection(ctx context.Context, hash, connectionID string) error {
	if err := s.begin(ctx, "RemoveConnection"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	session, ok := s.sessions[hash]
	if !ok {
		return nil
	}
	session = copySession(session)
	session.Conns = slices.DeleteFunc(session.Conns, func(id string) bool { return id == connectionID })
	s.sessions[hash] = copySession(session)
	return nil
}

// session returns a copy of a session that has not expired.
func (s *Store) session(hash string) (people.Session, error) {
	session, ok := s.sessions[hash]
	if !ok || !s.alive(session.Expires) {
		return people.Session{}, refusal.ErrNotFound
	}
	return copySession(session), nil
}

// copySession makes a deep copy, with Conns like a set in a table: sorted, and
// nil if empty.
func copySession(session people.Session) people.Session {
	session.Conns = slices.Sorted(slices.Values(session.Conns))
	return session
}
