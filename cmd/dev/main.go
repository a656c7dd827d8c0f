// Command dev runs the whole chat on one machine, without an account: the page,
// both APIs, the functions and the database, at one address.
//
//	ADDR=localhost:8080   where to serve
//	DATA=.local/data      where the database keeps its data
//	DB=dynoxide           the database, or dynamodb-local
//
// If AWS_ENDPOINT_URL_DYNAMODB is set, dev uses that database and starts none.
//
// With -watch dev builds and starts the chat again whenever the code changes,
// and the page changes in the browser as its sources do. With -trace it prints
// a line for each event of the APIs.
//
// With -lambda http://127.0.0.1:3001 the functions run in `sam local
// start-lambda`, in the containers that Lambda would use, and not in this process.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"projectchat/internal/laptop"
	localdb "projectchat/local/dynamodb"
)

func main() {
	watching := flag.Bool("watch", false, "build and start again when the code changes")
	tracing := flag.Bool("trace", false, "print each event of the APIs: its time, route and outcome")
	pageFrom := flag.String("page-from", "", "address of a server of the page, instead of web/dist; ends when the input is closed")
	logTo := flag.String("log", "", "append to this log, instead of a new one")
	lambda := flag.String("lambda", "", "run the functions there: the address of sam local start-lambda, http://127.0.0.1:3001")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	project, err := laptop.Find()
	if err == nil {
		// After the first Ctrl-C a second one ends the process at once.
		context.AfterFunc(ctx, stop)
		serve := runOnce
		if *watching {
			serve = watch
		}
		o := options{Project: project, PageFrom: *pageFrom, Trace: *tracing, LogPath: *logTo, Lambda: *lambda}
		err = run(ctx, o, serve)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run completes o and calls serve with it, until ctx ends.
func run(ctx context.Context, o options, serve func(context.Context, options) error) error {
	o.Addr = os.Getenv("ADDR")
	o.Data, o.Page, o.BuildPage = o.DataFolder(), o.PageFolder(), o.PageFrom == ""
	o.Engine = localdb.Engine(os.Getenv(localdb.EngineVariable))
	log, err := o.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	o.Log, o.LogPath = log, log.Name()
	if o.PageFrom != "" {
		ctx = untilInputEnds(ctx)
	}
	return serve(ctx, o)
}

// openLog opens a new log, or appends to an existing one.
func (o options) openLog() (*os.File, error) {
	if o.LogPath != "" {
		return os.OpenFile(o.LogPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	}
	return o.NewLog()
}

func runOnce(ctx context.Context, o options) error {
	began := time.Now()
	o.Addr = or(o.Addr, "localhost:8080")
	s, err := start(ctx, o)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	o.Say("log", "%s", o.Relative(o.LogPath))
	o.Say("ready", "%s (%.1f s). For a second person take another browser or a private window. Ctrl-C stops.", s.URL, time.Since(began).Seconds())

	select {
	case <-ctx.Done():
		o.Say("stopping", "the data stays in its folder")
	case err = <-s.failed:
	}
	limited, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(err, s.stop(limited))
}

// untilInputEnds returns a context that also ends when the process that started
// this one has died, which closes the input.
func untilInputEnds(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	return ctx
}

func or(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}
