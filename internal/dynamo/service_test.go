package dynamo

import (
	"testing"
	"time"

	"projectchat/internal/chat/chattest"
)

// TestServiceConforms runs the rules on the real conditions and pages.
func TestServiceConforms(t *testing.T) {
	chattest.RulesConformance(t, func(t *testing.T, now func() time.Time) chattest.Backend { return mustStore(t, now) })
}
