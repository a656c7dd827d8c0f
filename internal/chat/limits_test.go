package chat

import (
	"testing"
	"time"

	"projectchat/internal/golden"
)

func TestLimits(t *testing.T) {
	golden.SameLimits(t, "internal/chat", map[string]any{
		"textCodePoints":     maxTextRunes,
		"textBytes":          maxTextBytes,
		"reactionCodePoints": maxReactionRunes,
		"reactionBytes":      maxReactionBytes,
		"editsOfMessage":     maxEdits,
		"cidCharacters":      maxCID,
		"roomsOfConnection":  maxRooms,
		"roomsOfPing":        maxPingRooms,
		"roomsOfList":        roomsLimit,
		"peopleOnline":       defaultSmallRoom,
		"pageRows":           maxLimit,
		"pageRowsByDefault":  defaultLimit,
		"newestRows":         newestLimit,
		"resumedRows":        resumeLimit,
		"rowsBehind":         lookBackLimit,
		"rowsWithoutSince":   lookBackNewestLimit,
		"typingEveryMs":      typingEvery,
	})
}

// TestPresenceOutlivesTheHeartbeat: [PresenceLife] explains the sum.
func TestPresenceOutlivesTheHeartbeat(t *testing.T) {
	const clocks, answer = 10 * time.Second, 10 * time.Second
	heartbeat := time.Duration(golden.Limits(t)["heartbeatLongestMs"].Is) * time.Millisecond
	if oldest := touchEvery + clocks + heartbeat + answer; PresenceLife <= oldest {
		t.Errorf("a living person's seat may be %v old, and counts for %v", oldest, PresenceLife)
	}
}
