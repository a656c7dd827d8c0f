// Command rehearse publishes the chat into an emulated AWS account on this machine, as people
// publish it, and takes it away again. It uses the scripts behind `make deploy` and `make
// destroy`, and the real SAM CLI, AWS CLI and functions, while two people talk. At its end it
// says which parts it cannot show.
//
// The emulator is ministack (PyPI), with the template's roles enforced.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// options are those of the command.
type options struct {
	sam, venv, page string
	keep            bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx)
	var ended *exec.ExitError
	if errors.As(err, &ended) && filepath.Base(os.Args[0]) == "aws" {
		os.Exit(ended.ExitCode()) // the CLI has said why
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "rehearse:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	switch filepath.Base(os.Args[0]) {
	case "sam":
		return standInForSAM(ctx, os.Args[1:])
	case "aws":
		return standInForAWS(ctx, os.Args[1:])
	}
	var o options
	flag.StringVar(&o.sam, "sam", ".local/venv-sam/bin/sam", "the SAM CLI")
	flag.StringVar(&o.venv, "venv", ".local/venv-rehearse", "the virtual environment with ministack and the AWS CLI")
	flag.StringVar(&o.page, "page", "web/dist", "the built page")
	flag.BoolVar(&o.keep, "keep", false, "keep the folder with the logs")
	flag.Parse()
	for _, path := range []*string{&o.sam, &o.venv, &o.page} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	return rehearse(ctx, o)
}

// rehearse makes an account, plays, and takes everything away again.
func rehearse(ctx context.Context, o options) (err error) {
	folder, err := os.MkdirTemp("", "rehearsal-*")
	if err != nil {
		return err
	}
	defer func() {
		if o.keep {
			fmt.Println("kept:", folder)
			return
		}
		err = errors.Join(err, os.RemoveAll(folder))
	}()
	began := time.Now()
	e, err := startEmulator(ctx, o.venv, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.stop()) }()
	a, err := newAccount(e, o, folder)
	if err != nil {
		return err
	}
	defer a.log.Close()
	p := &play{account: a, emulator: e, page: o.page, folder: folder, began: began, processor: "Arch=" + processor()}
	defer p.leave()
	if err := p.play(ctx); err != nil {
		return err
	}
	fmt.Print(unproven)
	return nil
}

// processor is this machine's, as the template calls it.
func processor() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

const unproven = `
What this does not prove: that AWS takes the template. The emulator checks few
properties, quotas and names; leaves out CloudFront (a stand-in served the page
and the APIs under one origin), route responses, conditions on the table's rows,
who may invoke a function, throttles, logs, alarms, backups and expiry; and runs
the functions as processes, not in Lambda. cfn-lint, checkov and ` + "`make test-template`" + `
look at those in the template's text; only a deploy into an account shows them.
`
