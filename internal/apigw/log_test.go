package apigw_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/apigw"
	"projectchat/internal/chat/chattest"
)

// serial makes a plan safe for concurrent calls.
func serial(plan func(chattest.Call) chattest.Fault) func(chattest.Call) chattest.Fault {
	var mu sync.Mutex
	return func(c chattest.Call) chattest.Fault {
		mu.Lock()
		defer mu.Unlock()
		return plan(c)
	}
}

func TestLoggerDropsWhatIsNotOnTheList(t *testing.T) {
	var b bytes.Buffer
	log := apigw.NewLogger(&b)
	log.With("token", "secret", "route", "send").WithGroup("group").Info("words", "text", "secret", "code", "busy", "cookie", "secret",
		slog.Group("inner", "name", "secret", "ms", 3), "body", []string{"secret"})
	if bytes.Contains(b.Bytes(), []byte("secret")) {
		t.Errorf("logged %s", b.Bytes())
	}
	var line object
	if err := json.Unmarshal(b.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "time")
	if diff := cmp.Diff("words", line["msg"]); diff != "" || line["route"] != "send" || line["level"] != "INFO" {
		t.Errorf("logged %s", b.Bytes())
	}
}
