package main

import (
	"fmt"
	"strconv"
	"strings"
)

// text is a usual message: 100 characters.
var text = strings.Repeat("0123456789", 10)

// months are the examples of the page.
var months = []month{
	{Rooms: 3, People: 2, Messages: 50, Hours: 1, Pings: 60, Typings: 2},
	{Rooms: 10, People: 10, Messages: 20, Hours: 2, Pings: 60, Typings: 2},
	{Rooms: 100, People: 10, Messages: 20, Hours: 2, Pings: 60, Typings: 2},
	{Rooms: 10, People: 100, Messages: 20, Hours: 2, Pings: 60, Typings: 2},
	{Rooms: 1, People: 1000, Messages: 5, Hours: 1, Pings: 60, Typings: 2},
	{Rooms: 1000, People: 10, Messages: 20, Hours: 2, Pings: 60, Typings: 2},
}

// page is docs/cost.md.
func page(c counts) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p(`# What it costs

Written by a program: `+"`go run ./lab/cost -page`"+`. `+"`go test ./lab/cost`"+` counts what it computes with: the real handlers run on a local DynamoDB behind a meter, and AWS's own sample [simple-websockets-chat-app](https://github.com/aws-samples/simple-websockets-chat-app) (its functions in Go, as `+"`cmd/localgw/testdata/sample`"+` has them) behind the same one. For your own numbers: `+"`make cost ROOMS=10 PEOPLE=10 MESSAGES=20 HOURS=2`"+`.

A chat in which nobody talks costs the storage of the table and the logs, of which the first 25 and 5 GB are free. There is no server.

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
AWS's sample. It has no rooms and no history: its people are all connections.

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

US dollars, us-east-1, list. The free tier of an account's first year is not taken off.

| what | price | source |
| --- | --- | --- |
`)
	for _, l := range bill(room{}, month{}, ours, false) {
		p("| %s | $%s per %s | %s |\n", l.what, strconv.FormatFloat(l.price.dollars, 'f', -1, 64), thousands(l.price.per), l.price.source)
	}
	p(`
These are estimates, not counts, each on the dear side: Lambda's time (a call of DynamoDB %g ms, all as if one after the other; a post %g ms, %d at once, and %g ms of a whole processor each), %d bytes a row, %d kB and %d requests a day for a person's page, %d bytes of log an invocation that Lambda and API Gateway write. Beside these lines: a custom metric costs $0.30 a month while it has data (ten are free; there are at most 9, and one for each code of refusal that happens), an alarm $0.10 for each metric in it (ten are free), a dashboard nothing as the first three of an account.
`, dynamoMS, postMS, atOnce, postCPU, rowBytes, pageBytes/1000, pageRequests, platformBytes)
}

func pageMessages(p func(string, ...any), c counts) {
	p(`
## A million messages

Without free units, and without the frames that tell that somebody writes, which cost the same once more for each 3 s of writing. The floor is API Gateway alone: each message comes in once and goes out to everybody else once.

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

Everybody of a room is there at the same time, a page has a heartbeat each minute, and tells twice for each message that its person writes (` + "`TYPINGS=0`" + `: a page that does not). API Gateway's share is messages and connection minutes. The sample has the same people in its one room; beyond some hundred it does not finish a message within the 3 s that SAM gives a function, which this table ignores.

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
