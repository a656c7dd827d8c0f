package apigw_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/google/go-cmp/cmp"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// endpoint is the management API of a WebSocket API, as far as a Broadcaster
// needs it. A test decides the answer of each connection.
type endpoint struct {
	*httptest.Server
	dials atomic.Int64

	mu      sync.Mutex
	answers map[string]http.HandlerFunc // by connection id; none: 200
	calls   []string                    // method, path and body of each
}

// newEndpoint starts an endpoint and a Broadcaster for it, which finds it as in
// Lambda: by the SDK's own variable.
func newEndpoint(t *testing.T) (*endpoint, *apigw.Broadcaster, *lockedBuffer) {
	e := &endpoint{answers: map[string]http.HandlerFunc{}}
	e.Server = httptest.NewUnstartedServer(e)
	e.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			e.dials.Add(1)
		}
	}
	e.Start()
	t.Cleanup(e.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": e.URL + "/ws", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_REGION": "eu-west-1", "AWS_CA_BUNDLE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
		"AWS_MAX_ATTEMPTS": "5", "AWS_RETRY_MODE": "adaptive",
	} {
		t.Setenv(name, value)
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	log := &lockedBuffer{}
	return e, apigw.NewBroadcaster(cfg, apigw.NewLogger(log)), log
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	e.mu.Lock()
	e.calls = append(e.calls, r.Method+" "+r.URL.EscapedPath()+" "+string(body))
	answer := e.answers[id]
	e.mu.Unlock()
	if answer != nil {
		answer(w, r)
	}
}

func (e *endpoint) answer(id string, h http.HandlerFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answers[id] = h
}

func (e *endpoint) seen() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Sorted(slices.Values(e.calls))
}

// refuse answers as API Gateway does: a header has the kind of error.
func refuse(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-amzn-ErrorType", kind)
		w.Header().Set("x-amzn-RequestId", "TXzPWFkkjoEF92g=")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

var onePush = chat.MessagesPush{Room: "general", Epoch: "k3v9x2m7q1", Messages: []chat.Message{{
	Seq: 58, Kind: chat.KindMessage, CID: "c1", UID: "u_me", Name: "Me", Text: "<b>&\u2028é😀", At: time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC),
}}}

const onePushFrame = `{"type":"messages","room":"general","epoch":"k3v9x2m7q1","messages":[{"seq":58,"kind":"message","cid":"c1",` +
	`"uid":"u_me","name":"Me","text":"<b>&` + "\u2028" + `é😀","at":"2026-11-22T10:00:00.123Z"}]}`

func TestPushPostsTheFrame(t *testing.T) {
	e, b, log := newEndpoint(t)
	if gone := b.Push(t.Context(), []string{"L0SM9cOFvHcCIhw=", "eHrdFcnvvHcCE-w="}, onePush); len(gone) != 0 {
		t.Errorf("gone: %v", gone)
	}
	want := []string{"POST /ws/@connections/L0SM9cOFvHcCIhw%3D " + onePushFrame, "POST /ws/@connections/eHrdFcnvvHcCE-w%3D " + onePushFrame}
	got := e.seen()
	for i := range got {
		got[i] = strings.Replace(got[i], "%40", "@", 1)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if log.String() != "" {
		t.Errorf("logged %s", log)
	}
}

func TestPushFrames(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 123e6, time.UTC)
	tests := map[string]struct {
		push   chat.Push
		golden string
	}{
		"messages": {onePush, "server/messages"},
		"presence": {chat.PresencePush{Room: "general", Joined: []chat.Person{{UID: "u_b", Name: "Bo"}}, Left: []chat.Person{{UID: "u_a", Name: "Ann"}}, OnlineCount: 7, At: at}, "server/presence"},
		"bye":      {chat.Bye{Code: refusal.Unauthorized, Retry: true}, "server/bye"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e, b, _ := newEndpoint(t)
			b.Push(t.Context(), []string{"c"}, test.push)
			_, frame, _ := strings.Cut(e.seen()[0], " {")
			checkShape(t, "{"+frame, test.golden)
		})
	}
	e, b, _ := newEndpoint(t)
	b.Push(t.Context(), []string{"c"}, chat.PresencePush{Room: "general", Left: []chat.Person{{UID: "u_a", Name: "Ann"}}, At: at})
	if got := e.seen()[0]; !strings.Contains(got, `"joined":[],`) {
		t.Errorf("nobody joined: %s", got)
	}
}

