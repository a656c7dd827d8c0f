package laptop

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"testing"
)

func TestChildEnds(t *testing.T) {
	tests := map[string]struct {
		script string
		end    func(*Child) error
	}{
		"when it is asked to":            {"trap 'exit 0' INT; echo up; while :; do sleep 0.01; done", (*Child).Stop},
		"when its input ends":            {"echo up; cat", func(c *Child) error { return c.input.Close() }},
		"by itself, and is stopped then": {"echo up", func(c *Child) error { <-c.Done; return c.Stop() }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, in := io.Pipe()
			c, err := StartChild(exec.Command("sh", "-c", test.script), os.Interrupt, in)
			if err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "up\n" {
				t.Fatalf("the child said %q, %v", line, err)
			}
			if err := test.end(c); err != nil {
				t.Fatal(err)
			}
			<-c.Done
		})
	}
	if err := (*Child)(nil).Stop(); err != nil {
		t.Errorf("stop of none: %v", err)
	}
}
