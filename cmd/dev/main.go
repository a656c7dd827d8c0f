// Command dev runs the whole chat on one machine, without an account: the page,
// both APIs, the four functions and the database, at one address.
//
//	ADDR=localhost:8080   where to serve
//	DATA=.local/data      where the database keeps its data
//
// If AWS_ENDPOINT_URL_DYNAMODB is set, that database is used and none is started.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root, err := moduleRoot()
	if err == nil {
		// After the first Ctrl-C a second one ends the process at once.
		context.AfterFunc(ctx, stop)
		err = run(ctx, root)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root string) error {
	began := time.Now()
	say := func(what, format string, args ...any) {
		fmt.Printf("%-9s %s\n", what, fmt.Sprintf(format, args...))
	}
	logPath := filepath.Join(root, ".local", "dev.log")
	if err := os.MkdirAll(filepath.Dir(logPath), 0o755); err != nil {
		return err
	}
	logFile, err := os.Create(logPath)
	if err != nil {
		return err
	}
	defer logFile.Close()

	s, err := start(ctx, options{
		Root: root, Addr: or(os.Getenv("ADDR"), "localhost:8080"),
		Data: or(os.Getenv("DATA"), filepath.Join(root, ".local", "data")),
		Page: filepath.Join(root, "web", "dist"), BuildPage: true,
		Log: logFile, Say: say,
	})
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	say("log", "%s", relative(root, logPath))
	say("ready", "%s (%.1f s). For a second person take another browser or a private window. Ctrl-C stops.", s.URL, time.Since(began).Seconds())

	select {
	case <-ctx.Done():
		say("stopping", "the data stays in its folder")
	case err = <-s.failed:
	}
	limited, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(err, s.stop(limited))
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

func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil {
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
