package chattest

import (
	"testing"
	"time"

	"projectchat/internal/chat"
)

func TestStoreConforms(t *testing.T) {
	Conformance(t, func(t *testing.T, now func() time.Time) chat.Store { return NewStore(now) })
}

func TestFaultyWithoutFaultsConforms(t *testing.T) {
	Conformance(t, func(t *testing.T, now func() time.Time) chat.Store {
		return NewFaulty(NewStore(now), func(Call) Fault { return Fault{} })
	})
}