// TestPushOutcomes tries every outcome of a post, in the middle of a hundred
// that succeed. Every connection gets exactly one post, and only those that no
// longer exist are gone.
func TestPushOutcomes(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		gone   bool
	}{
		"gone":                     {refuse(410, "GoneException", ""), true},
		"gone, with an address":    {refuse(410, "GoneException:http://internal.amazon.com/coral/", ""), true},
		"malformed id":             {refuse(400, "BadRequestException", `{"message": "Invalid connectionId: x"}`), true},
		"throttled":                {refuse(429, "LimitExceededException", ""), false},
		"too many requests":        {refuse(429, "TooManyRequestsException", ""), false},
		"forbidden":                {refuse(403, "ForbiddenException", `{"message":"Forbidden"}`), false},
		"denied":                   {refuse(403, "AccessDeniedException", `{"message":"no"}`), false},
		"too large":                {refuse(413, "PayloadTooLargeException", `{"message":"no"}`), false},
		"server error":             {refuse(500, "InternalServerErrorException", `{"message":"no"}`), false},
		"unavailable":              {refuse(503, "ServiceUnavailable", ""), false},
		"a proxy's 410":            {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) }, false},
		"connection cut":           {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false},
		"an error page by a proxy": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502); io.WriteString(w, "<html>") }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e, b, log := newEndpoint(t)
			to := make([]string, 100)
			for i := range to {
				to[i] = fmt.Sprint("c", i)
			}
			e.answer("c50", test.answer)
			want := []string(nil)
			if test.gone {
				want = []string{"c50"}
			}
			if diff := cmp.Diff(want, b.Push(t.Context(), to, onePush)); diff != "" {
				t.Errorf("gone (-want +got):\n%s", diff)
			}
			if got := e.seen(); len(got) != 100 || len(slices.Compact(got)) != 100 {
				t.Errorf("%d posts, %d different", len(got), len(slices.Compact(got)))
			}
			if logged := strings.Contains(log.String(), "post failed"); logged == test.gone {
				t.Errorf("logged %s", log)
			}
			for _, secret := range []string{"😀", "c50"} {
				if strings.Contains(log.String(), secret) {
					t.Errorf("the log has the text or the connection: %s", log)
				}
			}
		})
	}
}

func TestPushToNobody(t *testing.T) {
	e, b, _ := newEndpoint(t)
	if gone := b.Push(t.Context(), nil, onePush); gone != nil || len(e.seen()) != 0 {
		t.Errorf("gone %v, calls %v", gone, e.seen())
	}
}

func TestPushReusesConnections(t *testing.T) {
	e, b, _ := newEndpoint(t)
	to := make([]string, 500)
	for i := range to {
		to[i] = fmt.Sprint("c", i)
		switch i % 5 {
		case 0:
			e.answer(to[i], refuse(410, "GoneException", ""))
		case 1:
			e.answer(to[i], refuse(429, "LimitExceededException", ""))
		}
	}
	for range 2 {
		if gone := b.Push(t.Context(), to, onePush); len(gone) != 100 {
			t.Errorf("%d gone", len(gone))
		}
	}
	// As many as are under way at once, and some more: a post may begin before the
	// connection of the last one is free. Without reuse, the 400 refused posts
	// alone would need 400.
	if n := e.dials.Load(); n > 2*64 {
		t.Errorf("%d connections for 1,000 posts", n)
	}
}

