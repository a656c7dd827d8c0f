package gateway

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong on purpose.
type Fault string

// The faults. Each has its occasions; a Rule says on which of them it happens.
const (
	// ConnectLimit answers a handshake 429, ConnectError 500; $connect does not
	// run.
	ConnectLimit Fault = "connect-429"
	ConnectError Fault = "connect-500"

	// DisconnectDrop never runs $disconnect, DisconnectDouble runs it twice,
	// DisconnectDelay runs it after For, and DisconnectReorder once the next
	// function of the API has returned (a $connect, say), at the latest after For.
	DisconnectDrop    Fault = "disconnect-drop"
	DisconnectDouble  Fault = "disconnect-double"
	DisconnectDelay   Fault = "disconnect-delay"
	DisconnectReorder Fault = "disconnect-reorder"

	// Cut resets the socket at a message, which is lost. CutSilent lets it
	// vanish: nothing goes either way any more and nobody is told, so posts are
	// taken and lost until the connection is idle too long. CloseEarly closes it
	// with 1001.
	Cut        Fault = "cut"
	CutSilent  Fault = "cut-silent"
	CloseEarly Fault = "close-early"

	// MessageError answers a message "Internal server error" without running
	// its function. ReplyDrop, ReplyError and ReplyTimeout run it, and then send
	// nothing, "Internal server error" or "Endpoint request timed out" instead
	// of what came of it.
	MessageError Fault = "message-error"
	ReplyDrop    Fault = "reply-drop"
	ReplyError   Fault = "reply-error"
	ReplyTimeout Fault = "reply-timeout"

	// PostDrop, PostDelay, PostReorder and PostDouble answer 200; the message is
	// lost, comes after For, after the next one (at the latest after For), or
	// twice.
	PostDrop    Fault = "post-drop"
	PostDelay   Fault = "post-delay"
	PostReorder Fault = "post-reorder"
	PostDouble  Fault = "post-double"

	// PostGone answers 410 although the connection is there; PostGoneDelivered
	// delivers the message all the same. PostError and PostErrorDelivered do so
	// with 500, PostLimit with 429 and nothing delivered.
	PostGone           Fault = "post-410"
	PostGoneDelivered  Fault = "post-410-delivered"
	PostLimit          Fault = "post-429"
	PostError          Fault = "post-500"
	PostErrorDelivered Fault = "post-500-delivered"

	// PostHang neither delivers nor answers until the caller gives up, or, where
	// For is set, answers 504 after that.
	PostHang Fault = "post-hang"

	// SlowReader writes to a client only after For, as if it did not read.
	SlowReader Fault = "slow-reader"
)

// AllFaults are the faults that there are, in the order of their explanations.
func AllFaults() []Fault {
	return []Fault{
		ConnectLimit, ConnectError,
		DisconnectDrop, DisconnectDouble, DisconnectDelay, DisconnectReorder,
		Cut, CutSilent, CloseEarly,
		MessageError, ReplyDrop, ReplyError, ReplyTimeout,
		PostDrop, PostDelay, PostReorder, PostDouble,
		PostGone, PostGoneDelivered, PostLimit, PostError, PostErrorDelivered, PostHang,
		SlowReader,
	}
}

// Rule says on which occasions a fault happens.
type Rule struct {
	// P is the share of the occasions, from 0 (never) to 1 (always).
	P float64
	// For is how long delays last; 0 means a second.
	For time.Duration
	// Skip leaves the first occasions alone; Times is how often the fault
	// happens at most, without a bound if 0.
	Skip, Times int
	// Connection is the one connection that it happens to; any if empty.
	Connection string
}

// wait is For with its default.
func (r Rule) wait() time.Duration { return or(r.For, time.Second) }

// Faults are what goes wrong in an API. They can be switched at any time, from
// any goroutine. Whether the nth occasion of a fault is one of those on which
// it happens depends on the seed, the fault and n alone, not on other faults
// or on the time. A nil *Faults has none.
type Faults struct {
	seed uint64

	mu    sync.Mutex
	rules map[Fault]*counted
}

// counted is a rule with the occasions that it has had.
type counted struct {
	Rule
	seen, happened int
}

// NewFaults returns no faults yet.
func NewFaults(seed uint64) *Faults { return &Faults{seed: seed, rules: map[Fault]*counted{}} }

