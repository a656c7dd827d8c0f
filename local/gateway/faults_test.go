package gateway_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
)

// always makes a fault happen on each of its occasions.
func always(t *testing.T, fault gateway.Fault, rule gateway.Rule) *gateway.Faults {
	t.Helper()
	rule.P = 1
	f := gateway.NewFaults(1)
	if err := f.Set(fault, rule); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFaultsAreTheSameForTheSameSeed(t *testing.T) {
	draw := func(seed uint64, other bool) (out []int) {
		cfg := gateway.WebSocketConfig{Faults: gateway.NewFaults(seed)}
		cfg.Faults.Set(gateway.PostGone, gateway.Rule{P: 0.3})
		if other { // another fault must not change the decisions
			cfg.Faults.Set(gateway.PostLimit, gateway.Rule{P: 0.0001})
		}
		withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
			go readAway(c)
			for range 100 {
				out = append(out, s.manage(t, "POST", connectionPath(id), "x").StatusCode)
			}
		})
		return out
	}
	first := draw(7, false)
	if diff := cmp.Diff(first, draw(7, true)); diff != "" {
		t.Errorf("another run (-first +second):\n%s", diff)
	}
	if cmp.Equal(first, draw(8, false)) {
		t.Error("another seed makes no difference")
	}
	gone := 0
	for _, status := range first {
		if status == 410 {
			gone++
		}
	}
	if gone < 15 || gone > 45 {
		t.Errorf("%d of 100 are gone, want about 30", gone)
	}
}

func TestFaultRules(t *testing.T) {
	tests := []struct {
		name string
		rule gateway.Rule
		want []int
	}{
		{"never", gateway.Rule{P: 0}, []int{200, 200, 200, 200}},
		{"always", gateway.Rule{P: 1}, []int{410, 410, 410, 410}},
		{"after the second", gateway.Rule{P: 1, Skip: 2}, []int{200, 200, 410, 410}},
		{"once", gateway.Rule{P: 1, Times: 1}, []int{410, 200, 200, 200}},
		{"to another connection", gateway.Rule{P: 1, Connection: "AAAAAAAAAAAAAAA="}, []int{200, 200, 200, 200}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := gateway.WebSocketConfig{Faults: gateway.NewFaults(1)}
			withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
				go readAway(c)
				cfg.Faults.Set(gateway.PostGone, test.rule)
				var got []int
				for range 4 {
					got = append(got, s.manage(t, "POST", connectionPath(id), "x").StatusCode)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("statuses (-want +got):\n%s", diff)
				}
				cfg.Faults.Clear()
				if res := s.manage(t, "POST", connectionPath(id), "x"); res.StatusCode != 200 {
					t.Errorf("after they were switched off: %d", res.StatusCode)
				}
			})
		})
	}
}

func TestFaultsAreCounted(t *testing.T) {
	cfg := gateway.WebSocketConfig{Faults: always(t, gateway.PostDrop, gateway.Rule{})}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		for range 3 {
			s.manage(t, "POST", connectionPath(id), "x")
		}
		if n := cfg.Faults.Count(gateway.PostDrop); n != 3 {
			t.Errorf("count %d", n)
		}
		cfg.Faults.Clear(gateway.PostDrop)
		if n := cfg.Faults.Count(gateway.PostDrop); n != 0 {
			t.Errorf("count %d after it was switched off", n)
		}
	})
}

func TestFaultsAreParsed(t *testing.T) {
	tests := []struct {
		list string
		ok   bool
	}{
		{"post-drop=0.1", true},
		{"post-drop=1, slow-reader=0.5:5s", true},
		{"", false},
		{"post-drop", false},
		{"post-drop=2", false},
		{"post-drop=-1", false},
		{"post-drop=NaN", false},
		{"post-drop=1:soon", false},
		{"rain=1", false},
		{"post-drop=1:2s:skip=1:times=2:connection=L0SM9cOFvHcCIhw=", true},
		{"post-drop=1:skip=a", false},
		{"post-drop=1:hop=1", false},
	}
	for _, test := range tests {
		if err := gateway.NewFaults(1).Parse(test.list); (err == nil) != test.ok {
			t.Errorf("%q: %v", test.list, err)
		}
	}
	for _, fault := range gateway.AllFaults() {
		if err := gateway.NewFaults(1).Parse(string(fault) + "=1"); err != nil {
			t.Error(err)
		}
	}
}

