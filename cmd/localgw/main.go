// Command localgw is Amazon API Gateway for any SAM or CloudFormation template.
// It serves the template's WebSocket and HTTP APIs on this machine, and runs
// their functions as local processes or in `sam local start-lambda`:
//
//	localgw -template template.yaml -lambda http://127.0.0.1:3001
//	localgw -template template.yaml -build .aws-sam/build
//	localgw -template template.yaml -bootstrap SendFunction=./send
//
// docs/gateway.md explains it from the beginning.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"projectchat/internal/version"
)

// endTime bounds the shutdown of connections and functions.
const endTime = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first Ctrl-C a second one ends the process at once.
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "localgw: "+strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out, usage io.Writer) error {
	o, err := parseOptions(args, usage)
	if err != nil {
		return err
	}
	if o.version {
		fmt.Fprintln(out, "localgw", version.Number())
		return nil
	}
	log := &console{out: out}
	g, err := start(ctx, o, log)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		log.say("stopping")
	case err = <-g.failed:
	}
	limited, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	return errors.Join(err, g.stop(limited))
}

// console writes whole lines, from many goroutines.
type console struct {
	mu  sync.Mutex
	out io.Writer
}

func (c *console) say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.out, format+"\n", args...)
}
