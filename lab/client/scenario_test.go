package client_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/wire"
	"projectchat/lab/client"
)

// scenario is a script that every client of the protocol must follow. Those of
// testdata/scenarios are played to the page's client, too. testdata/README.md has the fields.
type scenario struct {
	About  string
	After  string // the steps of this file of testdata come first
	Hidden bool
	Outbox []struct {
		UID, CID, Text string
		Age            int64
		Since          *wire.Position
		Tried          bool
	}
	Steps []scene
}

// scene is one event, and the actions that are expected since the last one.
type scene struct {
	At       int64
	Opened   *int
	Closed   *int
	Channel  int
	Frame    map[string]any
	Raw      *string
	Write    *string
	Change   *client.Change
	Retry    *string
	Discard  *string
	Visible  *bool
	Online   bool
	Typing   bool
	Answer   *httpAnswer
	Pongs    any // the answer to each ping from now on, which then counts as not sent; false: no longer
	Dials    int
	Hangs    []int
	Sends    []map[string]any
	Asks     []map[string]any
	Shows    []string
	Presence []string
	State    string
}

type httpAnswer struct {
	Status int
	Body   map[string]any
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.json")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			var s scenario
			readJSON(t, file, &s)
			play(t, s)
		})
	}
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := json.NewDecoder(bytes.NewReader(text))
	lines.DisallowUnknownFields()
	if err := lines.Decode(into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func play(t *testing.T, s scenario) {
	a := newActor(t, s)
	if s.After != "" {
		var before []scene
		readJSON(t, "testdata/"+s.After+".json", &before)
		s.Steps = append(before, s.Steps...)
	}
	for i, step := range s.Steps {
		a.until(time.Duration(step.At) * time.Millisecond)
		a.happen(step)
		a.expect(fmt.Sprintf("step %d, at %d ms", i+1, step.At), step)
		if t.Failed() {
			return
		}
	}
}

// actor plays one client's part.
type actor struct {
	t          *testing.T
	m          *client.Machine
	began, now time.Time
	frames     map[string]map[string]any // the usual fields of each type of frame
	bound      map[string]any            // variables of the script
	pongs      map[string]any

	dials   int
	hangs   []int
	sends   []map[string]any
	asks    []map[string]any
	pending []client.Action // asks without an answer
	people  []string
	state   string
}

func newActor(t *testing.T, s scenario) *actor {
	began := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	a := &actor{t: t, began: began, now: began, bound: map[string]any{}, state: "down"}
	readJSON(t, "testdata/frames.json", &a.frames)
	var outbox []client.Stored
	for _, e := range s.Outbox {
		at := began.Add(-time.Duration(e.Age) * time.Millisecond)
		outbox = append(outbox, client.Stored{UID: e.UID, CID: e.CID, Text: e.Text, Written: at, WordAt: at, Since: e.Since, Tried: e.Tried})
	}
	a.m = client.New(client.Config{
		Room: "General", UID: me, Outbox: outbox, Hidden: s.Hidden, Polls: true, Chance: func() float64 { return 0.5 },
	})
	a.event(client.Start{})
	return a
}

// until lets time pass. It wakes the machine at its timers.
func (a *actor) until(at time.Duration) {
	end := a.began.Add(at)
	for {
		at, ok := a.m.Wake()
		if !ok || at.After(end) {
			break
		}
		a.now = at
		a.event(client.Tick{})
	}
	a.now = end
	a.event(client.Tick{})
}

func (a *actor) happen(s scene) {
	channel := max(s.Channel, 1)
	switch {
	case s.Opened != nil:
		a.event(client.Opened{Channel: *s.Opened})
	case s.Closed != nil:
		a.event(client.Closed{Channel: *s.Closed})
	case s.Frame != nil:
		a.event(client.Received{Channel: channel, Frame: text(a.fill(s.Frame))})
	case s.Raw != nil:
		a.event(client.Received{Channel: channel, Frame: []byte(*s.Raw)})
	case s.Write != nil:
		a.event(client.Write{Text: *s.Write})
	case s.Change != nil:
		a.event(*s.Change)
	case s.Typing:
		a.event(client.Type{})
	case s.Retry != nil:
		a.event(client.Retry{CID: fmt.Sprint(a.value(*s.Retry))})
	case s.Discard != nil:
		a.event(client.Discard{CID: fmt.Sprint(a.value(*s.Discard))})
	case s.Visible != nil:
		a.event(client.View{Visible: *s.Visible})
	case s.Online:
		a.event(client.Online{})
	case s.Answer != nil:
		a.answer(*s.Answer)
	case s.Pongs != nil:
		a.pongs, _ = s.Pongs.(map[string]any)
	}
}

func (a *actor) event(e client.Event) {
	for _, action := range a.m.Handle(a.now, e) {
		a.do(action)
	}
}

func (a *actor) do(action client.Action) {
	switch x := action.(type) {
	case client.Dial:
		a.dials++
	case client.Hangup:
		a.hangs = append(a.hangs, x.Channel)
	case client.Transmit:
		a.transmit(x)
	case client.AskSession:
		a.asks = append(a.asks, map[string]any{"get": "/api/session"})
		a.pending = append(a.pending, x)
	case client.Fetch:
		ask := map[string]any{strings.ToLower(x.Method): x.Target}
		if x.Body != nil {
			ask["body"] = parsed(x.Body)
		}
		a.asks = append(a.asks, ask)
		a.pending = append(a.pending, x)
	case client.People:
		a.people = nil
		for _, p := range x.Online {
			a.people = append(a.people, p.UID)
		}
	case client.SignedOut:
		a.state = "ended"
	case client.Failed:
		a.state = "failed"
	}
}

func (a *actor) transmit(x client.Transmit) {
	f := parsed(x.Frame)
	if f["action"] == "ping" && a.pongs != nil {
		a.event(client.Received{Channel: x.Channel, Frame: text(a.fill(pong(f["id"], a.pongs)))})
		return
	}
	if x.Channel > 1 {
		f["channel"] = float64(x.Channel)
	}
	a.sends = append(a.sends, f)
}

func pong(id any, head map[string]any) map[string]any {
	return map[string]any{"type": "pong", "id": id, "head": head}
}

// answer answers the oldest open request over HTTP.
func (a *actor) answer(h httpAnswer) {
	if len(a.pending) == 0 {
		a.t.Fatal("no request over HTTP is open")
	}
	oldest := a.pending[0]
	a.pending = a.pending[1:]
	if fetch, ok := oldest.(client.Fetch); ok {
		a.event(client.Fetched{ID: fetch.ID, Status: h.Status, Body: text(a.fill(h.Body))})
		return
	}
	uid, _ := h.Body["uid"].(string)
	if h.Body["name"] == "" {
		uid = ""
	}
	a.event(client.SessionIs{Known: h.Status == 200, UID: uid})
}

func (a *actor) shows() []string {
	var list []string
	for _, m := range a.m.Folded() {
		line := fmt.Sprint(m.Seq, " ", m.Text)
		for _, uid := range slices.Sorted(maps.Keys(m.Reactions)) {
			line += " " + m.Reactions[uid]
		}
		if m.Deleted != 0 {
			line += "(deleted)"
		}
		list = append(list, line+a.changing(m.Seq))
	}
	for _, u := range a.m.Unsent() {
		if u.Kind == "" {
			list = append(list, fmt.Sprintf("%s (%s)", u.Text, u.State))
		}
	}
	return list
}

// changing returns the state of a message's changes in the outbox: of the first that is not
// pending, else of the last.
func (a *actor) changing(target int64) string {
	state := ""
	for _, u := range a.m.Unsent() {
		if u.Target == target && (state == "" || state == "pending") {
			state = u.State
		}
	}
	if state != "" {
		return fmt.Sprintf(" (%s)", state)
	}
	return ""
}

func (a *actor) nowState() string {
	switch {
	case a.m.Live():
		return "live"
	case a.m.Polling():
		return "polling"
	}
	return a.state
}

// expect expects exactly these actions since the last step.
func (a *actor) expect(where string, s scene) {
	a.t.Helper()
	if a.dials != s.Dials {
		a.t.Errorf("%s: %d dials, want %d", where, a.dials, s.Dials)
	}
	if !slices.Equal(a.hangs, s.Hangs) {
		a.t.Errorf("%s: hung up %v, want %v", where, a.hangs, s.Hangs)
	}
	a.match(where, "sent", a.sends, s.Sends)
	a.match(where, "asked", a.asks, s.Asks)
	if s.Shows != nil && !slices.Equal(a.shows(), s.Shows) {
		a.t.Errorf("%s: shows %q, want %q", where, a.shows(), s.Shows)
	}
	if s.Presence != nil && !slices.Equal(a.people, s.Presence) {
		a.t.Errorf("%s: shows %q online, want %q", where, a.people, s.Presence)
	}
	if s.State != "" && a.nowState() != s.State {
		a.t.Errorf("%s: is %s, want %s", where, a.nowState(), s.State)
	}
	a.dials, a.hangs, a.sends, a.asks = 0, nil, nil, nil
}

// match compares frames. It binds a variable at its first use.
func (a *actor) match(where, what string, got, want []map[string]any) {
	a.t.Helper()
	for i := range min(len(got), len(want)) {
		a.bind(got[i], want[i])
	}
	var filled []map[string]any
	for _, w := range want {
		filled = append(filled, a.value(w).(map[string]any))
	}
	if diff := cmp.Diff(filled, got); diff != "" {
		a.t.Errorf("%s: %s (-want +got):\n%s", where, what, diff)
	}
}

func (a *actor) bind(got, want any) {
	switch w := want.(type) {
	case string:
		if _, known := a.bound[w]; !known && strings.HasPrefix(w, "$") {
			a.bound[w] = got
		}
	case map[string]any:
		g, _ := got.(map[string]any)
		for name, v := range w {
			a.bind(g[name], v)
		}
	}
}

// value replaces variables by their values.
func (a *actor) value(v any) any {
	switch v := v.(type) {
	case string:
		if known, ok := a.bound[v]; ok {
			return known
		}
	case []any:
		list := []any{}
		for _, x := range v {
			list = append(list, a.value(x))
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, x := range v {
			object[name] = a.value(x)
		}
		return object
	}
	return v
}

// fill completes a frame of which a script names only a part.
func (a *actor) fill(f map[string]any) map[string]any {
	if head, ok := f["head"].(map[string]any); ok { // of a pong: that of this room
		f = a.over("pong", f, map[string]any{"heads": map[string]any{"general": a.over("head", head)}})
		delete(f, "head")
	} else {
		f = a.over(fmt.Sprint(f["type"]), f)
	}
	if rows, ok := f["messages"].([]any); ok {
		list := []any{}
		for _, r := range rows {
			list = append(list, a.row(r))
		}
		f["messages"] = list
	}
	return a.value(f).(map[string]any)
}

// row completes a row. A number stands for somebody's message with that seq.
func (a *actor) row(r any) map[string]any {
	said, ok := r.(map[string]any)
	if !ok {
		said = map[string]any{"seq": r}
	}
	seq := fmt.Sprint(said["seq"])
	return a.over("row", map[string]any{"cid": "c" + seq, "text": "t" + seq}, said)
}

func (a *actor) over(name string, layers ...map[string]any) map[string]any {
	whole := map[string]any{}
	for _, layer := range append([]map[string]any{a.frames[name]}, layers...) {
		for k, v := range layer {
			whole[k] = v
		}
	}
	return whole
}

func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was JSON before
	}
	return b
}

func parsed(b []byte) (f map[string]any) {
	if err := json.Unmarshal(b, &f); err != nil {
		panic(err) // the machine's own frames
	}
	return f
}
