// Command cost computes the price of a month of the chat in AWS, from the counted calls of
// its handlers. docs/cost.md has the counts, the prices with their sources, and the
// estimates. With -page it prints that page. The package's test counts again and compares the
// page.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	var m month
	flag.IntVar(&m.Rooms, "rooms", 10, "rooms")
	flag.IntVar(&m.People, "people", 10, "people in each room")
	flag.IntVar(&m.Messages, "messages", 20, "messages of a person in a day")
	flag.Float64Var(&m.Hours, "hours", 2, "hours a day that a person has the page open")
	flag.Float64Var(&m.Pings, "pings", 60, "heartbeats of a page in an hour")
	flag.Float64Var(&m.Typings, "typings", 2, "times that a page tells that its person writes, for each message; at most every 3 s")
	onPage := flag.Bool("page", false, "print docs/cost.md, and nothing else")
	flag.Parse()
	c, err := load()
	if err == nil && (m.Rooms < 1 || m.People < 1 || m.Messages < 0 || m.Hours < 0 || m.Hours > 24 || m.Pings < 0 || m.Typings < 0) {
		err = fmt.Errorf("a month needs at least one room and one person, and a day has at most 24 hours")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *onPage {
		fmt.Print(page(c))
		return
	}
	fmt.Printf("%d rooms of %d people, %d messages each a day, %.4g hours online: %.0f messages in %d days\n\n", m.Rooms, m.People, m.Messages, m.Hours, m.sent(), days)
	lines := bill(at(c.Ours, m.People), m, ours, false)
	for _, l := range lines {
		fmt.Printf("%-28s %16.0f  $%10.2f\n", l.what, l.amount, l.dollars())
	}
	fmt.Printf("%-28s %16s  $%10.2f\n", "a month", "", sum(lines))
	theirs := sum(bill(at(c.Sample, m.Rooms*m.People), m, samples, true))
	fmt.Printf("%-28s %16s  $%10.2f  (all people in its one room, and without a history)\n", "AWS's sample, the same month", "", theirs)
}
