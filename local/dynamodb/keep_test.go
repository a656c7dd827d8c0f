package dynamodb

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
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

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// mustRead gives the process that serves a data folder.
func mustRead(t *testing.T, dataDir string) (p process) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dataDir, pidFileName))
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestKilledServerComesBack kills a server between writes. All that it has
// acknowledged must be there afterwards, at the same address.
func TestKilledServerComesBack(t *testing.T) {
	said, data := make(chan string, 10), t.TempDir()
	kept := mustKeep(t, Options{DataDir: data, Log: func(line string) { said <- line }}, 0)
	mustCall(t, kept.Endpoint, "CreateTable", tableNotes)
	const writes = 50
	for i := range writes {
		mustCall(t, kept.Endpoint, "PutItem", fmt.Sprintf(`{"TableName":"notes","Item":{"pk":{"S":"note %d"}}}`, i))
	}
	kill(t, mustRead(t, data).PID)
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
			kill(t, kept.server.PID)
			if err := <-kept.Failed(); err == nil || !strings.Contains(err.Error(), "by itself") {
				t.Errorf("got %v", err)
			}
		})
	}
}
