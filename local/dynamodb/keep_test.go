package dynamodb

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func mustKeep(t *testing.T, o Options, tooSoon time.Duration) *Kept {
	t.Helper()
	kept, err := keep(t.Context(), options(t, o), tooSoon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Stop(context.Background()) })
	return kept
}

// kill ends a server by SIGKILL and returns the time when it was gone.
func kill(t *testing.T, s *Server) {
	t.Helper()
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
}

// TestKilledServerComesBack kills a server between writes. Afterwards every
// acknowledged write must be there, at the same address.
func TestKilledServerComesBack(t *testing.T) {
	said := make(chan string, 10)
	kept := mustKeep(t, Options{DataDir: filepath.Join(t.TempDir(), "data"), Log: func(line string) { said <- line }}, 0)
	mustCall(t, kept.Endpoint, "CreateTable", tableNotes)
	const writes = 50
	for i := range writes {
		mustCall(t, kept.Endpoint, "PutItem", fmt.Sprintf(`{"TableName":"notes","Item":{"pk":{"S":"note %d"}}}`, i))
	}
	kill(t, kept.server)
	for line := ""; !strings.Contains(line, "runs again"); line = <-said {
	}
	all := mustCall(t, kept.Endpoint, "Scan", `{"TableName":"notes"}`)
	if got := strings.Count(all, "note "); got != writes {
		t.Errorf("%d of %d acknowledged writes are left", got, writes)
	}
	if err := kept.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-kept.Failed(); err != nil {
		t.Errorf("after a stop: %v", err)
	}
}

func TestServerThatCannotBeKept(t *testing.T) {
	tests := map[string]Options{
		"in memory, which would be empty": {},
		"it ends as soon as it is there":  {DataDir: t.TempDir()},
	}
	for name, o := range tests {
		t.Run(name, func(t *testing.T) {
			kept := mustKeep(t, o, time.Hour)
			kill(t, kept.server)
			if err := <-kept.Failed(); err == nil || !strings.Contains(err.Error(), "by itself") {
				t.Errorf("got %v", err)
			}
		})
	}
}