// TestPushHanging: one post hangs and the others go on, more of them than are
// under way at once. The hanging one ends by its own deadline.
func TestPushHanging(t *testing.T) {
	e, b, _ := newEndpoint(t)
	const n = 300
	var others sync.WaitGroup
	others.Add(n - 1)
	to := make([]string, n)
	for i := range to {
		to[i] = fmt.Sprint("c", i)
		e.answer(to[i], func(http.ResponseWriter, *http.Request) { others.Done() })
	}
	cut := make(chan struct{})
	e.answer("c7", func(_ http.ResponseWriter, r *http.Request) {
		others.Wait() // so all others are answered while this one hangs
		<-r.Context().Done()
		close(cut)
	})
	if gone := b.Push(t.Context(), to, onePush); len(gone) != 0 {
		t.Errorf("gone: %v", gone)
	}
	<-cut // by the post's deadline: nothing else ends it
}

// TestPushOutOfTime: when the context ends, no further post begins, and the
// posts under way end.
func TestPushOutOfTime(t *testing.T) {
	e, b, log := newEndpoint(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const atOnce = 64
	to := make([]string, 1000)
	var begun sync.WaitGroup
	begun.Add(atOnce)
	var count atomic.Int64
	for i := range to {
		to[i] = fmt.Sprint("c", i)
		e.answer(to[i], func(_ http.ResponseWriter, r *http.Request) {
			if count.Add(1) <= atOnce {
				begun.Done()
			}
			<-r.Context().Done()
		})
	}
	go func() {
		begun.Wait()
		cancel()
	}()
	if gone := b.Push(ctx, to, onePush); len(gone) != 0 {
		t.Errorf("gone: %v", gone)
	}
	if n := count.Load(); n != atOnce {
		t.Errorf("%d posts were begun, want %d", n, atOnce)
	}
	if n := strings.Count(log.String(), `"outcome":"unsent"`); n != 1 {
		t.Errorf("the log says %d times what was left: %s", n, log)
	}
}

func TestDisconnectSaysBye(t *testing.T) {
	const bye = `{"type":"bye","code":"unauthorized","retry":true}`
	tests := map[string]struct {
		answer http.HandlerFunc
		calls  []string
		fails  bool
	}{
		"there":          {nil, []string{"DELETE /ws/@connections/c1 ", "POST /ws/@connections/c1 " + bye}, false},
		"gone":           {refuse(410, "GoneException", ""), []string{"POST /ws/@connections/c1 " + bye}, false},
		"full":           {refuse(429, "LimitExceededException", ""), []string{"DELETE /ws/@connections/c1 ", "POST /ws/@connections/c1 " + bye}, true},
		"hanging bye":    {hangOnPost, []string{"DELETE /ws/@connections/c1 ", "POST /ws/@connections/c1 " + bye}, false},
		"cut":            {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, []string{"DELETE /ws/@connections/c1 ", "POST /ws/@connections/c1 " + bye}, true},
		"gone meanwhile": {goneOnDelete, []string{"DELETE /ws/@connections/c1 ", "POST /ws/@connections/c1 " + bye}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e, b, _ := newEndpoint(t)
			e.answer("c1", test.answer)
			err := b.Disconnect(t.Context(), "c1", chat.Bye{Code: refusal.Unauthorized, Retry: true})
			if (err != nil) != test.fails || strings.Contains(fmt.Sprint(err), "c1") {
				t.Errorf("error %v", err)
			}
			got := e.seen()
			for i := range got {
				got[i] = strings.Replace(got[i], "%40", "@", 1)
			}
			if diff := cmp.Diff(test.calls, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func goneOnDelete(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodDelete {
		refuse(410, "GoneException", "")(w, r)
	}
}

func hangOnPost(_ http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		<-r.Context().Done()
	}
}
