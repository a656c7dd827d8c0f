// Command gateways compares local stand-ins for API Gateway's WebSocket APIs, in one run on
// one machine: the one of this project, serverless-offline and ministack. Each is a program
// of its own. The same client asks them over loopback, one after the other in every round.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	rounds := flag.Int("rounds", 3, "rounds; the table has the medians")
	span := flag.Duration("for", 2*time.Second, "how long each load lasts")
	idle := flag.Int("idle", 1000, "idle sockets for the memory of one; ten times as many on ours")
	flag.Parse()
	if err := run(ctx, *rounds, *span, *idle); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// figures are the measurements of a gateway.
type figures struct {
	started, connects, invocations, broadcasts, posts, kibPerSocket, kib []float64
}

func run(ctx context.Context, rounds int, span time.Duration, idle int) error {
	fmt.Printf("%s, %s/%s, %d cores, %s\n", time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	starts := []func(context.Context) (*gateway, error){startOurs, startOursWithNode, startOffline, startMinistack}
	names, all := make([]string, len(starts)), make([]figures, len(starts))
	for round := range rounds {
		for i := range starts {
			// Every other round has the opposite order.
			at := i
			if round%2 == 1 {
				at = len(starts) - 1 - i
			}
			sockets := idle
			if at < 2 {
				sockets *= 10 // ours
			}
			name, err := measure(ctx, starts[at], span, sockets, &all[at])
			if err != nil {
				return err
			}
			names[at] = name
		}
	}
	fmt.Printf("%-28s %9s %11s %13s %13s %9s %11s %9s\n", "", "start ms", "connects/s", "invocations/s", "deliveries/s", "posts/s", "KiB/socket", "idle MiB")
	for i, f := range all {
		fmt.Printf("%-28s %9.0f %11.0f %13.0f %13.0f %9.0f %11.1f %9.1f\n", names[i], median(f.started), median(f.connects),
			median(f.invocations), median(f.broadcasts), median(f.posts), median(f.kibPerSocket), median(f.kib)/1024)
	}
	return nil
}

// measure starts a gateway, loads it, and ends it.
func measure(ctx context.Context, start func(context.Context) (*gateway, error), span time.Duration, idle int, f *figures) (string, error) {
	g, err := start(ctx)
	if err != nil {
		return "", err
	}
	defer g.process.stop()
	before, err := rss(g.pid)
	if err != nil {
		return "", err
	}
	f.started = append(f.started, float64(g.started.Milliseconds()))
	f.kib = append(f.kib, float64(before))
	if err := load(ctx, g, span, f); err != nil {
		return "", fmt.Errorf("%s: %w", g.name, err)
	}
	if err := weigh(ctx, g, idle, f); err != nil {
		return "", fmt.Errorf("%s: %w", g.name, err)
	}
	return strings.TrimSpace(g.name + " " + g.version), nil
}

func load(ctx context.Context, g *gateway, span time.Duration, f *figures) error {
	socks, connects, err := connectAll(ctx, g, 200)
	if err != nil {
		return err
	}
	defer closeAll(socks)
	invocations, err := askAll(socks, span)
	if err != nil {
		return err
	}
	broadcasts, err := broadcastAll(ctx, g, socks[0], socks[100:], span)
	if err != nil {
		return err
	}
	posts, err := postAll(g, socks[:100], span)
	if err != nil {
		return err
	}
	f.connects = append(f.connects, connects)
	f.invocations = append(f.invocations, invocations)
	f.broadcasts = append(f.broadcasts, broadcasts)
	f.posts = append(f.posts, posts)
	return nil
}

// weigh compares the gateway's memory before and after many idle sockets.
func weigh(ctx context.Context, g *gateway, n int, f *figures) error {
	before, err := rss(g.pid)
	if err != nil {
		return err
	}
	socks, _, err := connectAll(ctx, g, n)
	if err != nil {
		return err
	}
	defer closeAll(socks)
	after, err := rss(g.pid)
	if err != nil {
		return err
	}
	f.kibPerSocket = append(f.kibPerSocket, float64(after-before)/float64(n))
	return nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}
