package gateway

import (
	"sync"
	"testing"
)

// TestWriterStopsAgain: a reply that comes when the connection has hung up starts
// a writer once more, which stops once more.
func TestWriterStopsAgain(t *testing.T) {
	for _, writing := range []bool{true, false} {
		var mu sync.Mutex
		o := &outbox{writing: writing}
		idle := o.stopped(&mu)
		for range 2 {
			o.take() // nothing: the writer stops
			<-idle
			o.add(outgoing{frame: []byte("late")})
			o.writing = true
			if batch := o.take(); len(batch) != 1 {
				t.Fatalf("took %d", len(batch))
			}
		}
	}
}
