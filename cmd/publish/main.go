// Command publish uploads the built page to the site's bucket, with the AWS
// CLI.
//
//	publish -page web/dist -bucket name -distribution id
//
// It uploads the files that differ, in an order in which no visitor gets a page
// whose files are missing: hashed files first, index.html last. Files that the
// page no longer has stay for a day, because open pages still load them. Then
// it invalidates the files that keep their names. If nothing differs, it does
// nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "publish:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("publish", flag.ContinueOnError)
	page := flags.String("page", "web/dist", "the folder of the built page")
	bucket := flags.String("bucket", "", "the site's bucket")
	distribution := flags.String("distribution", "", "the id of the site's distribution")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *bucket == "" || *distribution == "" {
		return fmt.Errorf("-bucket and -distribution are needed; the stack's outputs have them")
	}
	files, err := pageFiles(*page)
	if err != nil {
		return err
	}
	remote := &remote{bucket: *bucket, distribution: *distribution, aws: runAWS}
	return publish(ctx, remote, files, time.Now().UTC(), func(format string, args ...any) {
		fmt.Printf(format+"\n", args...)
	})
}
