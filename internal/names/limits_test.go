package names

import (
	"testing"

	"projectchat/internal/golden"
)

func TestLimits(t *testing.T) {
	golden.SameLimits(t, "internal/names", map[string]any{
		"roomNameCodePoints":      MaxRoomRunes,
		"roomNameBytes":           MaxRoomBytes,
		"userNameLeastCodePoints": minNameRunes,
		"userNameCodePoints":      maxNameRunes,
	})
}
