// Command dev runs the whole chat on one machine, without an account: the page,
// both APIs, the four functions and the database, at one address.
//
//	ADDR=localhost:8080   where to serve
//	DATA=.local/data      where the database keeps its data
//	DB=dynoxide           the database, or dynamodb-local
//
// If AWS_ENDPOINT_URL_DYNAMODB is set, that database is used and none is started.
//
// With -watch it is built and started anew whenever the code changes, and the
// page changes in the browser as its sources do. With -trace each event of the
// APIs is a line.
//
// With -lambda http://127.0.0.1:3001 the functions run in `sam local
// start-lambda`, in the containers that Lambda would use, and not in this process.
//
// With -sam `sam local start-api` serves the page and the HTTP API, at
// ADDR=127.0.0.1:3000, with all that it needs; -start-lambda adds `sam local
// start-lambda`.
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
	"syscall"
	"time"

	localdb "projectchat/local/dynamodb"
)

func main() {
	watching := flag.Bool("watch", false, "build and start anew when the code changes")
	tracing := flag.Bool("trace", false, "say each event of the APIs: its time, route and outcome")
	pageFrom := flag.String("page-from", "", "address of a server of the page, instead of web/dist; ends when the input is closed")
	logTo := flag.String("log", "", "the log to go on with, instead of a new one")
	lambda := flag.String("lambda", "", "run the functions there: the address of sam local start-lambda, http://127.0.0.1:3001")
	sam := flag.Bool("sam", false, "serve the page and the HTTP API by sam local start-api")
	var more samOptions
	flag.StringVar(&more.Lambda, "start-lambda", "", "with -sam: run sam local start-lambda too, there: 127.0.0.1:3001")
	flag.IntVar(&more.Gateway, "gateway-port", 0, "with -start-lambda: the port of who runs the WebSocket API, if not the one in .sam/local.json")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root, err := moduleRoot()
	if err == nil {
		// After the first Ctrl-C a second one ends the process at once.
		context.AfterFunc(ctx, stop)
		o := options{Root: root, PageFrom: *pageFrom, Trace: *tracing, LogPath: *logTo, Lambda: *lambda}
		err = run(ctx, o, mode(*watching, *sam, more))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// server serves until ctx ends.
type server func(ctx context.Context, o options) error

// mode chooses what serves.
func mode(watching, sam bool, more samOptions) server {
	switch {
	case sam:
		return func(ctx context.Context, o options) error { return runSAM(ctx, o, more) }
	case watching:
		return watch
	}
	return runOnce
}

// run completes o and has it served until ctx ends.
func run(ctx context.Context, o options, serve server) error {
	o.Addr = os.Getenv("ADDR")
	o.Data = or(os.Getenv("DATA"), filepath.Join(o.Root, ".local", "data"))
	o.Engine = localdb.Engine(os.Getenv(localdb.EngineVariable))
	o.Page, o.BuildPage = filepath.Join(o.Root, "web", "dist"), o.PageFrom == ""
	o.Say = func(what, format string, args ...any) {
		fmt.Printf("%-9s %s\n", what, fmt.Sprintf(format, args...))
	}
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

// openLog opens a new log, or goes on with one that was begun.
func (o options) openLog() (*os.File, error) {
	if o.LogPath != "" {
		return os.OpenFile(o.LogPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	}
	return newLog(o.Root)
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
	o.Say("log", "%s", relative(o.Root, o.LogPath))
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

// untilInputEnds gives a context that also ends when whoever started this
// process has died, and with it the other end of the input.
func untilInputEnds(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	return ctx
}

// moduleRoot finds the folder of go.mod above the working folder, so that the
// command works from anywhere in the project.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("run this in the folder of ProjectChat: there is no template.yaml here or above")
		}
		dir = filepath.Dir(dir)
	}
}

// relative gives a path as seen from the project's folder, if it is in there.
func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

func or(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}
