// Command samlocal runs the chat with `sam local`: the functions in the
// containers that Lambda would use, with the page, the database and its table.
//
//	ADDR=127.0.0.1:3000   where `sam local start-api` serves the page and the HTTP API
//	DATA=.local/data      where the database keeps its data
//	SAM=.local/venv-sam/bin/sam
//
// If AWS_ENDPOINT_URL_DYNAMODB is set, samlocal uses that database and starts
// none.
//
// With -start-lambda 127.0.0.1:3001 it also runs `sam local start-lambda`
// there, for the WebSocket API of cmd/dev or cmd/localgw.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"projectchat/internal/laptop"
)

func main() {
	project, err := laptop.Find()
	s := &sam{Project: project, failed: make(chan error, 1)}
	flag.StringVar(&s.lambda, "start-lambda", "", "also run sam local start-lambda, at this address: 127.0.0.1:3001")
	flag.IntVar(&s.gatewayPort, "gateway-port", 0, "with -start-lambda: the port of the WebSocket API, if not the one in .sam/local.json")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first Ctrl-C a second one ends the process at once.
	context.AfterFunc(ctx, stop)
	if err == nil {
		err = s.run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func (s *sam) run(ctx context.Context) (err error) {
	if s.log, err = s.NewLog(); err != nil {
		return err
	}
	defer s.log.Close()
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.start(ctx); ctx.Err() != nil {
		return nil
	} else if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		s.Say("stopping", "the data stays in its folder")
		return nil
	case err := <-s.failed:
		return err
	}
}
