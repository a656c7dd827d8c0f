// Command fanout measures the time from a send to the last client's frame, in rooms of
// several sizes, and its parts: the real handlers, DynamoDB Local, the local gateway and its
// @connections over HTTP, driven by real sockets. In the same run, turn by turn, it measures
// a plain chat that keeps everything in memory: the floor on this machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	sizes := flag.String("rooms", "10,100,1000", "connections of the rooms")
	rounds := flag.Int("rounds", 6, "turns of each chat, in the order A B B A")
	flag.Parse()
	if err := run(context.Background(), *sizes, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, sizes string, rounds int) error {
	fmt.Printf("%s, %s/%s, GOMAXPROCS %d, %s\n", time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version())
	fmt.Println("milliseconds from the send to the last other client's frame; the parts are medians")
	fmt.Printf("%8s %8s | %9s %9s | %8s %8s %8s | %9s %9s | %s\n",
		"members", "messages", "p50", "p99", "store", "fan-out", "rest", "floor p50", "p99", "p50 / floor")
	for text := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 2 {
			return fmt.Errorf("a room has 2 connections or more, not %q", text)
		}
		if err := compare(ctx, n, rounds); err != nil {
			return fmt.Errorf("room of %d: %w", n, err)
		}
	}
	return nil
}

// compare measures both chats in turns, so that other work of the machine hits both alike.
func compare(ctx context.Context, n, rounds int) error {
	ours, err := newOurs(ctx)
	if err != nil {
		return err
	}
	defer ours.close()
	floor, err := newFloor()
	if err != nil {
		return err
	}
	defer floor.close()
	a, err := ours.open(ctx, n)
	if err != nil {
		return err
	}
	b, err := floor.open(ctx, n)
	if err != nil {
		return err
	}
	defer a.close()
	defer b.close()

	perTurn := max(5, 200/n)
	var oursTimes, floorTimes []time.Duration
	var parts breakdown
	for turn := range rounds {
		order := []*room{a, b}
		if turn%2 == 1 {
			order = []*room{b, a}
		}
		for _, r := range order {
			for range perTurn {
				took, err := r.measure(ctx)
				if err != nil {
					return err
				}
				if r == b {
					floorTimes = append(floorTimes, took)
					continue
				}
				oursTimes = append(oursTimes, took)
				parts.add(ours.meter.take(), took)
			}
		}
	}
	o, f := quantiles(oursTimes), quantiles(floorTimes)
	store, push, rest := parts.medians()
	fmt.Printf("%8d %8d | %9.2f %9.2f | %8.2f %8.2f %8.2f | %9.2f %9.2f | %.1f\n",
		n, len(oursTimes), o.p50, o.p99, store, push, rest, f.p50, f.p99, o.p50/f.p50)
	return nil
}

// breakdown is the parts of the time of each message.
type breakdown struct{ store, push, rest []time.Duration }

func (b *breakdown) add(m spent, took time.Duration) {
	b.store = append(b.store, m.store)
	b.push = append(b.push, m.push)
	b.rest = append(b.rest, took-m.store-m.push)
}

func (b *breakdown) medians() (store, push, rest float64) {
	return quantiles(b.store).p50, quantiles(b.push).p50, quantiles(b.rest).p50
}

type quantile struct{ p50, p99 float64 } // milliseconds

func quantiles(times []time.Duration) quantile {
	sorted := slices.Sorted(slices.Values(times))
	at := func(q float64) float64 {
		return float64(sorted[int(q*float64(len(sorted)-1))].Microseconds()) / 1000
	}
	return quantile{at(0.5), at(0.99)}
}
