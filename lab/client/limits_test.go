package client

import (
	"testing"

	"projectchat/internal/golden"
)

func TestLimits(t *testing.T) {
	golden.SameLimits(t, "lab/client", map[string]any{
		"textCodePoints":         longestText,
		"pageRows":               pageSize,
		"heartbeatLivelyForMs":   lively,
		"heartbeatLivelyMs":      eager,
		"heartbeatQuietMs":       quiet,
		"heartbeatLongestMs":     longest,
		"heartbeatShortestMs":    soon,
		"heartbeatAfterCountMs":  over,
		"leftShownAfterMs":       leaveDelay,
		"answerMs":               answerLimit,
		"handshakeMs":            handshakeLimit,
		"pongMs":                 pongLimit,
		"gapMs":                  hold,
		"foreignPushes":          foreignLimit,
		"handOverFromMs":         handOverFrom,
		"handOverSpanMs":         handOverSpan,
		"backoffFirstMs":         backoffBase,
		"backoffLongestMs":       backoffCap,
		"backoffSteadyMs":        steady,
		"reconnectsPerSecond":    comeBack,
		"hiddenTabClients":       outOfView,
		"handshakesUntilPolling": hopeless,
		"pollLivelyForMs":        busyFor,
		"pollLivelyMs":           pollBusy,
		"pollQuietMs":            pollIdle,
		"pollHiddenMs":           pollHidden,
		"socketAgainFromMs":      lookFrom,
		"socketAgainSpanMs":      lookSpan,
		"outboxWaitingMs":        waitingAge,
		"outboxLateMs":           patience,
		"outboxConflicts":        maxConflicts,
	})
}
