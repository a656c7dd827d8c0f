package client

import (
	"testing"

	"projectchat/internal/golden"
)

func TestLimits(t *testing.T) {
	golden.SameLimits(t, "lab/client", map[string]any{
		"textCodePoints":         longestText,
		"pageRows":               pageSize,
		"heartbeatLivelyForMs":   livelyPeriod,
		"heartbeatLivelyMs":      livelyInterval,
		"heartbeatQuietMs":       quietInterval,
		"heartbeatLongestMs":     longestInterval,
		"heartbeatShortestMs":    shortestInterval,
		"heartbeatAfterCountMs":  countDelay,
		"leftShownAfterMs":       leaveDelay,
		"answerMs":               answerLimit,
		"handshakeMs":            handshakeLimit,
		"pongMs":                 pongLimit,
		"gapMs":                  gapDelay,
		"foreignPushes":          foreignLimit,
		"handOverFromMs":         handOverFrom,
		"handOverSpanMs":         handOverSpan,
		"backoffFirstMs":         shortestSpan,
		"backoffLongestMs":       longestSpan,
		"backoffSteadyMs":        steadyPeriod,
		"reconnectsPerSecond":    reconnectsPerSecond,
		"hiddenTabClients":       hiddenTabClients,
		"handshakesUntilPolling": failuresUntilPolling,
		"pollLivelyForMs":        pollLivelyPeriod,
		"pollLivelyMs":           pollLively,
		"pollQuietMs":            pollQuiet,
		"pollHiddenMs":           pollHidden,
		"socketAgainFromMs":      pollRetryFrom,
		"socketAgainSpanMs":      pollRetrySpan,
		"outboxWaitingMs":        waitingAge,
		"outboxLateMs":           lateAge,
		"outboxConflicts":        maxConflicts,
	})
}
