package figures_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"projectchat/lab/figures"
)

func TestWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures.md")
	text := "# Figures\n<!-- a -->\nold\n<!-- /a -->\nbetween\n<!-- b -->\n<!-- /b -->\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s := figures.Section{
		Command: "make a", On: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Took: 90 * time.Second,
		Tables: []figures.Table{{{"rows", "n"}, {"shown", figures.Number(1234567)}}},
	}
	for range 2 { // a second run leaves nothing of the first
		if err := s.Write(file, "a"); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := string(b)
	if !strings.HasPrefix(got, "# Figures\n<!-- a -->\n\n`make a`, 2026-11-24, ") ||
		!strings.HasSuffix(got, ": 1m30s.\n\n| rows | n |\n| --- | --- |\n| shown | 1,234,567 |\n\n<!-- /a -->\nbetween\n<!-- b -->\n<!-- /b -->\n") {
		t.Errorf("wrote:\n%s", got)
	}
	if err := s.Write(file, "c"); err == nil {
		t.Error("a section without its lines was written")
	}
}