// Set switches a fault on, or gives it another rule; its occasions are counted
// anew. It fails on a fault that does not exist and on a P that is no share.
func (f *Faults) Set(fault Fault, rule Rule) error {
	if err := checkRule(fault, rule); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules[fault] = &counted{Rule: rule}
	return nil
}

func checkRule(fault Fault, rule Rule) error {
	if !slices.Contains(AllFaults(), fault) {
		return fmt.Errorf("no fault is called %q", fault)
	}
	if !(rule.P >= 0 && rule.P <= 1) {
		return fmt.Errorf("fault %s: %v is not between 0 and 1", fault, rule.P)
	}
	return nil
}

// Clear switches faults off; all of them if none is named.
func (f *Faults) Clear(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(faults) == 0 {
		clear(f.rules)
	}
	for _, fault := range faults {
		delete(f.rules, fault)
	}
}

// Count is how often a fault has happened since it was set.
func (f *Faults) Count(fault Fault) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if rule := f.rules[fault]; rule != nil {
		return rule.happened
	}
	return 0
}

// Rules are the faults that are switched on.
func (f *Faults) Rules() map[Fault]Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make(map[Fault]Rule, len(f.rules))
	for fault, rule := range f.rules {
		out[fault] = rule.Rule
	}
	return out
}

// Parse sets the faults of a list like "post-drop=0.1,slow-reader=1:5s": shares,
// and behind a colon how long delays last; behind further ones "skip=n",
// "times=n" and "connection=id", in any order. It sets all of them, or none and
// fails on the first that it cannot read.
func (f *Faults) Parse(list string) error {
	rules := map[Fault]Rule{}
	for item := range strings.SplitSeq(list, ",") {
		fault, rule, err := parseRule(strings.TrimSpace(item))
		if err == nil {
			err = checkRule(fault, rule)
		}
		if err != nil {
			return err
		}
		rules[fault] = rule
	}
	for fault, rule := range rules {
		if err := f.Set(fault, rule); err != nil {
			return err
		}
	}
	return nil
}

func parseRule(item string) (Fault, Rule, error) {
	fault, value, _ := strings.Cut(item, "=")
	share, options, optional := strings.Cut(value, ":")
	p, err := strconv.ParseFloat(share, 64)
	if err != nil {
		return "", Rule{}, fmt.Errorf("fault %q is not name=share: %w", item, err)
	}
	rule := Rule{P: p}
	for option := range strings.SplitSeq(options, ":") {
		if !optional {
			break
		}
		if err := rule.parseOption(option); err != nil {
			return "", Rule{}, fmt.Errorf("fault %q: %w", item, err)
		}
	}
	return Fault(fault), rule, nil
}

func (r *Rule) parseOption(option string) (err error) {
	name, value, named := strings.Cut(option, "=")
	switch {
	case !named:
		r.For, err = time.ParseDuration(option)
	case name == "skip":
		r.Skip, err = strconv.Atoi(value)
	case name == "times":
		r.Times, err = strconv.Atoi(value)
	case name == "connection":
		r.Connection = value
	default:
		err = fmt.Errorf("%q is not skip, times or connection", name)
	}
	return err
}

// hit counts an occasion of a fault and reports whether it happens.
func (f *Faults) hit(fault Fault, connection string) (Rule, bool) {
	if f == nil {
		return Rule{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.rules[fault]
	if r == nil || r.Connection != "" && r.Connection != connection {
		return Rule{}, false
	}
	r.seen++
	over := r.Times > 0 && r.happened >= r.Times
	if r.seen <= r.Skip || over || draw(f.seed, fault, r.seen) >= r.P {
		return Rule{}, false
	}
	r.happened++
	return r.Rule, true
}

// happens is hit for faults that last no time.
func (f *Faults) happens(fault Fault, connection string) bool {
	_, hit := f.hit(fault, connection)
	return hit
}

// draw is a number in [0,1) that is always the same for the same occasion.
func draw(seed uint64, fault Fault, n int) float64 {
	h := fnv.New64a()
	binary.Write(h, binary.LittleEndian, [2]uint64{seed, uint64(n)})
	h.Write([]byte(fault))
	x := h.Sum64()
	// FNV's high bits follow its last bytes too closely; this is SplitMix64's
	// finish.
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}
