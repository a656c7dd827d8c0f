package check

import (
	"slices"
	"time"
)

// epoch is one of a room's logs, and when it was first named.
type epoch struct {
	name string
	from time.Duration
}

// epoch notes the logs of a room. When a new one is named, the one before has ended: it gets
// no more rows.
func (c *checker) epoch(r Record) {
	known := slices.ContainsFunc(c.epochs[r.Room], func(e epoch) bool { return e.name == r.Epoch })
	if r.Epoch != "" && !known {
		c.epochs[r.Room] = append(c.epochs[r.Room], epoch{r.Epoch, r.T})
	}
}

// ended reports whether the log that a record is about had ended by then.
func (c *checker) ended(r Record, by time.Duration) bool {
	list := c.epochs[r.Room]
	next := slices.IndexFunc(list, func(e epoch) bool { return e.name == r.Epoch }) + 1
	return r.Op == Show && next > 0 && next < len(list) && list[next].from < by
}
