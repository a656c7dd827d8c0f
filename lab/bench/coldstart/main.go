// Command coldstart measures what a first request waits for. It builds the functions of
// template.yaml as they are deployed. It starts each many times under a Runtime API of this
// machine, and gives it one event. DynamoDB and the management API are stand-ins that answer
// at once, so that only the functions' own time is left.
//
// Three ways take turns: endpoints by plain http, to which no connection is opened ahead; by
// TLS; and by TLS with servers that hang up on the connections that were opened ahead, so
// that the event finds none. The last is the price of opening none.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"time"
)

// The targets: the most that a start may take.
const (
	targetZip    = 4  // MB of the zip
	targetPoll   = 8  // ms from exec to the first poll, with no connection opened ahead
	targetAnswer = 5  // ms from the first event to its answer
	targetRSS    = 12 // MiB
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	runs := flag.Int("runs", 31, "starts of each function in each way; the table has the medians")
	flag.Parse()
	if err := run(ctx, *runs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int) error {
	dir, err := os.MkdirTemp("", "coldstart")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ways, err := newWays(dir)
	if err != nil {
		return err
	}
	defer func() {
		for _, w := range ways {
			w.close()
		}
	}()
	fmt.Printf("%s, %s/%s, %d cores, %s; medians of %d starts\n", time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), runs)
	fmt.Printf("%-11s | %9s %9s | %9s %9s %9s | %9s %9s | %9s\n", "", "arm64", "zip", "exec", "answer", "RSS", "opening", "answer", "answer")
	fmt.Printf("%-11s | %9s %9s | %9s %9s %9s | %9s %9s | %9s\n", "", "MB", "MB", "→poll ms", "ms", "MiB", "TLS ms", "then ms", "cold ms")
	all, err := functions()
	if err != nil {
		return err
	}
	var missed []string
	for _, f := range all {
		late, err := measure(ctx, dir, f, ways, runs)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		missed = append(missed, late...)
	}
	fmt.Printf("targets: zip ≤ %d MB, exec→poll ≤ %d ms, answer ≤ %d ms, RSS ≤ %d MiB; missed: %d\n", targetZip, targetPoll, targetAnswer, targetRSS, len(missed))
	for _, one := range missed {
		fmt.Println("  " + one)
	}
	return nil
}

// measure builds a function, prints its line, and returns the targets that it missed.
func measure(ctx context.Context, dir string, f function, ways []*way, runs int) (missed []string, err error) {
	size, zipped, err := f.size(ctx, dir)
	if err != nil {
		return nil, err
	}
	if f.route == "" {
		fmt.Printf("%-11s | %9.2f %9.2f | no first event is known for it\n", f.name, float64(size)/1e6, float64(zipped)/1e6)
		return nil, nil
	}
	program, err := f.build(ctx, dir, runtime.GOARCH)
	if err != nil {
		return nil, err
	}
	starts := make([][]start, len(ways))
	for range runs {
		for i, w := range ways {
			s, err := f.start(ctx, program, w)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			starts[i] = append(starts[i], s)
		}
	}
	poll := func(s start) float64 { return ms(s.poll) }
	answer := func(s start) float64 { return ms(s.answer) }
	rss := func(s start) float64 { return float64(s.rssKiB) / 1024 }
	plain, warm, cold := starts[0], starts[1], starts[2]
	fmt.Printf("%-11s | %9.2f %9.2f | %9.1f %9.1f %9.1f | %9.1f %9.1f | %9.1f\n", f.name, float64(size)/1e6, float64(zipped)/1e6,
		median(plain, poll), median(plain, answer), median(plain, rss), median(warm, poll)-median(plain, poll), median(warm, answer), median(cold, answer))
	check := func(what string, got, target float64) {
		if got > target {
			missed = append(missed, fmt.Sprintf("%s: %s %.1f, target %.1f", f.name, what, got, target))
		}
	}
	check("zip MB", float64(zipped)/1e6, targetZip)
	check("exec→poll ms", median(plain, poll), targetPoll)
	check("first answer ms", median(plain, answer), targetAnswer)
	check("first answer over TLS ms", median(warm, answer), targetAnswer)
	check("RSS MiB", median(plain, rss), targetRSS)
	return missed, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []start, of func(start) float64) float64 {
	values := make([]float64, len(all))
	for i, s := range all {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
