package chattest

import (
	"sync"
	"time"
)

// Clock is a clock that goes on only when told. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock makes a clock that stands on a moment of the year 2100: a database's
// own TTL, which goes by the true time, then deletes nothing under a test.
func NewClock() *Clock {
	return &Clock{now: time.Date(2100, 2, 3, 4, 5, 6, 789_000_000, time.UTC)}
}

// Now tells the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
