package check_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/lab/check"
)

// FuzzHistory judges small random histories, of one room in one epoch, by the checker and by
// an oracle that says the same in the plainest way.
func FuzzHistory(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 9, 2, 0, 9, 3, 0, 9, 8, 8, 8})
	f.Add([]byte{6, 2, 0, 4, 0, 0, 7, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 1, 1, 1, 1, 2, 1, 1})
	f.Add([]byte{0, 0, 1, 0, 1, 2, 1, 0, 4, 1, 1, 1, 6, 3, 3, 3, 3, 3, 5, 5, 5, 2, 2, 2, 2, 2, 2})
	f.Add([]byte{6, 0, 1, 4, 0, 0, 0, 0, 0, 9, 0, 0, 5, 1, 0, 11, 0, 0})
	f.Add([]byte{4, 1, 4, 0, 0, 2, 9, 1, 2, 6, 0, 1, 10, 1, 2, 9, 1, 2, 5, 0, 0, 5, 0, 0, 5, 0, 0, 1, 0, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 120 {
			return
		}
		h := fuzzed(data)
		got := check.Check(h, check.Options{}).Names()
		got = slices.DeleteFunc(got, func(n check.Name) bool { return !slices.Contains(judged, n) })
		if diff := cmp.Diff(oracle(h), got); diff != "" {
			t.Errorf("(-oracle +checker):\n%s", diff)
			for _, r := range h {
				t.Log(r.T, r.Op, r.Who, r.UID, r.Seq, r.CID, r.Within)
			}
		}
	})
}

// fuzzed makes a history of bytes, three to a record, and a final history of the rows that
// were seen, with faults of its own.
func fuzzed(data []byte) (h []check.Record) {
	ops := []check.Op{check.Try, check.Ack, check.Show, check.View, check.Up, check.Down, check.Mark, check.Refuse, check.Row, check.Hold, check.Wait, check.Discard}
	h = append(h, check.Record{Op: check.Read, Who: "r", Room: "room", Epoch: "e"})
	for i := 0; i+2 < len(data); i += 3 {
		who, cid, seq := int(data[i+1]%2), int(data[i+2]%4), int64(data[i+2]/4%4)+1
		r := check.Record{
			T: time.Duration(i) * time.Second, Op: ops[int(data[i])%len(ops)], Room: "room", Epoch: "e",
			Who: fmt.Sprintf("c%d", who), UID: fmt.Sprintf("u%d", cid%2), CID: fmt.Sprintf("%d", cid), Text: "t", Seq: seq,
		}
		switch r.Op {
		case check.View:
			r.Seq = seq - 1
		case check.Up:
			r.Within = time.Duration(seq%2) * 5 * time.Second
		case check.Mark:
			r.Within = time.Duration(cid) * 4 * time.Second
		case check.Row:
			r.Who = "r"
		}
		h = append(h, r)
	}
	return h
}

// judged are the verdicts that the oracle knows.
var judged = []check.Name{
	check.Lost, check.Duplicated, check.Unexpected, check.Aborted, check.Divergent, check.Gap, check.NonMonotonic,
	check.SenderOrder, check.RealTime, check.Incomplete, check.Slow, check.Restarted, check.Impersonation, check.Unacknowledged,
}

