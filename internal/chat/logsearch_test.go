package chat_test

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// found is the result of a search.
type found struct {
	states, bothAcked, resets, twoHops int
	wrong                              string
	steps                              []string // that lead to the breach
}

// search visits every state that can be reached, the nearest first, and stops
// at the first breach.
func search(set setting, mut mutant) found {
	type visit struct {
		from int
		step string
	}
	var first state
	for slot := uint8(1); slot <= set.old; slot++ {
		first.slots[slot] = oldRow
	}
	first.ever = set.old
	m := &model{setting: set, mutant: mut}
	states, visits := []state{first}, []visit{{from: -1}}
	known := map[state]struct{}{first: {}}
	var result found
	for at := 0; at < len(states) && result.wrong == ""; at++ {
		here := states[at]
		m.emit = func(next state, step string) {
			for slot := next.ever + 1; slot <= set.slots; slot++ {
				if next.slots[slot] != empty {
					next.ever = slot
				}
			}
			if result.wrong != "" {
				return
			}
			result.wrong = m.wrong(here, next)
			next = m.canonical(next)
			if _, seen := known[next]; seen && result.wrong == "" {
				return
			}
			known[next] = struct{}{}
			states, visits = append(states, next), append(visits, visit{at, step})
			result.count(next, step)
		}
		m.steps(here)
	}
	result.states = len(states)
	for at := len(states) - 1; result.wrong != "" && at > 0; at = visits[at].from {
		result.steps = append([]string{fmt.Sprintf("%v %s", states[at].slots[1:set.slots+1], visits[at].step)}, result.steps...)
	}
	return result
}

// canonical returns one state for all states that differ only in which attempt
// is which, or which rival: they are alike.
func (m *model) canonical(s state) state {
	was := s
	rows := map[uint8]uint8{}
	attempts := slices.Index(m.puts, rivalOne)
	order := []int{0, 1, 2, 3, 4}
	alike := func(a, b int) int { return cmp.Compare(m.weight(&was, a), m.weight(&was, b)) }
	slices.SortFunc(order[:attempts], alike)
	slices.SortFunc(order[attempts:len(m.puts)], alike)
	for i, j := range order[:len(m.puts)] {
		s.procs[i] = was.procs[j]
		rows[m.puts[j]] = m.puts[i]
	}
	for slot, row := range was.slots {
		if row > message {
			s.slots[slot] = rows[row]
		}
	}
	return s
}

// weight orders processes by everything that is known of them.
func (m *model) weight(s *state, i int) uint64 {
	p := s.procs[i]
	w := uint64(p.pc)
	for _, part := range []uint8{p.pos, p.end, p.hole, p.mine, p.slot, p.hop, p.lost} {
		w = w<<4 | uint64(part)
	}
	if p.far {
		w |= 1 << 40
	}
	for slot, row := range s.slots {
		if row == m.puts[i] && row != message {
			return w<<4 | uint64(slot)
		}
	}
	return w << 4
}

// count records that a search has reached a case that it must try.
func (f *found) count(s state, step string) {
	if s.procs[0].pc == acked && s.procs[1].pc == acked {
		f.bothAcked++
	}
	if strings.Contains(step, "reset") {
		f.resets++
	}
	if strings.Contains(step, "looks again") {
		f.twoHops++
	}
}

var large = flag.Bool("logmodel.large", false, "search the large settings of the log's model, too")

func TestLogModel(t *testing.T) {
	sets := settings
	if *large {
		sets = slices.Concat(settings, largeSettings)
	}
	for _, set := range sets {
		t.Run(set.name, func(t *testing.T) {
			t.Parallel()
			got := search(set, faultless)
			t.Logf("%d states; in %d both attempts are acknowledged, %d resets, %d looks after two lost slots",
				got.states, got.bothAcked, got.resets, got.twoHops)
			if got.wrong != "" {
				t.Fatalf("%s:\n%s", got.wrong, strings.Join(got.steps, "\n"))
			}
			ttl := set.expired > 0 // with a single rival no process loses two slots
			if got.bothAcked == 0 || got.resets == 0 || got.twoHops == 0 && !ttl {
				t.Error("the search does not reach every case that it must try")
			}
		})
	}
}

// TestLogModelMutants shows that the search can fail: it finds every mistake.
func TestLogModelMutants(t *testing.T) {
	for _, mut := range []mutant{
		skipLookBack, hopBlindly, goOnAfterLoss, trustSince, countBeyond, putInTornHole, skipInBetween, atMostOnceAHole,
	} {
		t.Run(string(mut), func(t *testing.T) {
			for _, set := range settings {
				if got := search(set, mut); got.wrong != "" {
					t.Logf("%s, after %d states (%s):\n%s", got.wrong, got.states, set.name, strings.Join(got.steps, "\n"))
					return
				}
			}
			t.Error("the search finds nothing wrong with it")
		})
	}
}
