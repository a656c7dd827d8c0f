package apigw

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// Metrics counts what requests do and writes it for CloudWatch: one line in the
// embedded metric format for each request that has something to count. A nil
// *Metrics counts nothing.
//
// As a [chat.Recorder] and in a [Broadcaster] it finds the request to count for
// in the request's context. It is safe for concurrent use.
type Metrics struct {
	w         io.Writer
	namespace string
	now       func() time.Time
}

var _ chat.Recorder = (*Metrics)(nil)

// NewMetrics makes Metrics that write to w, each line in one call of Write,
// under a namespace of CloudWatch. Without a namespace it returns nil. now is
// [time.Now] if nil.
func NewMetrics(w io.Writer, namespace string, now func() time.Time) *Metrics {
	if namespace == "" {
		return nil
	}
	if now == nil {
		now = time.Now
	}
	return &Metrics{w: w, namespace: namespace, now: now}
}

// tally counts what one request did. All its methods accept a nil tally.
type tally struct {
	now   func() time.Time
	began time.Time

	mu     sync.Mutex
	counts counts
	code   refusal.Code
	// epoch and seq are the place of the request's message. They identify a
	// message for a search without a word of it or of its room.
	epoch string
	seq   int64
	// appended is the time from the beginning until the message was in the log,
	// fanOut the time that the push of the message took, if there was one (timed).
	appended, fanOut time.Duration
	timed            bool
}

// counts has how often each thing happened.
type counts struct {
	sends, repeats, lostSlots        int64
	deliveries, gone, failed, unsent int64
}

type tallyKey struct{}

// begin makes the tally of a request.
func (m *Metrics) begin(ctx context.Context) (context.Context, *tally) {
	if m == nil {
		return ctx, nil
	}
	t := &tally{now: m.now, began: m.now()}
	return context.WithValue(ctx, tallyKey{}, t), t
}

func tallyOf(ctx context.Context) *tally {
	t, _ := ctx.Value(tallyKey{}).(*tally)
	return t
}

// Sent counts a message, and notes where it is.
func (m *Metrics) Sent(ctx context.Context, r chat.Receipt) {
	t := tallyOf(ctx)
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch, t.seq, t.appended = r.Epoch, r.Seq, t.now().Sub(t.began)
	if r.Duplicate {
		t.counts.repeats++
	} else {
		t.counts.sends++
	}
}

// LostSlot counts a slot that went to another row.
func (m *Metrics) LostSlot(ctx context.Context) { tallyOf(ctx).add(counts{lostSlots: 1}) }

func (t *tally) add(c counts) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.lostSlots += c.lostSlots
	t.counts.deliveries += c.deliveries
	t.counts.gone += c.gone
	t.counts.failed += c.failed
	t.counts.unsent += c.unsent
}

// push begins to count a push, and returns the function that ends it. Only
// messages are timed, because a person waits for them.
func (t *tally) push(p chat.Push) (end func(counts)) {
	if t == nil {
		return func(counts) {}
	}
	_, timed := p.(chat.MessagesPush)
	began := t.now()
	return func(c counts) {
		t.add(c)
		t.mu.Lock()
		defer t.mu.Unlock()
		if timed {
			t.timed, t.fanOut = true, t.now().Sub(began)
		}
	}
}

// end writes the line of a request.
func (m *Metrics) end(ctx context.Context, t *tally, route, requestID string, code refusal.Code) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.code = code; t.counts == (counts{}) && code == "" {
		return
	}
	line := m.line(t, route, requestID, traceRoot(ctx))
	// If standard output is broken, there is nowhere to report it.
	_, _ = m.w.Write(line)
}

// traceRoot returns the id of the X-Ray trace to which an invocation belongs,
// "" if none. aws-lambda-go keeps the header in the context under this name:
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
func traceRoot(ctx context.Context) string {
	header, _ := ctx.Value("x-amzn-trace-id").(string)
	for part := range strings.SplitSeq(header, ";") {
		if root, ok := strings.CutPrefix(strings.TrimSpace(part), "Root="); ok {
			return root
		}
	}
	return ""
}
