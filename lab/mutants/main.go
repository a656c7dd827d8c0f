// Command mutants tests the tests: it breaks the chat on purpose, in one small
// way after the other, on a copy of the tree, and wants the tests that should
// notice to fail. The ways are in the folder list; they are the bugs of which
// chats of this kind are known to die, those of AWS's own samples among them, and
// the steps that the rules of this one forbid.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "only mutants whose name or file of the list holds this")
	share := flag.String("share", "1/1", "only so much of the list: 2/3 is every third mutant, from the second on")
	verbose := flag.Bool("v", false, "show what the tests said")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only, *share, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only, share string, verbose bool) error {
	mutants, err := load("lab/mutants/list", only)
	if err != nil {
		return err
	}
	if mutants, err = shareOf(mutants, share); err != nil {
		return err
	}
	tree, err := copyTree(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(string(tree))
	if err := baseline(ctx, tree, mutants); err != nil {
		return err
	}
	var alive []string
	for _, m := range mutants {
		began := time.Now()
		verdict, output, err := tree.try(ctx, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Printf("%-9s %5.1fs  %s\n", verdict, time.Since(began).Seconds(), m.name)
		if verdict != "killed" && verdict != "hung" {
			alive = append(alive, m.name)
		}
		if verbose || verdict == "broken" {
			fmt.Println(output)
		}
	}
	fmt.Printf("killed %d/%d\n", len(mutants)-len(alive), len(mutants))
	if len(alive) > 0 {
		return fmt.Errorf("not killed: %s", strings.Join(alive, "; "))
	}
	return nil
}

// shareOf gives every n-th mutant, from the k-th on, for a share of "k/n".
func shareOf(mutants []mutant, share string) (some []mutant, err error) {
	var k, n int
	if _, err := fmt.Sscanf(share, "%d/%d", &k, &n); err != nil || k < 1 || k > n {
		return nil, fmt.Errorf("%q is no share: 2/3 is one", share)
	}
	for i := k - 1; i < len(mutants); i += n {
		some = append(some, mutants[i])
	}
	return some, nil
}

// baseline wants every test that is to notice something to pass without it.
func baseline(ctx context.Context, t tree, mutants []mutant) error {
	done := map[string]bool{}
	for _, m := range mutants {
		if done[m.run] {
			continue
		}
		done[m.run] = true
		if output, err := t.test(ctx, m.run); err != nil {
			return fmt.Errorf("without any mutant fails %s: %w\n%s", m.run, err, output)
		}
	}
	return nil
}

// mutant is one way to break the chat.
type mutant struct {
	name string
	run  string // the tests that should notice
	file string
	old  string // stands in the file once
	new  string
}

// load reads the list: a mutant is "# name", "run command", "in file", and then
// lines to be taken out, after "-", and put in, after "+"; an empty line ends it.
func load(folder, only string) (mutants []mutant, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no list of mutants in %s: %w", folder, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the list: %w", err)
		}
		for block := range strings.SplitSeq(string(text), "\n\n") {
			if strings.TrimSpace(block) == "" {
				continue
			}
			m, err := parse(block)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			if strings.Contains(m.name, only) || strings.Contains(file, only) {
				mutants = append(mutants, m)
			}
		}
	}
	return mutants, nil
}

func parse(block string) (m mutant, err error) {
	for line := range strings.Lines(strings.Trim(block, "\n") + "\n") {
		kind, rest, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "-"):
			m.old += line[1:]
		case strings.HasPrefix(line, "+"):
			m.new += line[1:]
		case kind == "#":
			m.name = strings.TrimSpace(rest)
		case kind == "run":
			m.run = strings.TrimSpace(rest)
		case kind == "in":
			m.file = strings.TrimSpace(rest)
		default:
			return m, fmt.Errorf("%q is no line of a mutant", line)
		}
	}
	if m.name == "" || m.run == "" || m.file == "" || m.old == "" || m.old == m.new {
		return m, fmt.Errorf("mutant %q lacks something", m.name)
	}
	return m, nil
}
