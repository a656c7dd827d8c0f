package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"projectchat/internal/wire"
	"projectchat/lab/check"
	"projectchat/lab/client"
	"projectchat/lab/netproxy"
)

// tab is one tab of one person in one room: a client, its network, and its outbox's storage,
// which outlives the client.
type tab struct {
	name, uid string
	room      *room
	network   *netproxy.Proxy
	road      road
	record    *recorder
	live      *atomic.Int64 // of all tabs
	seed      uint64

	mu      sync.Mutex
	life    int
	store   []client.Stored
	driver  *client.Driver
	stop    func() // ends the client and waits for that
	ctx     context.Context
	waiting int // messages that are not acknowledged yet
	spoken  int
	spokeAt time.Time
	lag     time.Duration // how long recent acknowledgements have taken
	isLive  bool
	shows   int64  // the last row that is shown
	ended   string // why the client will do nothing more
}

// room is a room and the texts that only its people may get.
type room struct {
	name, canary string
	pad          string  // makes its messages longer
	pace         float64 // between its messages, in pauses of other rooms
	head         atomic.Int64
}

// isAt notes that the room's log reaches a row.
func (r *room) isAt(seq int64) {
	for known := r.head.Load(); seq > known && !r.head.CompareAndSwap(known, seq); known = r.head.Load() {
	}
}

// canaryPrefix begins every canary.
const canaryPrefix = "canary:"

// frameOf is a transport that shows its frames to a function.
type frameOf struct {
	client.Transport
	look func(frame []byte)
}

type lookedAt struct {
	client.Socket
	look func(frame []byte)
}

// Dial implements [client.Transport].
func (f frameOf) Dial(ctx context.Context) (client.Socket, error) {
	s, err := f.Transport.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return lookedAt{s, f.look}, nil
}

// Receive implements [client.Socket].
func (s lookedAt) Receive(ctx context.Context) ([]byte, error) {
	frame, err := s.Socket.Receive(ctx)
	if err == nil {
		s.look(frame)
	}
	return frame, err
}

// open starts a client on the entries of the storage.
func (t *tab) open(ctx context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.life++
	t.waiting = len(t.store)
	who := t.who()
	machine := client.New(client.Config{
		Room: t.room.name, UID: t.uid, Seed: t.seed + uint64(t.life)<<32, Outbox: slices.Clone(t.store),
	})
	t.driver = client.NewDriver(machine, frameOf{t.road, t.look}, client.Options{
		Session: t.road.whose,
		Observe: func(_ time.Time, a client.Action) { t.observe(who, a) },
		Live:    func(_ time.Time, live bool) { t.setLive(live) },
	})
	own, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	t.ctx = own
	t.stop = func() { cancel(); <-done }
	t.record.add(check.Record{Op: check.Up, Who: who, Room: t.room.name})
	for _, e := range t.store {
		t.holds(e)
	}
	driver := t.driver
	go func() {
		defer close(done)
		driver.Run(own)
	}()
}

// who names the tab as an observer. After a reload it is another observer.
func (t *tab) who() string { return fmt.Sprintf("%s.%d", t.name, t.life) }

// crash ends the client without a word, as a dying tab does. Its connections are reset.
func (t *tab) crash() {
	t.mu.Lock()
	stop, who := t.stop, t.who()
	t.mu.Unlock()
	t.record.add(check.Record{Op: check.Down, Who: who, Room: t.room.name})
	t.network.Cut(netproxy.Reset, 0)
	stop()
	t.setLive(false)
}

// say hands a text to the client, unless two wait already. The text is a number.
func (t *tab) say() {
	t.mu.Lock()
	if t.waiting >= 2 || t.ended != "" {
		t.mu.Unlock()
		return
	}
	t.waiting++
	t.spoken++
	t.spokeAt = time.Now()
	text := fmt.Sprintf("%s %s says %d%s", t.room.canary, t.name, t.spoken, t.room.pad)
	driver, ctx := t.driver, t.ctx
	t.mu.Unlock()
	driver.Do(ctx, client.Write{Text: text})
}

