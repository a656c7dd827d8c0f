package chat_test

import (
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
)

func newFake(_ *testing.T, now func() time.Time) chat.Store { return chattest.NewStore(now) }

func TestService(t *testing.T) { chattest.ServiceConformance(t, newFake) }
