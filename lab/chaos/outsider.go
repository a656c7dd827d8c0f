package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"

	"projectchat/lab/check"
)

// elsewhere is the room of the outsiders.
const elsewhere = "elsewhere"

// outsider is a person in another room, who tries to read and to write where they may not,
// and under others' names.
type outsider struct {
	name, uid string
	road      road
	record    *recorder
	victims   []*tab
	canary    string
	random    *rand.Rand

	mu       sync.Mutex
	n        int
	asked    map[string]string // open probes and own messages, by id
	refused  map[string]int    // by code
	admitted []string          // probes that should have been refused
	own      int               // their own messages in their own room
}

// probe is a request that must be refused. %[1]q is another person's room, %[2]q that person,
// %[3]s a number.
var probes = []string{
	`{"action":"history","id":"x%[3]s","room":%[1]q}`,
	`{"action":"history","id":"x%[3]s","room":%[1]q,"after":0,"limit":100}`,
	`{"action":"send","id":"x%[3]s","room":%[1]q,"cid":"x%[3]s","text":"an intruder"}`,
	`{"action":"send","id":"x%[3]s","room":"elsewhere","cid":"x%[3]s","text":"a false name","as":%[2]q}`,
	`{"action":"send","id":"x%[3]s","room":"elsewhere","cid":"x%[3]s","text":"a false name","uid":%[2]q}`,
	`{"action":"send","id":"x%[3]s","room":"elsewhere","cid":"x%[3]s","text":"a","text":"b"}`,
	`{"action":"history","id":"x%[3]s","room":"elsewhere","Room":%[1]q}`,
	`{"action":"ping","id":"x%[3]s","rooms":[%[1]q]}`,
	`{"action":"join","id":"x%[3]s","room":%[1]q,"uid":%[2]q}`,
	`{"action":"typing","id":"x%[3]s","room":%[1]q}`,
	`{"action":"history","id":"x%[3]s","room":"LOG#` + elsewhere + `"}`,
}

// run probes until ctx ends, whatever happens to the connection.
func (o *outsider) run(ctx context.Context) {
	for ctx.Err() == nil {
		o.visit(ctx)
		sleep(ctx, 200*time.Millisecond)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// visit probes on one connection until it breaks.
func (o *outsider) visit(ctx context.Context) {
	o.overHTTP(ctx)
	c, err := o.road.dial(ctx)
	if err != nil {
		return
	}
	defer c.CloseNow()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer cancel()
		o.listen(ctx, c)
	}()
	if c.Write(ctx, websocket.MessageText, []byte(`{"action":"join","id":"j","room":"`+elsewhere+`"}`)) != nil {
		return
	}
	for ctx.Err() == nil {
		sleep(ctx, time.Duration(100+o.random.IntN(400))*time.Millisecond)
		if c.Write(ctx, websocket.MessageText, o.next()) != nil {
			return
		}
	}
}

// next makes a probe or, every sixth time, an honest message. The honest ones show that the
// probes do reach the server.
func (o *outsider) next() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.n++
	if o.n%6 == 0 {
		cid := fmt.Sprintf("%s-%d", strings.ReplaceAll(o.name, " ", "-"), o.n)
		text := o.canary + " " + cid
		o.asked["o"+fmt.Sprint(o.n)] = cid
		o.record.add(check.Record{Op: check.Try, Who: cid, Room: elsewhere, UID: o.uid, CID: cid, Text: text})
		return fmt.Appendf(nil, `{"action":"send","id":"o%d","room":%q,"cid":%q,"text":%q}`, o.n, elsewhere, cid, text)
	}
	victim := o.victims[o.random.IntN(len(o.victims))]
	probe := fmt.Sprintf(probes[o.random.IntN(len(probes))]+"%.0[1]s%.0[2]s%.0[3]s", victim.room.name, victim.uid, fmt.Sprint(o.n))
	o.asked[fmt.Sprint("x", o.n)] = probe
	return []byte(probe)
}

func (o *outsider) listen(ctx context.Context, c *websocket.Conn) {
	for {
		_, frame, err := c.Read(ctx)
		if err != nil {
			return
		}
		o.hear(frame)
		o.judge(frame)
	}
}

// hear records a frame that holds a canary.
func (o *outsider) hear(text []byte) {
	if bytes.Contains(text, []byte(canaryPrefix)) {
		o.record.add(check.Record{Op: check.Heard, Who: o.name, UID: o.uid, Text: string(text)})
	}
}

// judge checks an answer: a probe must get an error, or a pong that tells nothing.
func (o *outsider) judge(frame []byte) {
	var f struct {
		Type, ID, Code, CID, Epoch string
		Seq                        int64
		Heads                      map[string]map[string]any
	}
	if json.Unmarshal(frame, &f, json.MatchCaseInsensitiveNames(true)) != nil || f.ID == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	probe, known := o.asked[f.ID]
	delete(o.asked, f.ID)
	switch {
	case !known:
	case f.ID[0] == 'o' && f.Type == "sent":
		o.own++
		o.record.add(check.Record{Op: check.Ack, Who: probe, Room: elsewhere, UID: o.uid, CID: f.CID, Epoch: f.Epoch, Seq: f.Seq})
	case f.ID[0] == 'o':
	case f.Type == "error":
		o.refused[f.Code]++
	case f.Type == "pong" && tellsNothing(f.Heads):
		o.refused["a pong that tells nothing"]++
	default:
		o.admitted = append(o.admitted, fmt.Sprintf("%s got %.200s", probe, frame))
	}
}

func tellsNothing(heads map[string]map[string]any) bool {
	for _, head := range heads {
		if len(head) != 1 || head["live"] != false {
			return false
		}
	}
	return true
}

// overHTTP tries without a session, and with one under another's name.
func (o *outsider) overHTTP(ctx context.Context) {
	victim := o.victims[o.random.IntN(len(o.victims))]
	nobody := newRoad(o.road.addr, "", 0)
	room := url.Values{"room": {victim.room.name}}
	o.answered(nobody.ask(ctx, http.MethodGet, "/api/messages", room, nil))
	o.answered(nobody.ask(ctx, http.MethodPost, "/api/messages", nil, map[string]string{"room": victim.room.name, "cid": "n", "text": "nobody"}))
	body := map[string]string{"room": victim.room.name, "cid": fmt.Sprint("h", o.random.Uint32()), "text": "a false name", "as": victim.uid}
	o.answered(o.road.ask(ctx, http.MethodPost, "/api/messages", nil, body))
	if c, err := nobody.dial(ctx); err == nil {
		o.mu.Lock()
		o.admitted = append(o.admitted, "a connection without a session")
		o.mu.Unlock()
		c.CloseNow()
	}
}

func (o *outsider) answered(status int, answer []byte, err error) {
	if err != nil {
		return
	}
	o.hear(answer)
	o.mu.Lock()
	defer o.mu.Unlock()
	if status < http.StatusBadRequest {
		o.admitted = append(o.admitted, fmt.Sprintf("over HTTP: %d %.200s", status, answer))
		return
	}
	o.refused[fmt.Sprint("HTTP ", status)]++
}
