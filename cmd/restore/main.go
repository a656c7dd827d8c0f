// Command restore prepares a table for use after a point-in-time restore, while
// no function uses it: it deletes connections and seats, and gives every room a
// new epoch with a copy of its log. docs/operations.md, "Backup and restore",
// has the steps around it.
//
//	restore -from <restored table> -to <the stack's table> [-dry-run]
//
// It can be ended and run again at any time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"projectchat/internal/dynamo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var r dynamo.Restoration
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&r.To, "to", "", "the table that functions use (output TableName of the stack)")
	flags.StringVar(&r.From, "from", "", "the table that was restored; default: the same as -to")
	flags.BoolVar(&r.DryRun, "dry-run", false, "count what there is to do, and write nothing")
	flags.BoolVar(&r.WithoutSessions, "without-sessions", false, "leave out the restored sessions and claimed names: sessions of now stay; without -from everybody has to sign in again")
	flags.BoolVar(&r.Sweep, "sweep", false, "delete the logs of epochs that no room has any more, including newer ones than the restored")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if r.To == "" || flags.NArg() > 0 {
		return errors.New("restore: -to names the table that functions use; see -help")
	}
	if r.From == "" {
		r.From = r.To
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("restore: read the AWS configuration: %w", err)
	}
	// There is no hurry: a throttled request is repeated for a while.
	r.Client = dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.RetryMaxAttempts = 10 })
	for _, table := range []string{r.From, r.To} {
		if _, err := r.Client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table)}); err != nil {
			return fmt.Errorf("restore: look at table %s: %w", table, err)
		}
	}
	done, err := r.Run(ctx)
	report(out, r, done)
	if err != nil {
		return fmt.Errorf("%w\nNothing is lost: run the same command again, and it goes on", err)
	}
	return nil
}

func report(out io.Writer, r dynamo.Restoration, done dynamo.Restored) {
	if r.DryRun {
		fmt.Fprintln(out, "dry run: nothing has been written; it would be")
	}
	if done.Resumed {
		fmt.Fprintln(out, "continued a restore that an earlier run had begun")
	}
	for _, line := range []struct {
		what string
		n    int
	}{
		{"connections deleted", done.Connections},
		{"seats deleted", done.Seats},
		{"sessions kept", done.Sessions},
		{"claimed names kept", done.Names},
		{"sessions and names deleted", done.Dropped},
		{"rooms with a new epoch", done.Rooms},
		{"rooms done before", done.Done},
		{"messages copied", done.Messages},
		{"messages of old epochs deleted", done.Swept},
	} {
		fmt.Fprintf(out, "%8d  %s\n", line.n, line.what)
	}
}
