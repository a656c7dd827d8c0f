package gateway

import (
	"sync"
	"testing"
)

// TestWriterStopsAgain covers a reply that comes after the connection has hung
// up: it starts a writer again, and that writer must stop, too.
func TestWriterStopsAgain(t *testing.T) {
	for _, writing := range []bool{true, false} {
		var mu sync.Mutex
		o := &outbox{writing: writing}
		idle := o.stopped(&mu)
		for range 2 {
			o.take() // takes nothing, so the writer stops
			<-idle
			o.add(outgoing{frame: []byte("late")})
			o.writing = true
			if batch := o.take(); len(batch) != 1 {
				t.Fatalf("took %d", len(batch))
			}
		}
	}
}
