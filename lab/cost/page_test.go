package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "count, and write counts.json and docs/cost.md anew")

const pagePath = "../../docs/cost.md"

// TestCounts counts anew, and holds counts.json and the page to it. What is
// logged may differ by some bytes, and is left as it is if it does.
func TestCounts(t *testing.T) {
	var c counts
	for _, people := range []int{2, 10, 100, 1000} {
		c.Ours = append(c.Ours, countOurs(t, people))
	}
	programs := buildSample(t)
	for _, people := range []int{10, 100, 1000} {
		c.Sample = append(c.Sample, countSample(t, programs, people))
	}
	if *update {
		b, err := json.MarshalIndent(c, "", " ")
		if err == nil {
			err = os.WriteFile("counts.json", append(b, '\n'), 0o644)
		}
		if err == nil {
			err = os.WriteFile(pagePath, []byte(page(c)), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	held, err := load()
	if err != nil {
		t.Fatal(err)
	}
	withoutLog := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Logged" }, cmp.Ignore())
	if diff := cmp.Diff(held, c, withoutLog); diff != "" {
		t.Errorf("counted otherwise (-counts.json +now); go test ./lab/cost -update writes it anew, and docs/cost.md:\n%s", diff)
	}
}

// TestPage: docs/cost.md is what counts.json and the prices make of it.
func TestPage(t *testing.T) {
	if *update {
		t.Skip("the page is being written")
	}
	c, err := load()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(b), page(c)); diff != "" {
		t.Errorf("go test ./lab/cost -update writes docs/cost.md anew:\n%s", diff)
	}
}

// TestAt: the sizes that were counted are themselves, and others lie between.
func TestAt(t *testing.T) {
	rooms := []room{{People: 10, Send: units{Messages: 11, Reads: 1}}, {People: 100, Send: units{Messages: 101, Reads: 4}}}
	for people, want := range map[int]units{10: {Messages: 11, Reads: 1}, 100: {Messages: 101, Reads: 4}, 55: {Messages: 56, Reads: 2.5}, 190: {Messages: 191, Reads: 7}} {
		if got := at(rooms, people).Send; got != want {
			t.Errorf("%d people: %+v", people, got)
		}
	}
}

// months are the examples of the page.
var months = []month{
	{Rooms: 3, People: 2, Messages: 50, Hours: 1, Pings: 60, Typings: 2},
	{Rooms: 10, People: 10, Messages: 20, Hours: 2, Pings: 60, Typings: 2},
	{Rooms: 100, People: 10, Messages: 20, Hours: 2, Pings: 60, Typings: 2},
	{Rooms: 10, People: 100, Messages: 20, Hours: 2, Pings: 60, Typings: 2},
	{Rooms: 1, People: 1000, Messages: 5, Hours: 1, Pings: 60, Typings: 2},
	{Rooms: 1000, People: 10, Messages: 20, Hours: 2, Pings: 60, Typings: 2},
}

func page(c counts) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p(`# What it costs

Made by a test: `+"`go test ./lab/cost`"+` runs the real handlers on a local DynamoDB behind a meter, and AWS's own sample [simple-websockets-chat-app](https://github.com/aws-samples/simple-websockets-chat-app) (its functions in Go, as `+"`cmd/localgw/testdata/sample`"+` has them) behind the same one; `+"`-update`"+` writes this page. For your own numbers: `+"`make cost ROOMS=10 PEOPLE=10 MESSAGES=20 HOURS=2`"+`.

Nobody talks: the table and the logs cost their storage, of which the first 25 and 5 GB are free. There is no server.

## Counted

One person of a room in which all others are there. A text has %d characters. DynamoDB's own figures for each call (ReturnConsumedCapacity; a failed condition counts as a write); of the WebSocket API each frame in and out, replies and pushes alike, by begun 32 KB; connecting and leaving count as a message each, which the price list does not say.

| people | what | invocations | gateway messages | writes | reads | calls of DynamoDB | posts |
| --- | --- | --- | --- | --- | --- | --- | --- |
`, len(text))
	row := func(people int, what string, u units) {
		p("| %d | %s | %g | %g | %g | %g | %g | %g |\n", people, what, u.Invocations, u.Messages, u.Writes, u.Reads, u.Calls, u.Posts)
	}
	for i, r := range c.Ours {
		if i == 0 {
			row(r.People, "get a name (1 HTTP request)", r.SignIn)
		}
		row(r.People, "connect and join", r.Open)
		row(r.People, "**send a message**", r.Send)
		row(r.People, "tell that one writes", r.Typing)
		row(r.People, "heartbeat", r.Ping)
		row(r.People, "leave", r.Close)
	}
	p(`
AWS's sample. It has no rooms, so that its people are all who are connected, and no history.

| people | what | invocations | gateway messages | writes | reads | calls of DynamoDB | posts |
| --- | --- | --- | --- | --- | --- | --- | --- |
`)
	for _, r := range c.Sample {
		row(r.People, "connect", r.Open)
		row(r.People, "**send a message**", r.Send)
		row(r.People, "leave", r.Close)
	}
	pagePrices(p)
	pageMessages(p, c)
	pageMonths(p, c)
	return b.String()
}

func pagePrices(p func(string, ...any)) {
	p(`
## Prices

US dollars, us-east-1, list. What is free only in an account's first year is not taken off.

| what | price | source |
| --- | --- | --- |
`)
	for _, l := range bill(room{}, month{}, ours, false) {
		p("| %s | $%s per %s | %s |\n", l.what, strconv.FormatFloat(l.price.dollars, 'f', -1, 64), thousands(l.price.per), l.price.source)
	}
	p(`
Reckoned, not counted, each on the dear side: Lambda's time (a call of DynamoDB %g ms, all as if one after the other; a post %g ms, %d at once, and %g ms of a whole processor each), %d bytes a row, %d kB and %d requests a day for a person's page, %d bytes of log an invocation that Lambda and API Gateway write. Beside these lines: a custom metric costs $0.30 a month while it has data (ten are free; there are at most 9, and one for each code of refusal that happens), an alarm $0.10 for each metric in it (ten are free), a dashboard nothing as the first three of an account.
`, dynamoMS, postMS, atOnce, postCPU, rowBytes, pageBytes/1000, pageRequests, platformBytes)
}

func pageMessages(p func(string, ...any), c counts) {
	p(`
## A million messages

Without what is free, and without what tells that somebody writes, which costs the same once more for each 3 s of writing. The floor is API Gateway alone: each message comes in once and goes out to everybody else once.

| people in the room | ours | floor | ours / floor | AWS's sample, 1,000 connected in all | sample / ours |
| --- | --- | --- | --- | --- | --- |
`)
	thousand := 1e6 * perMessage(at(c.Sample, 1000).Send, samples, true)
	for _, r := range c.Ours {
		own := 1e6 * perMessage(r.Send, ours, false)
		floor := float64(r.People)
		p("| %d | $%.2f | $%.2f | %.2f | $%.2f | %.1f |\n", r.People, own, floor, own/floor, thousand, thousand/own)
	}
}

func pageMonths(p func(string, ...any), c counts) {
	p(`
## A month

Everybody of a room is there at the same time, a page has a heartbeat each minute, and tells twice for each message that somebody writes (` + "`" + `TYPINGS=0` + "`" + `: a page that does not). API Gateway's share is messages and connection minutes. The sample has the same people in its one room; beyond some hundred it does not finish a message within the 3 s that SAM gives a function, which is not taken into account.

| rooms × people | messages each a day | hours a day | messages a month | API Gateway | Lambda | DynamoDB | CloudFront | logs | **a month** | AWS's sample |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
`)
	for _, m := range months {
		lines := bill(at(c.Ours, m.People), m, ours, false)
		part := func(from, to int) float64 { return sum(lines[from:to]) }
		theirs := sum(bill(at(c.Sample, m.Rooms*m.People), m, samples, true))
		p("| %s × %d | %d | %g | %s | $%.2f | $%.2f | $%.2f | $%.2f | $%.2f | **$%.2f** | $%.2f |\n", thousands(float64(m.Rooms)), m.People, m.Messages, m.Hours, thousands(m.sent()),
			part(0, 3), part(3, 5), part(5, 8), part(8, 10), part(10, 11), sum(lines), theirs)
	}
}

// thousands writes a whole number with commas.
func thousands(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