func oracle(h []check.Record) []check.Name {
	names := []check.Name{}
	for name, broken := range map[check.Name]func([]check.Record) bool{
		check.Lost: oLost, check.Duplicated: oDuplicated, check.Unexpected: oUnexpected, check.Aborted: oAborted,
		check.Divergent: oDivergent, check.Gap: oGap, check.NonMonotonic: oNonMonotonic, check.SenderOrder: oSenderOrder,
		check.RealTime: oRealTime, check.Incomplete: oIncomplete, check.Slow: oSlow, check.Restarted: oRestarted,
		check.Unacknowledged: oUnacknowledged,
	} {
		if broken(h) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func of(h []check.Record, ops ...check.Op) (list []check.Record) {
	for _, r := range h {
		if slices.Contains(ops, r.Op) {
			list = append(list, r)
		}
	}
	return list
}

func tried(h []check.Record, r check.Record) (first check.Record, ok bool) {
	for _, t := range of(h, check.Try) {
		if t.CID == r.CID && t.UID == r.UID {
			return t, true
		}
	}
	return check.Record{}, false
}

// placed returns the first place that was named for a message after its try.
func placed(h []check.Record, try check.Record) (seq int64) {
	for i, r := range h {
		if (r.Op == check.Ack || r.Op == check.Show || r.Op == check.Row) && r.CID == try.CID && r.UID == try.UID {
			if _, ok := tried(h[:i], r); ok {
				return r.Seq
			}
		}
	}
	return 0
}

// sends returns the first try of each message that has a place.
func sends(h []check.Record) (list []check.Record) {
	for _, t := range of(h, check.Try) {
		if first, _ := tried(h, t); first.T == t.T && placed(h, t) > 0 {
			list = append(list, t)
		}
	}
	return list
}

func oLost(h []check.Record) bool {
	for i, a := range h {
		if _, ok := tried(h[:i], a); a.Op != check.Ack || !ok {
			continue
		}
		if !slices.ContainsFunc(of(h, check.Row), func(r check.Record) bool { return r.CID == a.CID && r.UID == a.UID }) {
			return true
		}
	}
	return false
}

func oDuplicated(h []check.Record) bool {
	for i, a := range h {
		for j, b := range h[:i] {
			if a.CID != b.CID || a.UID != b.UID {
				continue
			}
			_, known := tried(h[:j], b)
			placing := func(r check.Record) bool { return r.Op == check.Ack || r.Op == check.Show || r.Op == check.Row }
			if known && placing(a) && placing(b) && a.Seq != b.Seq {
				return true
			}
			if a.Op == check.Row && b.Op == check.Row {
				return true
			}
			startedAgain := slices.ContainsFunc(h[j:i], func(r check.Record) bool { return r.Op == check.View && r.Who == a.Who })
			if a.Op == check.Show && b.Op == check.Show && a.Who == b.Who && !startedAgain {
				return true
			}
		}
	}
	return false
}

func oUnexpected(h []check.Record) bool {
	for i, r := range h {
		if r.Op != check.Ack && r.Op != check.Show && r.Op != check.Row {
			continue
		}
		if _, ok := tried(h[:i], r); !ok {
			return true
		}
	}
	return false
}

func oAborted(h []check.Record) bool {
	for i, r := range h {
		if t, ok := tried(h[:i], r); r.Op == check.Refuse && ok && placed(h, t) > 0 {
			return true
		}
	}
	return false
}

func oDivergent(h []check.Record) bool {
	seen := of(h, check.Show, check.Row)
	for _, a := range seen {
		for _, b := range seen {
			if a.Seq == b.Seq && a.CID != b.CID {
				return true
			}
		}
	}
	return false
}

func oGap(h []check.Record) bool {
	for i, r := range of(h, check.Row) {
		if i == 0 && r.Seq != 1 || i > 0 && r.Seq != of(h, check.Row)[i-1].Seq+1 {
			return true
		}
	}
	return false
}

// shownBy returns how far a client's view reaches, by the rows that it showed and its
// beginning.
func shownBy(h []check.Record, who string) (last int64, began bool) {
	for _, r := range of(h, check.View, check.Show) {
		switch {
		case r.Who != who:
		case r.Op == check.View:
			last, began = r.Seq, true
		default:
			last = max(last, r.Seq)
		}
	}
	return last, began
}

func oNonMonotonic(h []check.Record) bool {
	for i, r := range h {
		if last, began := shownBy(h[:i], r.Who); r.Op == check.Show && (!began || r.Seq != last+1) {
			return true
		}
	}
	return false
}

func oRestarted(h []check.Record) bool {
	for i, r := range h {
		if _, began := shownBy(h[:i], r.Who); r.Op == check.View && began {
			return true
		}
	}
	return false
}

func oSenderOrder(h []check.Record) bool {
	list := sends(h)
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a.Who == b.Who && placed(h, a) > placed(h, b) {
				return true
			}
		}
	}
	return false
}

