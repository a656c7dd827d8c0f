package apigw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/compose"
	"projectchat/internal/refusal"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// writes keeps each call of Write separately.
type writes struct{ lines []string }

func (w *writes) Write(p []byte) (int, error) {
	w.lines = append(w.lines, string(p))
	return len(p), nil
}

// measured is a stage with metrics and a real Broadcaster.
type measured struct {
	*stage
	*endpoint
	out writes
	// beforePush is called before each push.
	beforePush func()
}

func newMeasured(t *testing.T, plan func(chattest.Call) chattest.Fault) *measured {
	e, broadcaster, _ := newEndpoint(t)
	m := &measured{stage: newStage(t), endpoint: e, beforePush: func() {}}
	metrics := apigw.NewMetrics(&m.out, "ProjectChat/stack", m.clock.Now)
	log := apigw.NewLogger(m.log)
	options := chat.Options{Now: m.clock.Now, Log: log, Recorder: metrics, Jitter: func(time.Duration) time.Duration { return 0 }}
	rules := compose.Rules(chattest.NewFaulty(m.store, plan), hookedBroadcaster{broadcaster, m}, options)
	m.functions = []*apigw.Function{
		apigw.Connect(rules, log).Counted(metrics), apigw.Send(rules, log).Counted(metrics),
		apigw.History(rules, log).Counted(metrics), apigw.Disconnect(rules, log).Counted(metrics),
	}
	return m
}

type hookedBroadcaster struct {
	chat.Broadcaster
	m *measured
}

func (c hookedBroadcaster) Push(ctx context.Context, to []string, p chat.Push) []string {
	c.m.beforePush()
	return c.Broadcaster.Push(ctx, to, p)
}

func noFaults(chattest.Call) chattest.Fault { return chattest.Fault{} }

// lines returns the lines written since the last call, each checked.
func (m *measured) lines() (lines []object) {
	m.Helper()
	for _, text := range m.out.lines {
		lines = append(lines, checkEMF(m, text))
	}
	m.out.lines = nil
	return lines
}

// values returns a line without its metadata.
func values(line object) object {
	delete(line, "_aws")
	return line
}

// checkEMF checks a line against AWS's specification of the format, and against
// our rules: one line, no dimension but Code, no string that could come from a
// person.
func checkEMF(t testing.TB, text string) object {
	t.Helper()
	var line object
	if err := json.Unmarshal([]byte(text), &line); err != nil || strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		t.Fatalf("no line of JSON: %q (%v)", text, err)
	}
	var meta struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	}
	raw, _ := json.Marshal(line["_aws"])
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&meta); err != nil || meta.Timestamp <= 0 || len(meta.CloudWatchMetrics) == 0 {
		t.Errorf("metadata %s: %v", raw, err)
	}
	known := map[string]bool{"_aws": true, "route": true, "reqId": true, "trace": true, "epoch": true, "seq": true}
	for _, d := range meta.CloudWatchMetrics {
		if d.Namespace != "ProjectChat/stack" || len(d.Dimensions) != 1 || len(d.Metrics) == 0 {
			t.Errorf("directive %+v", d)
		}
		for _, dimension := range slices.Concat(d.Dimensions...) {
			if value, ok := line[dimension].(string); dimension != "Code" || !ok || value == "" {
				t.Errorf("dimension %s: %v", dimension, line[dimension])
			}
			known[dimension] = true
		}
		for _, one := range d.Metrics {
			known[one.Name] = true
			if _, ok := line[one.Name].(float64); !ok || one.Unit != "Count" && one.Unit != "Milliseconds" {
				t.Errorf("metric %+v: %v", one, line[one.Name])
			}
		}
	}
	for name, value := range line {
		if _, isText := value.(string); !known[name] || isText && !regexp.MustCompile(`^[A-Za-z0-9$/ =_-]{1,60}$`).MatchString(value.(string)) {
			t.Errorf("%s: %v has no business in a line", name, value)
		}
	}
	return line
}

