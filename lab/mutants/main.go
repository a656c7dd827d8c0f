// Command mutants tests the tests: on a copy of the tree it breaks the chat on
// purpose, in one way after the other, and wants the tests to fail. Each way is a
// patch. Its folder has the number of the promise that it breaks (docs/promises.md),
// and its head the commands that must notice it, each after "Run: ". Many are the
// bugs that other chats of this kind have, AWS's own samples among them.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	only := flag.String("only", "", "only mutants whose name or promise holds this")
	share := flag.String("share", "1/1", "only a part of the list: 2/3 is every third mutant, from the second on")
	verbose := flag.Bool("v", false, "show the tests' output")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only, *share, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only, share string, verbose bool) error {
	mutants, err := load("lab/mutants", only)
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
		ok := true
		trials, err := tree.try(ctx, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		for i, t := range trials {
			fmt.Printf("%-7s %5.1fs of processor  %s: %s\n", t.verdict, t.processor.Seconds(), m.name, m.runs[i])
			ok = ok && t.noticed()
			if verbose || t.verdict == "broken" {
				fmt.Println(t.output)
			}
		}
		if !ok {
			alive = append(alive, m.name)
		}
	}
	fmt.Printf("noticed %d/%d\n", len(mutants)-len(alive), len(mutants))
	if len(alive) > 0 {
		return fmt.Errorf("not noticed: %s", strings.Join(alive, "; "))
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

// baseline wants every command to succeed on the code as it is.
func baseline(ctx context.Context, t tree, mutants []mutant) error {
	done := map[string]bool{}
	for _, m := range mutants {
		for _, command := range m.runs {
			if done[command] {
				continue
			}
			done[command] = true
			was := t.test(ctx, command)
			if was.verdict != "alive" {
				return fmt.Errorf("without any mutant fails %s\n%s", command, was.output)
			}
			fmt.Printf("passes  %5.1fs of processor  without mutant: %s\n", was.processor.Seconds(), command)
		}
	}
	return ctx.Err()
}

// mutant is one way to break the chat.
type mutant struct {
	name  string // its folder and file: 1-exactly-once/no-dedup
	patch string // the file, from the root
	runs  []string
}

// load reads the patches in the folders of folder.
func load(folder, only string) (mutants []mutant, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.patch"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no mutants in %s: %w", folder, err)
	}
	for _, file := range files {
		name, err := filepath.Rel(folder, strings.TrimSuffix(file, ".patch"))
		if err != nil || !strings.Contains(name, only) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a mutant: %w", err)
		}
		m := mutant{name: name, patch: file}
		for line := range strings.Lines(string(text)) {
			if command, is := strings.CutPrefix(line, "Run: "); is {
				m.runs = append(m.runs, strings.TrimSpace(command))
			}
		}
		mutants = append(mutants, m)
	}
	return mutants, nil
}
