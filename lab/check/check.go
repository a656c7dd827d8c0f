package check

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Name is the name of a broken promise.
type Name string

// The verdicts. A history in which every promise is kept gets none.
const (
	Lost          Name = "lost"          // acknowledged, and missing in a final history
	Duplicated    Name = "duplicated"    // twice in a final history, or in one view
	Unexpected    Name = "unexpected"    // not tried, or later, or with another text, or in a log that had ended
	Aborted       Name = "aborted"       // refused for good, and in the log all the same
	Divergent     Name = "divergent"     // two observers have different messages in one place
	Gap           Name = "gap"           // a final history has a hole, or no beginning
	NonMonotonic  Name = "non-monotonic" // a client went back, or skipped a row
	SenderOrder   Name = "sender-order"  // two messages of one client stand in the wrong order
	RealTime      Name = "real-time"     // acknowledged before the other was tried, and after it in the log
	Incomplete    Name = "incomplete"    // a client that is up at the end lacks the last rows
	Slow          Name = "slow"          // a client was later than promised
	Restarted     Name = "restarted"     // a view started again although no row was ever deleted
	Leaked        Name = "leaked"        // an observer got a text that it may not have
	Impersonation Name = "impersonation" // a message under another's uid
	Unchanged     Name = "unchanged"     // a message's row contradicts the acknowledged edits and deletions
	Unfolded      Name = "unfolded"      // a client shows a message otherwise than its log says
	Kept          Name = "kept"          // a deleted text is still in the log
	Presence      Name = "presence"      // a person who is gone is shown, or one who is present is not
	// Unacknowledged: an observer that was up had it in an outbox, and was not answered as
	// soon as promised.
	Unacknowledged Name = "unacknowledged"
)

// Options are the permissions of the run.
type Options struct {
	// Retention is how long rows are kept; 0: for ever.
	Retention time.Duration
	// Mixed: some of the servers did not know changes. They tell rows without their target,
	// and without saying that their text was changed. A change may wait for another server,
	// while its sender's messages go on.
	Mixed bool
}

// Violation is one broken promise, once.
type Violation struct {
	Name   Name
	Detail string
}

// Report is the judgement of a history.
type Report struct {
	Violations []Violation
	Sent       int // messages tried
	Acked      int
	Recovered  int // in the log though never acknowledged, which is allowed
	// Slowest is the longest time that an observer took, by the promised time.
	Slowest map[time.Duration]time.Duration
	Seen    int // rows shown, by all observers
	Due     int // messages with a time by which they had to be answered, and not answered before it began
	// SlowestAck is the longest time that one of these took, by the promised time.
	SlowestAck map[time.Duration]time.Duration
}

// OK reports whether no promise was broken.
func (r Report) OK() bool { return len(r.Violations) == 0 }

