// Command chaos runs the chat on real sockets and real processes under every fault that it
// knows, and judges by a history of the run whether the promises held.
//
// The gateway with the functions is one process, the database another; both are killed by
// SIGKILL. Proxies stand between the clients and the gateway, and between the functions and
// the database; they cut and fail. The profile and the seed make the plan of the faults. A
// folder keeps the history, a table of the promises and a picture of the run. The exit status
// is 1 if a promise was broken.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		exit(serve(os.Args[2:], os.Stdin, os.Stdout))
	}
	debug.SetGCPercent(collectAt)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(command(ctx, os.Args[1:], os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// collectAt is how much garbage there may be, in percent of the memory in use: the processes
// of a run share few processors, which are scarcer than memory.
const collectAt = 400

// errBroken says that a promise was broken.
var errBroken = errors.New("a promise was broken")

func command(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	name := flags.String("profile", "S", "the size: XS, S, M or L")
	seed := flags.Uint64("seed", 1, "the seed of the faults")
	folder := flags.String("out", filepath.Join(".local", "chaos"), "the folder for the history, the table and the picture, in a folder of the profile's name")
	messages := flags.Int("messages", 0, "the number of messages, instead of the profile's: fewer cuts, as many large faults")
	how := flags.String("broken", "", "break the server on purpose: "+strings.Join(breakages(), ", "))
	anySpeed := flags.Bool("any-speed", false, "print times, but do not fail for them: on a machine with other work")
	file := flags.String("figures", "", "a file with a section of figures for the profile, as docs/figures.md")
	show := flags.Bool("plan", false, "print the whole plan, and run nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	p, ok := profiles[*name]
	if !ok {
		return fmt.Errorf("there is no profile %q", *name)
	}
	if *messages > 0 {
		p.messages = *messages
	}
	o := options{profile: p, seed: *seed, root: ".", out: filepath.Join(*folder, p.name), broken: *how, figures: *file, say: out}
	if *show {
		newPlan(p, *seed).print(out)
		return nil
	}
	fmt.Fprintf(out, "%s, seed %d\n", p, *seed)
	newPlan(p, *seed).summary(out)
	r, err := perform(ctx, o)
	if err != nil {
		return err
	}
	return tell(r, *anySpeed, out)
}

// tell judges a run, writes its files, and fails if a promise was broken. With anySpeed it
// ignores the promises that a slow machine can break.
func tell(r *result, anySpeed bool, out io.Writer) error {
	table, report, f := judge(r)
	var text strings.Builder
	markdown(&text, r, table, report, f)
	fmt.Fprintln(out, "\n"+text.String())
	if err := os.WriteFile(filepath.Join(r.out, "table.md"), []byte(text.String()), 0o644); err != nil {
		return err
	}
	var plan strings.Builder
	r.plan.print(&plan)
	if err := os.WriteFile(filepath.Join(r.out, "plan.txt"), []byte(plan.String()), 0o644); err != nil {
		return err
	}
	if err := writePicture(filepath.Join(r.out, "run.html"), r, table, f); err != nil {
		return err
	}
	if r.options.figures != "" {
		if err := r.section(table, report, f).Write(r.options.figures, "chaos "+r.profile.name); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "kept: %s\n", r.out)
	switch {
	case !held(timeless(table)), !held(table) && !anySpeed:
		return errBroken
	case !held(table):
		fmt.Fprintln(out, "this machine missed a time; everything else held")
	}
	return nil
}