func TestFaultsThatAreNoneAreNotSet(t *testing.T) {
	f := gateway.NewFaults(1)
	for fault, rule := range map[gateway.Fault]gateway.Rule{"rain": {P: 1}, gateway.PostGone: {P: 1.5}, gateway.PostLimit: {P: math.NaN()}} {
		if err := f.Set(fault, rule); err == nil || len(f.Rules()) != 0 {
			t.Errorf("%s %v: error %v, rules %v", fault, rule, err, f.Rules())
		}
	}
}

func TestParsedFaultsAreSetAllOrNone(t *testing.T) {
	f := gateway.NewFaults(1)
	if err := f.Parse("post-410=1,rain=1"); err == nil || len(f.Rules()) != 0 {
		t.Errorf("error %v, rules %v", err, f.Rules())
	}
	if err := f.Parse("post-410=0.5,slow-reader=1:5s:times=2:skip=3:connection=a="); err != nil {
		t.Fatal(err)
	}
	want := map[gateway.Fault]gateway.Rule{
		gateway.PostGone:   {P: 0.5},
		gateway.SlowReader: {P: 1, For: 5 * time.Second, Times: 2, Skip: 3, Connection: "a="},
	}
	if diff := cmp.Diff(want, f.Rules()); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

func TestFaultsOfHandshakes(t *testing.T) {
	for fault, want := range map[gateway.Fault]int{gateway.ConnectLimit: 429, gateway.ConnectError: 500} {
		t.Run(string(fault), func(t *testing.T) {
			l := newLifecycle()
			cfg := l.config()
			cfg.Faults = always(t, fault, gateway.Rule{Times: 1})
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				if _, res := s.handshake(t, handshakeRequest("/ws")); res.StatusCode != want {
					t.Errorf("status %d, want %d", res.StatusCode, want)
				}
				l.connect.none(t)
				s.connect(t)
			})
		})
	}
}

func TestFaultsOfDisconnect(t *testing.T) {
	tests := []struct {
		fault gateway.Fault
		want  int
		after time.Duration
	}{
		{gateway.DisconnectDrop, 0, 0},
		{gateway.DisconnectDouble, 2, 0},
		{gateway.DisconnectDelay, 1, 5 * time.Second},
		{gateway.DisconnectReorder, 1, 5 * time.Second},
	}
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			l := newLifecycle()
			cfg := l.config()
			cfg.Faults = always(t, test.fault, gateway.Rule{For: 5 * time.Second})
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				s.connect(t).conn.Close()
				if test.after > 0 {
					time.Sleep(test.after - time.Nanosecond)
					l.disconnect.none(t)
					time.Sleep(time.Nanosecond)
				}
				synctest.Wait()
				if n := len(l.disconnect.events); n != test.want {
					t.Errorf("%d times, want %d", n, test.want)
				}
			})
		})
	}
}

func TestReorderedDisconnectComesAfterTheNextConnect(t *testing.T) {
	order := make(chan string, 10)
	step := func(name string) function {
		return func(context.Context, []byte) ([]byte, error) {
			order <- name
			return []byte(ok), nil
		}
	}
	cfg := gateway.WebSocketConfig{
		Routes: routes(map[string]gateway.Invoker{"$connect": step("connect"), "$disconnect": step("disconnect")}),
		Faults: always(t, gateway.DisconnectReorder, gateway.Rule{For: time.Hour, Times: 1}),
	}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		s.connect(t).conn.Close()
		time.Sleep(time.Minute)
		s.connect(t)
		synctest.Wait()
		close(order)
		var got []string
		for name := range order {
			got = append(got, name)
		}
		if diff := cmp.Diff([]string{"connect", "connect", "disconnect"}, got); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		order = make(chan string, 10) // the events of the end
	})
}

func TestFaultsOfPosts(t *testing.T) {
	tests := []struct {
		fault  gateway.Fault
		status int
		want   []string
	}{
		{gateway.PostDrop, 200, []string{"two"}},
		{gateway.PostDouble, 200, []string{"one", "one", "two"}},
		{gateway.PostDelay, 200, []string{"two", "one"}},
		{gateway.PostReorder, 200, []string{"two", "one"}},
		{gateway.PostGone, 410, []string{"two"}},
		{gateway.PostGoneDelivered, 410, []string{"one", "two"}},
		{gateway.PostLimit, 429, []string{"two"}},
		{gateway.PostError, 500, []string{"two"}},
		{gateway.PostErrorDelivered, 500, []string{"one", "two"}},
		{gateway.PostHang, 504, []string{"two"}},
	}
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			cfg := gateway.WebSocketConfig{Faults: always(t, test.fault, gateway.Rule{For: 5 * time.Second, Times: 1})}
			withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
				if res := s.manage(t, "POST", connectionPath(id), "one"); res.StatusCode != test.status {
					t.Errorf("status %d, want %d", res.StatusCode, test.status)
				}
				if res := s.manage(t, "POST", connectionPath(id), "two"); res.StatusCode != 200 {
					t.Errorf("the next post: %d", res.StatusCode)
				}
				for _, text := range test.want {
					c.want(text)
				}
				c.silent()
			})
		})
	}
}

