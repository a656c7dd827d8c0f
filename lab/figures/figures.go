// Package figures writes the measurements of a command into a document: docs/figures.md has a
// section for each, between the lines <!-- NAME --> and <!-- /NAME -->.
package figures

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// Section is the measurements of one run of a command.
type Section struct {
	Command string
	On      time.Time
	Took    time.Duration
	Tables  []Table
}

// Table is a table's rows. The first row is the head.
type Table [][]string

// Write replaces the section of this name in a file.
func (s Section) Write(file, name string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	from, to := "<!-- "+name+" -->", "<!-- /"+name+" -->"
	before, rest, begins := strings.Cut(string(old), from)
	_, after, ends := strings.Cut(rest, to)
	if !begins || !ends {
		return fmt.Errorf("write figures: %s has no section %s … %s", file, from, to)
	}
	return os.WriteFile(file, []byte(before+from+"\n"+s.String()+to+after), 0o644)
}

// String is the section in Markdown.
func (s Section) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n`%s`, %s, %d processors, %s: %v.\n", s.Command, s.On.UTC().Format(time.DateOnly),
		runtime.NumCPU(), runtime.Version(), s.Took.Round(time.Second))
	for _, table := range s.Tables {
		b.WriteString("\n")
		for i, row := range table {
			b.WriteString("| " + strings.Join(row, " | ") + " |\n")
			if i == 0 {
				b.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
			}
		}
	}
	b.WriteString("\n")
	return b.String()
}

// Number writes a number with commas.
func Number(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