// TestMetricsGolden compares the lines byte by byte.
func TestMetricsGolden(t *testing.T) {
	var m *measured
	m = newMeasured(t, serial(func(c chattest.Call) chattest.Fault {
		if c.Op == "Append" {
			m.clock.Advance(3_500 * time.Microsecond)
		}
		return chattest.Fault{}
	}))
	ann, _ := m.guest("Ann", "general")
	bo, _ := m.guest("Bo", "general")
	m.answer(bo, func(http.ResponseWriter, *http.Request) { m.clock.Advance(7 * time.Millisecond) })
	gone, _ := m.guest("Cy", "general")
	m.answer(gone, refuse(410, "GoneException", ""))
	m.lines()
	for name, act := range map[string]func(){
		"send":    func() { m.ask(ann, "send", object{"room": "general", "cid": "c1", "text": "hi"}) },
		"refused": func() { m.ask(ann, "send", object{"room": "elsewhere", "cid": "c1", "text": "hi"}) },
	} {
		act()
		got := regexp.MustCompile(`"epoch":"[a-z0-9]+"`).ReplaceAllString(strings.Join(m.out.lines, ""), `"epoch":"k3v9x2m7q1"`)
		got = regexp.MustCompile(`"Timestamp":\d+`).ReplaceAllString(got, `"Timestamp":4105325105790`)
		m.lines()
		path := filepath.Join("testdata", "emf", name+".json")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestMetricsCounts tries every outcome of a request and checks which counts it
// makes.
func TestMetricsCounts(t *testing.T) {
	var fault func(c chattest.Call) chattest.Fault
	m := newMeasured(t, serial(func(c chattest.Call) chattest.Fault {
		if fault == nil {
			return chattest.Fault{}
		}
		return fault(c)
	}))
	ann, _ := m.guest("Ann", "general")
	others := make([]string, 5)
	for i := range others {
		others[i], _ = m.guest(fmt.Sprint("Guest", i), "general")
	}
	m.answer(others[0], refuse(410, "GoneException", ""))
	m.answer(others[1], refuse(429, "LimitExceededException", ""))
	m.answer(others[2], refuse(500, "InternalServerErrorException", ""))
	send := func(cid string) func() {
		return func() { m.ask(ann, "send", object{"room": "general", "cid": cid, "text": "hi"}) }
	}
	steal := func(times int) func(chattest.Call) chattest.Fault {
		return func(c chattest.Call) chattest.Fault {
			if c.Op == "Append" && times > 0 {
				times--
				m.take("general")
			}
			return chattest.Fault{}
		}
	}
	fail := func(name string, err error) func(chattest.Call) chattest.Fault {
		return func(c chattest.Call) chattest.Fault {
			if c.Op == name {
				return chattest.Fault{When: chattest.Before, Err: err}
			}
			return chattest.Fault{}
		}
	}
	tests := []struct {
		name  string
		fault func(chattest.Call) chattest.Fault
		act   func()
		want  object
	}{
		{"a send", nil, send("c1"), object{"route": "send", "Sends": 1., "seq": 1., "Deliveries": 2., "GonePosts": 1., "FailedPosts": 2., "AppendTime": 0., "FanOutTime": 0.}},
		{"the same again", nil, send("c1"), object{"route": "send", "Repeats": 1., "seq": 1., "Deliveries": 2., "FailedPosts": 2., "AppendTime": 0., "FanOutTime": 0.}},
		{"three slots lost", steal(3), send("c2"), object{"route": "send", "Sends": 1., "LostSlots": 3., "seq": 5., "Deliveries": 2., "FailedPosts": 2., "AppendTime": 0., "FanOutTime": 0.}},
		{"all slots lost", steal(1000), send("c3"), object{"route": "send", "LostSlots": 24., "Refused": 1., "Code": "busy"}},
		{"the put fails", fail("Append", io.ErrUnexpectedEOF), send("c4"), object{"route": "send", "Refused": 1., "Code": "internal"}},
		{"the table is throttled", fail("Append", refusal.ErrBusy), send("c5"), object{"route": "send", "Refused": 1., "Code": "busy"}},
		{"nobody can be found to push to", fail("Seats", io.ErrUnexpectedEOF), send("c6"), object{"route": "send", "Sends": 1., "seq": 30., "AppendTime": 0.}},
		{"a presence push", nil, func() { m.disconnect(others[3]) }, object{"route": "$disconnect", "Deliveries": 2., "FailedPosts": 2.}},
		{"a refused request", nil, func() { m.http(page("POST", "/api/session", `{"name":"x"}`)) }, object{"route": "POST /api/session", "Refused": 1., "Code": "bad_request"}},
		{"nothing to tell", nil, func() { m.ask(ann, "ping", object{"rooms": []string{"general"}}) }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m.stage.T = t
			m.lines()
			fault = test.fault
			test.act()
			fault = nil
			lines := m.lines()
			if test.want == nil {
				if len(lines) != 0 {
					t.Errorf("wrote %v", lines)
				}
				return
			}
			if len(lines) != 1 {
				t.Fatalf("wrote %d lines", len(lines))
			}
			got := values(lines[0])
			if (got["epoch"] != nil) != (got["seq"] != nil) || got["reqId"] == "" {
				t.Errorf("wrote %v", got)
			}
			delete(got, "epoch")
			delete(got, "reqId")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// take puts another person's row into the next free slot.
func (s *stage) take(room string) {
	rows := s.rows(room)
	seq := int64(len(rows) + 1)
	s.fill(room, seq, seq)
}

// TestMetricsUnsent: posts for which a push has no time are counted, and each
// connection once.
func TestMetricsUnsent(t *testing.T) {
	m := newMeasured(t, noFaults)
	ctx, cancel := context.WithCancel(t.Context())
	conn, _ := m.guest("Ann", "general")
	const others = 9
	for i := range others {
		m.guest(fmt.Sprint("Bo ", i), "general")
	}
	m.lines()
	m.beforePush = cancel
	e := readEvent(t, "message")
	e["requestContext"].(object)["routeKey"], e["requestContext"].(object)["connectionId"] = "send", conn
	e["body"] = `{"action":"send","room":"general","cid":"c1","text":"hi"}`
	payload, _ := json.Marshal(e)
	if _, err := m.functions[1].Invoke(ctx, payload); err != nil {
		t.Fatal(err)
	}
	got := m.lines()[0]
	unsent, _ := got["UnsentPosts"].(float64)
	failed, _ := got["FailedPosts"].(float64)
	if unsent+failed != others || got["Deliveries"] != nil {
		t.Errorf("wrote %v", got)
	}
}

// TestMetricsHoldNoSecrets drives every route to success and to failure of each
// call of the store.
func TestMetricsHoldNoSecrets(t *testing.T) {
	for _, e := range append(events(), event{"send", sendSince}) {
		for n := range 12 {
			left := -1
			m := newMeasured(t, serial(func(chattest.Call) chattest.Fault {
				if left--; left == 0 {
					return chattest.Fault{When: chattest.Before, Err: fmt.Errorf("the table is on fire: %w", refusal.ErrBusy)}
				}
				return chattest.Fault{}
			}))
			conn, cookie := m.guest(canary+" Ann", "general")
			m.guest(canary+" Bo", "general")
			m.ask(conn, "send", object{"room": "general", "cid": "c1", "text": canary})
			left = n
			e.send(m.stage, conn, cookie)
			text := strings.ToLower(strings.Join(m.out.lines, ""))
			for _, secret := range []string{canary, "pcs_", cookie, "general", conn, "u_"} {
				if strings.Contains(text, strings.ToLower(secret)) {
					t.Errorf("%s: the metrics hold %q:\n%s", e.route, secret, text)
				}
			}
			m.lines()
		}
	}
}

// TestMetricsTrace: the metrics and every line of the log have the trace of
// their invocation, under the name by which aws-lambda-go passes it.
func TestMetricsTrace(t *testing.T) {
	m := newMeasured(t, noFaults)
	const root = "1-67891233-abcdef012345678912345678"
	//lint:ignore SA1029 the name is aws-lambda-go's
	ctx := context.WithValue(t.Context(), "x-amzn-trace-id", "Root="+root+";Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:1")
	e := readEvent(t, "message")
	e["body"] = `{"action":"send","room":"general","cid":"c1","text":"hi"}`
	e["requestContext"].(object)["routeKey"] = "send"
	payload, _ := json.Marshal(e)
	if _, err := m.functions[1].Invoke(ctx, payload); err != nil {
		t.Fatal(err)
	}
	log := m.logLines()
	if got := m.lines()[0]["trace"]; got != root || log[len(log)-1]["trace"] != root {
		t.Errorf("metrics have %v, the log %v", got, log)
	}
}

// TestMetricsAreOff: without a namespace nothing is counted, and everything
// works.
func TestMetricsAreOff(t *testing.T) {
	metrics := apigw.NewMetrics(nil, "", nil)
	if metrics != nil {
		t.Fatal("there are metrics")
	}
	s := newStage(t)
	log := apigw.NewLogger(s.log)
	rules := compose.Rules(s.store, s.broadcaster, chat.Options{Now: s.clock.Now, Recorder: metrics})
	s.functions = []*apigw.Function{apigw.Connect(rules, log).Counted(metrics), apigw.Send(rules, log).Counted(metrics)}
	conn, _ := s.guest("Ann", "general")
	if r := s.ask(conn, "send", object{"room": "general", "cid": "c1", "text": "hi"}); r.code() != "" {
		t.Error(r.Body)
	}
}

// TestMetricsAllocateLittle compares a request with and without metrics.
func TestMetricsAllocateLittle(t *testing.T) {
	allocations := func(metrics *apigw.Metrics) float64 {
		s := newStage(t)
		log := apigw.NewLogger(io.Discard)
		rules := compose.Rules(s.store, s.broadcaster, chat.Options{Now: s.clock.Now, Recorder: metrics})
		f := apigw.Send(rules, log).Counted(metrics)
		e := readEvent(t, "message")
		e["body"] = `{"action":"send","room":"general","cid":"c1","text":"hi"}`
		e["requestContext"].(object)["routeKey"] = "send"
		payload, _ := json.Marshal(e)
		return testing.AllocsPerRun(200, func() {
			if _, err := f.Invoke(context.Background(), payload); err != nil {
				t.Error(err)
			}
		})
	}
	without, with := allocations(nil), allocations(apigw.NewMetrics(io.Discard, "ProjectChat/stack", nil))
	if with-without > 8 {
		t.Errorf("metrics allocate %v times a request", with-without)
	}
}
