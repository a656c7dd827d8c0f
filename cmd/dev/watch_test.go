package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestStampChangesWithWhatIsBuilt(t *testing.T) {
	tests := map[string]struct {
		file    string
		changes bool
	}{
		"code":          {"internal/chat/send.go", true},
		"new code":      {"cmd/dev/new.go", true},
		"the gateway":   {"local/gateway/new.go", true},
		"the template":  {"template.yaml", true},
		"a test":        {"internal/chat/send_test.go", false},
		"a page's file": {"web/src/app.tsx", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			mustWrite(t, root, "internal/chat/send.go", "package chat")
			mustWrite(t, root, "template.yaml", "Resources:")
			before := mustStamp(t, root)
			mustWrite(t, root, test.file, "something else")
			if changed := mustStamp(t, root) != before; changed != test.changes {
				t.Errorf("changed: %t, want %t", changed, test.changes)
			}
		})
	}
}

func mustWrite(t *testing.T, root, name, content string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func mustStamp(t *testing.T, root string) string {
	t.Helper()
	s, err := stamp(root)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