// Names returns the verdicts, each once, in alphabetical order.
func (r Report) Names() []Name {
	names := []Name{}
	for _, v := range r.Violations {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Check judges a history. Its records must be in the order of time.
func Check(history []Record, o Options) Report {
	c := newChecker(history, o)
	c.rows()
	c.acks()
	c.order()
	c.replay()
	c.views()
	c.convergence()
	c.sending()
	c.secrets()
	c.presence()
	c.folds()
	return c.report
}

// place is a place in a log.
type place struct {
	room, epoch string
	seq         int64
}

// message is the identity of a message.
type message struct{ room, uid, cid string }

// attempt is everything that is known of one message.
type attempt struct {
	message
	who     string
	kind    string
	n       int // its number among all tries
	tried   time.Duration
	texts   []string
	acks    []Record
	holds   []holding
	answers []Record // acknowledgements, refusals and other ends
	at      []place  // where it was seen, each place once
}

type checker struct {
	o         Options
	history   []Record
	end       time.Duration
	attempts  map[message]*attempt
	inOrder   []*attempt
	byCID     map[[2]string][]*attempt // by room and cid
	content   map[place]Record         // the first row that was seen there
	changes   map[change][]*attempt    // edits, by their message
	deletions map[change]bool
	epochs    map[string][]epoch             // by room, in the order in which they were first named
	readers   map[string]map[string]*reading // by room and reader
	observers []*observer
	byName    map[[2]string]*observer // by who and room
	report    Report
}

// reading is the rows that one reader found in one room.
type reading struct {
	who, room, epoch string
	rows             []Record
}

func newChecker(history []Record, o Options) *checker {
	c := &checker{
		o: o, history: history,
		attempts: map[message]*attempt{}, byCID: map[[2]string][]*attempt{}, byName: map[[2]string]*observer{},
		content: map[place]Record{}, changes: map[change][]*attempt{}, deletions: map[change]bool{}, readers: map[string]map[string]*reading{}, epochs: map[string][]epoch{},
		report: Report{Slowest: map[time.Duration]time.Duration{}, SlowestAck: map[time.Duration]time.Duration{}},
	}
	if len(history) > 0 {
		c.end = history[len(history)-1].T
	}
	for _, r := range history {
		c.epoch(r)
		switch r.Op {
		case Try:
			c.try(r)
		case Ack:
			c.acked(r)
		case Refuse, Wait, Discard, Hold:
			c.inOutbox(r)
		case Show:
			c.report.Seen++
			c.seen(r)
		case Read:
			if c.readers[r.Room] == nil {
				c.readers[r.Room] = map[string]*reading{}
			}
			c.readers[r.Room][r.Who] = &reading{who: r.Who, room: r.Room, epoch: r.Epoch}
		case Row:
			if in := c.readers[r.Room][r.Who]; in != nil {
				in.rows = append(in.rows, r)
			}
			c.seen(r)
		}
	}
	return c
}

func (c *checker) fail(name Name, format string, args ...any) {
	c.report.Violations = append(c.report.Violations, Violation{name, fmt.Sprintf(format, args...)})
}

func (c *checker) try(r Record) {
	key := message{r.Room, r.UID, r.CID}
	a := c.attempts[key]
	if a == nil {
		a = &attempt{message: key, who: r.Who, kind: r.Kind, n: len(c.inOrder), tried: r.T}
		c.attempts[key] = a
		c.inOrder = append(c.inOrder, a)
		by := [2]string{r.Room, r.CID}
		c.byCID[by] = append(c.byCID[by], a)
		c.report.Sent++
		about := change{r.Room, r.UID, r.Target}
		switch r.Kind {
		case kindEdit:
			c.changes[about] = append(c.changes[about], a)
		case kindDelete:
			c.deletions[about] = true
		}
	}
	if !slices.Contains(a.texts, r.Text) {
		a.texts = append(a.texts, r.Text)
	}
}

func (c *checker) acked(r Record) {
	a := c.attempts[message{r.Room, r.UID, r.CID}]
	if a == nil {
		c.fail(Unexpected, "%s was told of %s in %s, which was never tried", r.Who, r.CID, r.Room)
		return
	}
	if len(a.acks) == 0 {
		c.report.Acked++
	}
	a.acks = append(a.acks, r)
	a.answers = append(a.answers, r)
	a.isAt(place{r.Room, r.Epoch, r.Seq})
}

func (a *attempt) isAt(p place) {
	if !slices.Contains(a.at, p) {
		a.at = append(a.at, p)
	}
}

// seen takes a row that an observer showed or read.
func (c *checker) seen(r Record) {
	p := place{r.Room, r.Epoch, r.Seq}
	if first, ok := c.content[p]; !ok {
		c.content[p] = r
	} else if c.differ(first, r) {
		c.fail(Divergent, "%s row %d is %s/%s to %s and %s/%s to %s", r.Room, r.Seq, first.UID, first.CID, first.Who, r.UID, r.CID, r.Who)
	}
	a := c.attempts[message{r.Room, r.UID, r.CID}]
	switch {
	case a != nil && c.ended(r, a.tried):
		c.fail(Unexpected, "%s shows %s as row %d of %s in an epoch that had ended when it was tried at %v", r.Who, r.CID, r.Seq, r.Room, a.tried)
	case a != nil && c.mayBe(a, r):
		a.isAt(p)
	case a == nil && c.triedByAnother(r):
		c.fail(Impersonation, "%s row %d (%s) stands under %s, who did not try it", r.Room, r.Seq, r.CID, r.UID)
	default:
		c.fail(Unexpected, "%s row %d (%s, %q) was not tried so", r.Room, r.Seq, r.CID, r.Text)
	}
}

func (c *checker) triedByAnother(r Record) bool {
	return slices.ContainsFunc(c.byCID[[2]string{r.Room, r.CID}], func(a *attempt) bool {
		return slices.Contains(a.texts, r.Text)
	})
}

// rows judges each final history by itself.
func (c *checker) rows() {
	for _, room := range sortedKeys(c.readers) {
		for _, who := range sortedKeys(c.readers[room]) {
			c.reading(c.readers[room][who])
		}
	}
}

func (c *checker) reading(in *reading) {
	at := map[message]int64{}
	for i, r := range in.rows {
		key := message{r.Room, r.UID, r.CID}
		if seq, twice := at[key]; twice {
			c.fail(Duplicated, "%s: %s has %s at %d and %d", in.room, in.who, r.CID, seq, r.Seq)
		}
		at[key] = r.Seq
		switch {
		case i > 0 && r.Seq != in.rows[i-1].Seq+1:
			c.fail(Gap, "%s: to %s row %d follows %d", in.room, in.who, r.Seq, in.rows[i-1].Seq)
		case i == 0 && (r.Seq < 1 || r.Seq > 1 && c.o.Retention == 0):
			c.fail(Gap, "%s: to %s it begins at %d", in.room, in.who, r.Seq)
		}
	}
}

// acks judges the promises to the senders.
func (c *checker) acks() {
	for _, a := range c.inOrder {
		if len(a.at) > 0 && len(a.acks) == 0 {
			c.report.Recovered++
		}
		if a.isRefused() && len(a.at) > 0 {
			c.fail(Aborted, "%s in %s was refused and is row %d", a.cid, a.room, a.at[0].seq)
		}
		for _, p := range a.at[min(1, len(a.at)):] {
			if p.epoch == a.at[0].epoch {
				c.fail(Duplicated, "%s in %s is row %d and row %d", a.cid, a.room, a.at[0].seq, p.seq)
			}
		}
		for _, ack := range a.acks {
			c.kept(a, ack)
		}
	}
}

// slack is how far the system's clocks may be from the history's.
const slack = time.Minute

// kept looks for an acknowledged message in every final history of its room.
func (c *checker) kept(a *attempt, ack Record) {
	if c.o.Retention > 0 && ack.T+c.o.Retention < c.end+slack {
		return
	}
	for _, who := range sortedKeys(c.readers[a.room]) {
		there := slices.ContainsFunc(c.readers[a.room][who].rows, func(r Record) bool {
			return r.UID == a.uid && r.CID == a.cid
		})
		if !there {
			c.fail(Lost, "%s in %s was acknowledged as row %d at %v, and %s does not find it", a.cid, a.room, ack.Seq, ack.T, who)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare[string])
	return keys
}
