package people_test

import (
	"testing"
	"time"

	"projectchat/internal/chat/chattest"
)

func TestService(t *testing.T) {
	chattest.PeopleConformance(t, func(_ *testing.T, now func() time.Time) chattest.Backend { return chattest.NewStore(now) })
}
