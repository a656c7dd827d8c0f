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

// Fault names a failure that can be injected into an API.
type Fault string

// The faults. Each has its occasions; a Rule says on which of them it happens.
const (
	// ConnectLimit answers a handshake with 429, ConnectError with 500. $connect
	// does not run.
	ConnectLimit Fault = "connect-429"
	ConnectError Fault = "connect-500"

	// DisconnectDrop never runs $disconnect, and DisconnectDouble runs it twice.
	// DisconnectDelay runs it after For. DisconnectReorder runs it after the API's
	// next function (for example a $connect) has returned, at the latest after
	// For.
	DisconnectDrop    Fault = "disconnect-drop"
	DisconnectDouble  Fault = "disconnect-double"
	DisconnectDelay   Fault = "disconnect-delay"
	DisconnectReorder Fault = "disconnect-reorder"

	// Cut resets the socket when a message arrives; the message is lost. CutSilent
	// makes the connection vanish: nothing passes in either direction and neither
	// side learns of it, so posts are accepted and lost until the connection is
	// idle too long. CloseEarly closes the connection with 1001.
	Cut        Fault = "cut"
	CutSilent  Fault = "cut-silent"
	CloseEarly Fault = "close-early"

	// MessageError answers a message with "Internal server error" and does not run
	// its function. The other three run the function and then discard its answer:
	// ReplyDrop sends nothing, ReplyError sends "Internal server error" and
	// ReplyTimeout sends "Endpoint request timed out".
	MessageError Fault = "message-error"
	ReplyDrop    Fault = "reply-drop"
	ReplyError   Fault = "reply-error"
	ReplyTimeout Fault = "reply-timeout"

	// These four answer 200. With PostDrop the message is lost. With PostDelay it
	// arrives after For. With PostReorder it arrives after the next one, at the
	// latest after For. With PostDouble it arrives twice.
	PostDrop    Fault = "post-drop"
	PostDelay   Fault = "post-delay"
	PostReorder Fault = "post-reorder"
	PostDouble  Fault = "post-double"

	// PostGone answers 410 although the connection is open. PostGoneDelivered does
	// so too, but delivers the message. PostError and PostErrorDelivered do the
	// same with 500. PostLimit answers 429 and delivers nothing.
	PostGone           Fault = "post-410"
	PostGoneDelivered  Fault = "post-410-delivered"
	PostLimit          Fault = "post-429"
	PostError          Fault = "post-500"
	PostErrorDelivered Fault = "post-500-delivered"

	// PostHang does not deliver the message, and does not answer until the caller
	// gives up. If For is set, it answers 504 after For.
	PostHang Fault = "post-hang"

	// SlowReader delays each write to a client by For, as if the client were slow
	// to read.
	SlowReader Fault = "slow-reader"
)

// AllFaults returns all faults, in the order of their declaration.
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

// Rule says on which occasions a fault happens. An occasion is an event that
// the fault could affect: for PostDrop, each post.
type Rule struct {
	// P is the share of the occasions, from 0 (never) to 1 (always).
	P float64
	// For is the length of the fault's delay. 0 means one second.
	For time.Duration
	// Skip leaves out the first occasions. Times bounds how often the fault
	// happens; 0 means without a bound.
	Skip, Times int
	// Connection restricts the fault to the connection of this id. Empty means any
	// connection.
	Connection string
}

// wait returns For, or its default.
func (r Rule) wait() time.Duration { return or(r.For, time.Second) }

// Faults is the set of active faults of an API. Its methods may be called at
// any time and from any goroutine. Whether a fault happens on its nth occasion
// depends only on the seed, the fault and n, so that a run can be repeated. A
// nil *Faults is valid in a configuration and has no faults.
type Faults struct {
	seed uint64

	mu    sync.Mutex
	rules map[Fault]*ruleState
}

// ruleState is a rule with its numbers of occasions.
type ruleState struct {
	Rule
	seen, happened int
}

// NewFaults returns an empty set of faults. The seed decides on which occasions
// they will happen.
func NewFaults(seed uint64) *Faults { return &Faults{seed: seed, rules: map[Fault]*ruleState{}} }

// Set activates a fault or replaces its rule. The count of its occasions starts
// again at 0. It fails if the fault does not exist or P is not between 0 and 1.
func (f *Faults) Set(fault Fault, rule Rule) error {
	if err := checkRule(fault, rule); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules[fault] = &ruleState{Rule: rule}
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

// Clear deactivates the named faults, or all if none is named.
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

// Count returns how often a fault has happened since it was set.
func (f *Faults) Count(fault Fault) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if rule := f.rules[fault]; rule != nil {
		return rule.happened
	}
	return 0
}

// Rules returns the active faults with their rules.
func (f *Faults) Rules() map[Fault]Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make(map[Fault]Rule, len(f.rules))
	for fault, rule := range f.rules {
		out[fault] = rule.Rule
	}
	return out
}

// Parse activates the faults of a list like "post-drop=0.1,slow-reader=1:5s".
// Each item is a fault, "=" and its share P. Options follow, each after a
// colon: a duration for For, "skip=n", "times=n" and "connection=id", in any
// order. Parse fails on the first item that it cannot read and then activates
// none.
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

// hit counts an occasion of a fault. It reports whether the fault happens, and
// returns its rule.
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

// happens is hit for faults without a duration.
func (f *Faults) happens(fault Fault, connection string) bool {
	_, hit := f.hit(fault, connection)
	return hit
}

// draw returns a number in [0,1), always the same one for the same occasion.
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
