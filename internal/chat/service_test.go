package chat_test

import (
	"testing"
	"time"

	"projectchat/internal/chat/chattest"
)

func newFake(_ *testing.T, now func() time.Time) chattest.Backend { return chattest.NewStore(now) }

func TestService(t *testing.T) { chattest.RulesConformance(t, newFake) }
