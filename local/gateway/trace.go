package gateway

import (
	"fmt"
	"time"
)

// Trace describes one event of an API and its outcome, as one line of a log. It
// never holds a payload, a header or a query.
type Trace struct {
	// At is the time when the event was over. Took is how long it lasted.
	At   time.Time
	Took time.Duration
	// Route is a route key, or a method and the path of the management API.
	Route string
	// Connection is the connection's id; empty for requests that have none.
	Connection string
	// Refused means that the client or the function did not get what it asked for.
	Refused bool
	// Outcome is text for people: "101", "answered", "no route response: the reply
	// was dropped". Its wording may change.
	Outcome string
}

// String returns the line for a terminal, without a line feed: the time, the
// route, the first eight characters of the connection's id, the milliseconds,
// the outcome.
func (t Trace) String() string {
	mark := " "
	if t.Refused {
		mark = "!"
	}
	connection := t.Connection[:min(len(t.Connection), 8)]
	ms := float64(t.Took.Microseconds()) / 1000
	return fmt.Sprintf("%s %s %-20s %-8s %7.1f ms  %s", t.At.Format("15:04:05.000"), mark, t.Route, connection, ms, t.Outcome)
}

// tracer sends traces to the API's Trace function. It may be nil.
type tracer func(Trace)

// note traces an event that went well.
func (t tracer) note(route, connection string, since time.Time, outcome string) {
	t.line(route, connection, since, false, outcome)
}

// warn traces an event that was refused, was lost or failed.
func (t tracer) warn(route, connection string, since time.Time, outcome string) {
	t.line(route, connection, since, true, outcome)
}

func (t tracer) line(route, connection string, since time.Time, refused bool, outcome string) {
	if t == nil {
		return
	}
	now := time.Now()
	t(Trace{At: now, Took: now.Sub(since), Route: route, Connection: connection, Refused: refused, Outcome: outcome})
}