func ackedAt(h []check.Record, try check.Record) (time.Duration, bool) {
	for i, r := range h {
		if _, ok := tried(h[:i], r); r.Op == check.Ack && ok && r.CID == try.CID && r.UID == try.UID {
			return r.T, true
		}
	}
	return 0, false
}

func oRealTime(h []check.Record) bool {
	list := sends(h)
	for _, a := range list {
		for _, b := range list {
			if at, ok := ackedAt(h, a); ok && at < b.T && placed(h, a) > placed(h, b) {
				return true
			}
		}
	}
	return false
}

// up reports whether a client was there all the time; to < 0: to the end.
func up(h []check.Record, who string, from, to time.Duration) bool {
	there := false
	for _, r := range of(h, check.Up, check.Down) {
		if r.Who != who {
			continue
		}
		switch {
		case r.T <= from:
			there = r.Op == check.Up
		case r.Op == check.Down && (to < 0 || r.T < to):
			return false
		}
	}
	return there
}

func oIncomplete(h []check.Record) bool {
	var head int64
	for _, r := range of(h, check.Row) {
		head = max(head, r.Seq)
	}
	for _, who := range []string{"c0", "c1"} {
		last, began := shownBy(h, who)
		if up(h, who, h[len(h)-1].T, -1) && head > 0 && (last != head || !began) {
			return true
		}
	}
	return false
}

func oSlow(h []check.Record) bool {
	end := h[len(h)-1].T
	for _, try := range sends(h) {
		acked, ok := ackedAt(h, try)
		if !ok {
			continue
		}
		marks := of(h, check.Mark)
		for i, m := range marks {
			from := max(acked, m.T)
			due := from + m.Within
			if m.Within == 0 || i+1 < len(marks) && marks[i+1].T < due {
				continue
			}
			for _, who := range []string{"c0", "c1"} {
				due := due + late(h, who, from)
				if due <= end && up(h, who, from, due) && !cameTo(h, who, placed(h, try), due) {
					return true
				}
			}
		}
	}
	return false
}

func oUnacknowledged(h []check.Record) bool {
	end, marks := h[len(h)-1].T, of(h, check.Mark)
	for i, hold := range h {
		if _, ok := tried(h[:i], hold); hold.Op != check.Hold || !ok {
			continue
		}
		for j, m := range marks {
			from := max(hold.T, m.T)
			due := from + m.Within
			if m.Within == 0 || j+1 < len(marks) && marks[j+1].T < due {
				continue
			}
			due += late(h, hold.Who, from)
			if due <= end && up(h, hold.Who, from, due) && !answered(h, hold, due) {
				return true
			}
		}
	}
	return false
}

// answered reports whether an entry of an outbox had an answer by then.
func answered(h []check.Record, hold check.Record, by time.Duration) bool {
	for i, r := range h {
		if _, ok := tried(h[:i], r); !ok || r.CID != hold.CID || r.UID != hold.UID || r.T > by {
			continue
		}
		forGood := r.Op == check.Ack || r.Op == check.Discard
		forNow := (r.Op == check.Refuse || r.Op == check.Wait) && r.T >= hold.T
		if forGood || forNow {
			return true
		}
	}
	return false
}

// late returns how much later a client may be, by its last Up.
func late(h []check.Record, who string, at time.Duration) (late time.Duration) {
	there := false
	for _, r := range of(h, check.Up, check.Down) {
		if r.Who != who || r.T > at {
			continue
		}
		if r.Op == check.Up && !there {
			late = r.Within
		}
		there = r.Op == check.Up
	}
	return late
}

// cameTo reports whether a client showed a row by then, or began after it.
func cameTo(h []check.Record, who string, seq int64, by time.Duration) bool {
	for i, r := range h {
		if r.T > by || r.Who != who || r.Op != check.View && r.Op != check.Show {
			continue
		}
		if last, _ := shownBy(h[:i+1], who); last >= seq {
			return true
		}
	}
	return false
}