func TestReorderedPostsChangePlacesByTwo(t *testing.T) {
	cfg := gateway.WebSocketConfig{Faults: always(t, gateway.PostReorder, gateway.Rule{For: 5 * time.Second})}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		start := time.Now()
		for _, text := range []string{"one", "two", "three", "four"} {
			s.manage(t, "POST", connectionPath(id), text)
		}
		for _, text := range []string{"two", "one", "four", "three"} {
			c.want(text)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
	})
}

func TestReorderedPostComesAloneIfNothingOvertakesIt(t *testing.T) {
	cfg := gateway.WebSocketConfig{Faults: always(t, gateway.PostReorder, gateway.Rule{For: 5 * time.Second})}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		start := time.Now()
		s.manage(t, "POST", connectionPath(id), "one")
		c.want("one")
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("it came after %v", took)
		}
		s.manage(t, "POST", connectionPath(id), "two")
		s.manage(t, "DELETE", connectionPath(id), "")
		c.want("two")
		c.wantClose(1000, "")
	})
}

func TestHangingPostEndsWithItsCaller(t *testing.T) {
	cfg := gateway.WebSocketConfig{Faults: always(t, gateway.PostHang, gateway.Rule{})}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		if err := post(ctx, s.sdk(t, "ws"), id, "x"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("it took %v", took)
		}
		c.silent()
	})
}

func TestFaultsAreAWSsErrorsForTheSDK(t *testing.T) {
	as := func(target any) func(error) bool {
		return func(err error) bool { return errors.As(err, target) }
	}
	internal := func(err error) bool {
		var api smithy.APIError
		return errors.As(err, &api) && api.ErrorCode() == "InternalServerErrorException"
	}
	tests := []struct {
		fault    gateway.Fault
		is       func(error) bool
		attempts int
	}{
		{gateway.PostGone, as(new(*types.GoneException)), 1},
		{gateway.PostLimit, as(new(*types.LimitExceededException)), 3},
		{gateway.PostError, internal, 3},
	}
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			cfg := gateway.WebSocketConfig{Faults: always(t, test.fault, gateway.Rule{})}
			withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
				if err := post(t.Context(), s.sdk(t, "ws"), id, "x"); !test.is(err) {
					t.Errorf("error is %v", err)
				}
				if n := cfg.Faults.Count(test.fault); n != test.attempts {
					t.Errorf("%d attempts, want %d", n, test.attempts)
				}
			})
		})
	}
}

func TestFaultsOfReplies(t *testing.T) {
	tests := []struct {
		fault gateway.Fault
		ran   int
		want  string // empty: nothing
	}{
		{gateway.MessageError, 0, "Internal server error"},
		{gateway.ReplyError, 1, "Internal server error"},
		{gateway.ReplyTimeout, 1, "Endpoint request timed out"},
		{gateway.ReplyDrop, 1, ""},
	}
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			message := newRecorder()
			cfg := gateway.WebSocketConfig{
				Routes: map[string]gateway.Route{"$default": twoWay(message)},
				Faults: always(t, test.fault, gateway.Rule{Times: 1}),
			}
			withWebSocket(t, cfg, func(t *testing.T, s *site) {
				c := s.connect(t)
				c.send("x")
				if test.want == "" {
					c.silent()
				} else {
					c.wantError(test.want)
				}
				if n := len(message.events); n != test.ran {
					t.Errorf("the function ran %d times, want %d", n, test.ran)
				}
				c.send("x")
				c.want("")
			})
		})
	}
}

func TestNoFaultsChangeNothing(t *testing.T) {
	cfg := gateway.WebSocketConfig{Faults: gateway.NewFaults(1), Routes: map[string]gateway.Route{"$default": twoWay(named("default"))}}
	withConnection(t, cfg, func(t *testing.T, s *site, c *socket, id string) {
		res := s.manage(t, "POST", connectionPath(id), "x")
		if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK || len(body) > 0 {
			t.Errorf("%d %s", res.StatusCode, body)
		}
		c.want("x")
		c.send("y")
		c.want("default as $default")
	})
}
