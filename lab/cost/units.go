package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

// units are the quantities that AWS bills for one event, and those that its time is estimated
// from.
type units struct {
	Invocations float64 `json:"invocations"` // of Lambda functions
	Requests    float64 `json:"requests"`    // to the HTTP API
	Messages    float64 `json:"messages"`    // of the WebSocket API, both ways, each begun 32 KB of one
	Writes      float64 `json:"writes"`      // request units of DynamoDB
	Reads       float64 `json:"reads"`
	Calls       float64 `json:"calls"` // of DynamoDB
	Posts       float64 `json:"posts"` // to @connections
	Out         float64 `json:"out"`   // bytes to browsers
	Logged      float64 `json:"logged"`
}

// room is the counts of a room with this many people, all of them there.
type room struct {
	People int   `json:"people"`
	SignIn units `json:"signIn"` // to get a name
	Open   units `json:"open"`   // to connect and join
	Send   units `json:"send"`
	Typing units `json:"typing"` // to tell that one writes
	Ping   units `json:"ping"`
	Close  units `json:"close"`
}

// counts are the counts of this chat, for rooms of several sizes, and of AWS's sample, for
// several numbers of connections.
type counts struct {
	Ours   []room `json:"ours"`
	Sample []room `json:"sample"`
}

//go:embed counts.json
var counted []byte

func load() (counts, error) {
	var c counts
	if err := json.Unmarshal(counted, &c); err != nil {
		return counts{}, fmt.Errorf("read the counts: %w", err)
	}
	return c, nil
}

// at returns the counts for a number of people. Between and beyond the counted sizes it is on
// the line through the nearest two.
func at(rooms []room, people int) room {
	i := slices.IndexFunc(rooms, func(r room) bool { return r.People >= people })
	if i >= 0 && rooms[i].People == people {
		return rooms[i]
	}
	if i < 0 {
		i = len(rooms) - 1
	}
	i = max(i, 1)
	a, b := rooms[i-1], rooms[i]
	share := float64(people-a.People) / float64(b.People-a.People)
	between := func(a, b units) units { return a.times(1 - share).plus(b.times(share)) }
	return room{
		People: people, SignIn: b.SignIn,
		Open: between(a.Open, b.Open), Send: between(a.Send, b.Send), Typing: between(a.Typing, b.Typing), Ping: between(a.Ping, b.Ping), Close: between(a.Close, b.Close),
	}
}

func (u units) times(n float64) units {
	return units{
		u.Invocations * n, u.Requests * n, u.Messages * n, u.Writes * n, u.Reads * n, u.Calls * n, u.Posts * n, u.Out * n, u.Logged * n,
	}
}

func (u units) plus(v units) units {
	return units{
		u.Invocations + v.Invocations, u.Requests + v.Requests, u.Messages + v.Messages, u.Writes + v.Writes, u.Reads + v.Reads,
		u.Calls + v.Calls, u.Posts + v.Posts, u.Out + v.Out, u.Logged + v.Logged,
	}
}

// month is how a chat is used.
type month struct {
	Rooms, People int     // people a room, all there at the same time
	Messages      int     // of a person in a day
	Hours         float64 // online in a day
	Pings         float64 // an hour online
	Typings       float64 // frames that tell that one writes, for each message
}

const days = 30

func (m month) people() float64 { return float64(m.Rooms * m.People) }

// sent is the number of messages of the month.
func (m month) sent() float64 { return m.people() * float64(m.Messages) * days }

// opened is the number of connections of the month: API Gateway cuts each after 2 hours, and
// a page opens another shortly before.
func (m month) opened() float64 { return m.people() * days * max(1, m.Hours/2) }

func (m month) connectionMinutes() float64 { return m.people() * m.Hours * 60 * days }

// line is a line of a bill.
type line struct {
	what   string
	amount float64
	price  price
}

func (l line) dollars() float64 { return max(0, l.amount-l.price.free) * l.price.dollars / l.price.per }

// bill adds a month up.
func bill(r room, m month, p pricing, sequentialPosts bool) []line {
	total, ms := units{}, 0.0
	add := func(u units, n float64, mb int) {
		total = total.plus(u.times(n))
		ms += n * u.milliseconds(mb, sequentialPosts) * float64(mb) / 1024
	}
	add(r.SignIn, m.people(), 256)
	add(r.Open, m.opened(), 256)
	add(r.Send, m.sent(), p.sendMB)
	add(r.Typing, m.sent()*m.Typings, p.sendMB)
	add(r.Ping, m.people()*m.Hours*days*m.Pings, 256)
	add(r.Close, m.opened(), 256)
	return []line{
		{"WebSocket messages", total.Messages, p.message},
		{"connection minutes", m.connectionMinutes(), p.minute},
		{"HTTP API requests", total.Requests, p.request},
		{"Lambda requests", total.Invocations, p.invocation},
		{"Lambda GB-seconds", ms / 1000, p.gbSecond},
		{"DynamoDB write units", total.Writes, p.write},
		{"DynamoDB read units", total.Reads, p.read},
		{"DynamoDB GB, of one month", m.sent() * rowBytes / 1e9, p.storage},
		{"CloudFront GB", (total.Out + m.people()*days*pageBytes) / 1e9, p.transfer},
		{"CloudFront requests", m.people()*days*pageRequests + m.opened() + total.Requests, p.viewer},
		{"log GB", (total.Logged + total.Invocations*platformBytes) / 1e9, p.log},
	}
}

func sum(lines []line) (dollars float64) {
	for _, l := range lines {
		dollars += l.dollars()
	}
	return dollars
}

// perMessage is the price of one message to a room, without the cost of people's presence,
// and without free units.
func perMessage(u units, p pricing, sequentialPosts bool) float64 {
	each := func(n float64, price price) float64 { return n * price.dollars / price.per }
	ms := u.milliseconds(p.sendMB, sequentialPosts)
	return each(u.Messages, p.message) + each(u.Invocations, p.invocation) +
		each(ms/1000*float64(p.sendMB)/1024, p.gbSecond) + each(u.Writes, p.write) + each(u.Reads, p.read) + each(u.Requests, p.request)
}
