package sim

import (
	"context"
	"fmt"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
)

// DeleteMember implements [chat.ConnectionStore].
func (s *store) DeleteMember(ctx context.Context, room, connectionID string) (was bool, err error) {
	err = s.named(ctx, "DeleteMember/"+connectionID, func() (err error) {
		was, err = s.inv.w.store.DeleteMember(background, room, connectionID)
		return err
	})
	return was && err == nil, err
}

// DeleteConnection implements [chat.ConnectionStore].
func (s *store) DeleteConnection(ctx context.Context, id string) (old chat.Connection, err error) {
	err = s.named(ctx, "DeleteConnection/"+id, func() (err error) {
		old, err = s.inv.w.store.DeleteConnection(background, id)
		return err
	})
	if err != nil {
		return chat.Connection{}, err
	}
	return old, nil
}

// named makes a call that [chattest.Faulty] could not tell from others.
func (s *store) named(ctx context.Context, name string, do func() error) error {
	fault := s.inv.step(ctx, name)
	failed := fault.Err
	if failed == nil {
		failed = fmt.Errorf("%s: %w", name, chattest.ErrInjected)
	}
	switch fault.When {
	case chattest.Before:
		return failed
	case chattest.HangBefore:
		<-ctx.Done()
		return ctx.Err()
	}
	err := do()
	switch fault.When {
	case chattest.After:
		return failed
	case chattest.HangAfter:
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}
