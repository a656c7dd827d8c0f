package gateway

import (
	"sync"
	"time"
)

// AccountLimit is API Gateway's default for all of an account's APIs in a
// Region together, and NewConnectionLimit for the WebSockets that it opens;
// from "Amazon API Gateway quotas", which names no burst for the second.
var (
	AccountLimit       = Limit{Rate: 10_000, Burst: 5_000}
	NewConnectionLimit = Limit{Rate: 500, Burst: 500}
)

// Limit is a rate in requests per second, with the burst that may come at once.
// As in API Gateway, a limit of zeros lets nothing through.
type Limit struct {
	Rate  float64
	Burst int
}

// Throttle holds whatever shares it to one Limit, with a token bucket. A nil
// *Throttle lets everything through. It may be used from many goroutines.
type Throttle struct {
	limit Limit

	mu     sync.Mutex
	tokens float64
	at     time.Time
}

// NewThrottle returns a Throttle whose whole burst is there.
func NewThrottle(l Limit) *Throttle {
	return &Throttle{limit: l, tokens: float64(l.Burst)}
}

// Allow takes one request into account and reports whether it may pass.
func (t *Throttle) Allow() bool {
	if t == nil {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	gained := now.Sub(t.at).Seconds() * t.limit.Rate
	t.tokens, t.at = min(t.tokens+gained, float64(t.limit.Burst)), now
	if t.tokens < 1 {
		return false
	}
	t.tokens--
	return true
}

// throttleOf is the bucket of one route: its own limit, or the API's default.
func throttleOf(own, byDefault *Limit) *Throttle {
	switch {
	case own != nil:
		return NewThrottle(*own)
	case byDefault != nil:
		return NewThrottle(*byDefault)
	}
	return nil
}