// talk says something now and then, with pauses of a mean length, until ctx ends. If
// acknowledgements take long the pauses get longer, as people's do. Otherwise a slow machine
// would show only the effects of too much load.
func (t *tab) talk(ctx context.Context, random *rand.Rand, pause time.Duration) {
	for {
		mean := max(time.Duration(float64(pause)*t.room.pace), patientFor*t.lately())
		timer := time.NewTimer(time.Duration(random.ExpFloat64() * float64(mean)))
		select {
		case <-timer.C:
			t.say()
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// patientFor: a pause is at least this many times as long as an acknowledgement.
const patientFor = 5

func (t *tab) lately() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lag
}

func (t *tab) setLive(live bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if live == t.isLive {
		return
	}
	t.isLive = live
	if live {
		t.live.Add(1)
	} else {
		t.live.Add(-1)
	}
}

// look records a frame that holds another room's canary.
func (t *tab) look(frame []byte) {
	foreign := bytes.Count(frame, []byte(canaryPrefix)) != bytes.Count(frame, []byte(t.room.canary))
	if foreign {
		t.record.add(check.Record{Op: check.Heard, Who: t.name, UID: t.uid, Text: string(frame)})
	}
}

func (t *tab) observe(who string, a client.Action) {
	r := check.Record{Who: who, Room: t.room.name}
	switch a := a.(type) {
	case client.Keep:
		t.keep(a.Entry)
	case client.Forget:
		t.forget(a.CID)
	case client.Began:
		r.Op, r.Epoch, r.Seq = check.View, a.Epoch, a.After
		t.record.add(r)
		t.cameTo(a.After)
	case client.Shown:
		t.shown(r, a.Epoch, a.Messages)
	case client.Acknowledged:
		r.Op, r.Epoch, r.Seq, r.UID, r.CID = check.Ack, a.Epoch, a.Seq, t.uid, a.CID
		t.record.add(r)
		t.room.isAt(a.Seq)
	case client.Refused:
		r.Op, r.UID, r.CID = check.Refuse, t.uid, a.CID
		t.record.add(r)
	case client.Waits:
		r.Op, r.UID, r.CID = check.Wait, t.uid, a.CID
		t.record.add(r)
		t.end("a message waits until the person decides")
	case client.SignedOut:
		t.end("signed out")
	case client.Failed:
		t.end("cannot join: " + a.Code)
	}
}

func (t *tab) shown(r check.Record, epoch string, rows []wire.Message) {
	r.Op, r.Epoch = check.Show, epoch
	for _, m := range rows {
		r.Seq, r.UID, r.CID, r.Text = m.Seq, m.UID, m.CID, short(m.Text)
		t.record.add(r)
		t.cameTo(m.Seq)
	}
}

// cameTo notes how far the view reaches.
func (t *tab) cameTo(seq int64) {
	t.room.isAt(seq)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shows = seq
}

// isLevel reports whether the tab shows all rows of the room that any tab knows.
func (t *tab) isLevel() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.shows >= t.room.head.Load()
}

// short leaves the padding out if it is as it should be: all messages of a room have the
// same.
func short(text string) string {
	head, pad, padded := strings.Cut(text, " ~")
	if padded && strings.Trim(pad, "~") == "" {
		return fmt.Sprint(head, " ~", len(pad))
	}
	return text
}

func (t *tab) end(why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = why
}

// keep is the tab's storage. An entry is tried from its first store on.
func (t *tab) keep(e client.Stored) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.store, func(other client.Stored) bool { return other.CID == e.CID })
	if i >= 0 {
		t.store[i] = e
		return
	}
	t.store = append(t.store, e)
	t.record.add(check.Record{Op: check.Try, Who: t.name, Room: t.room.name, UID: e.UID, CID: e.CID, Text: short(e.Text)})
	t.holds(e)
}

// holds records that the tab has an entry in its outbox, and is to send it.
func (t *tab) holds(e client.Stored) {
	t.record.add(check.Record{Op: check.Hold, Who: t.who(), Room: t.room.name, UID: e.UID, CID: e.CID})
}

func (t *tab) forget(cid string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.store = slices.DeleteFunc(t.store, func(e client.Stored) bool { return e.CID == cid })
	t.waiting = len(t.store)
	t.lag = (t.lag + time.Since(t.spokeAt)) / 2
}

// idle reports whether no message waits, and why the client has ended.
func (t *tab) idle() (idle bool, ended string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.store) == 0 && t.isLive, t.ended
}
