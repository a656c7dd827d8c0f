package gateway

import (
	"sync"
	"time"
)

// AccountLimit is API Gateway's default limit for all APIs of an account in one
// Region together. NewConnectionLimit is the one for new WebSockets. Both are
// from
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html,
// which names no burst for the second.
var (
	AccountLimit       = Limit{Rate: 10_000, Burst: 5_000}
	NewConnectionLimit = Limit{Rate: 500, Burst: 500}
)

// Limit is a rate in requests per second, and the burst of requests that may
// come at once. As in API Gateway, the zero Limit lets no request pass.
type Limit struct {
	Rate  float64
	Burst int
}

// Throttle enforces one Limit, with a token bucket, on all APIs and routes that
// share it. A nil *Throttle lets every request pass. A Throttle may be used
// from many goroutines.
type Throttle struct {
	limit Limit

	mu     sync.Mutex
	tokens float64
	at     time.Time
}

// NewThrottle returns a Throttle with a full bucket: the whole burst may come
// at once.
func NewThrottle(l Limit) *Throttle {
	return &Throttle{limit: l, tokens: float64(l.Burst)}
}

// Allow counts one request and reports whether it may pass.
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

// throttleOf returns the throttle of one route: by its own limit, else by the
// API's default, else nil.
func throttleOf(own, byDefault *Limit) *Throttle {
	switch {
	case own != nil:
		return NewThrottle(*own)
	case byDefault != nil:
		return NewThrottle(*byDefault)
	}
	return nil
}
