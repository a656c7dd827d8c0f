package gateway

import (
	"fmt"
	"time"
)

// Trace is one line about something that happened: an event that came in and
// what became of it. It never holds a payload, a header or a query.
type Trace struct {
	// At is when it was over, Took how long it lasted.
	At   time.Time
	Took time.Duration
	// Route is a route key, or a method and the path of the management API.
	Route string
	// Connection is the connection's id; empty for requests that have none.
	Connection string
	// Refused: the client or the function did not get what it asked for.
	Refused bool
	// Outcome is for people: "101", "answered", "no route response: the reply
	// was dropped". Its wording may change.
	Outcome string
}

// String is the line as a terminal shows it, without a line feed: the time, the
// route, the connection's first eight characters, milliseconds, the outcome.
func (t Trace) String() string {
	mark := " "
	if t.Refused {
		mark = "!"
	}
	connection := t.Connection[:min(len(t.Connection), 8)]
	ms := float64(t.Took.Microseconds()) / 1000
	return fmt.Sprintf("%s %s %-20s %-8s %7.1f ms  %s", t.At.Format("15:04:05.000"), mark, t.Route, connection, ms, t.Outcome)
}

// tracer gives out lines, if somebody wants them.
type tracer func(Trace)

// note tells that something went as it should.
func (t tracer) note(route, connection string, since time.Time, outcome string) {
	t.line(route, connection, since, false, outcome)
}

// warn tells that something was refused, lost or went wrong.
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
