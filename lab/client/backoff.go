package client

import (
	"time"
)

const (
	// Bounds of the time from which the wait is drawn.
	longestSpan  = 30 * time.Second
	shortestSpan = 500 * time.Millisecond
	// How long a connection must stay up for the next wait to be short again. A thousand
	// clients whose connections live that long connect at most 100 times a second.
	steadyPeriod = 10 * time.Second
	// How many clients may reconnect in a second. API Gateway takes 500 new connections a
	// second.
	reconnectsPerSecond = 150
)

// backoff is full jitter: rand(0, min(30 s, first · 2ⁿ)), so that a thousand clients that
// were cut off at once do not reconnect at once. first is 0.5 s, or the time in which all
// clients reconnect at 150 a second. The wait is short again after a connection that
// stayed up for 10 s.
type backoff struct {
	m       *Machine
	tries   int
	upSince time.Time
}

// next returns how long to wait, never less than retryAfter. clients is how many may be
// waiting together with this one.
func (b *backoff) next(retryAfter time.Duration, clients int) time.Duration {
	if !b.upSince.IsZero() && b.m.now.Sub(b.upSince) >= steadyPeriod {
		b.tries = 0
	}
	b.upSince = time.Time{}
	first := max(shortestSpan, time.Duration(clients)*time.Second/reconnectsPerSecond)
	span := min(longestSpan, first<<min(b.tries, 10))
	b.tries++
	return retryAfter + time.Duration(b.m.chance()*float64(span))
}

func (b *backoff) up() { b.upSince = b.m.now }
