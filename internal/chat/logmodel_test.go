package chat_test

import "fmt"

// This file checks how a message is written once (see
// docs/decisions/0001-the-log-is-its-own-receipt.md) by an exhaustive search: a
// model of the algorithm, and every state that it can reach, in any order of
// the steps of all senders.
//
// What may happen: an attempt starts at any time, with any since that its
// client may hold; a rival's since may be forged. A read sees its rows one by
// one, in ascending order, while others put theirs. A put lands and is
// answered; lands, and is repeated by the store's client; lands without an
// answer; or is given up and lands later, or never. TTL deletes expired rows in
// any order. A crash needs no step of its own: to the others a crashed process
// is one that does nothing any more, and every state is checked as if all but
// one had crashed there.

const (
	maxSlots = 7
	maxProcs = 5
)

// The content of a slot: nothing, an old row, the message under test, or a
// rival's.
const (
	empty uint8 = iota
	oldRow
	message
	rivalOne
	rivalTwo
	rivalThree
)

type pc uint8

const (
	idle    pc = iota
	reading    // slot pos is the next to be read
	putting
	ghost // has given up; its put may still land
	acked // was told that the message is at slot
	over  // refused, lost, or crashed
)

type proc struct {
	pc   pc
	pos  uint8 // reading: the next slot
	end  uint8 // reading: the last slot of the gapless run
	far  bool  // reading: a row beyond the run was seen
	hole uint8 // 1 + the run's end at which the previous look saw a hole
	mine uint8 // the slot in which the look saw the process's own row
	slot uint8 // putting, ghost, acked
	hop  uint8
	lost uint8 // rounds
}

type state struct {
	slots [maxSlots + 1]uint8 // from 1
	ever  uint8               // the highest slot ever written
	procs [maxProcs]proc
}

// mutant is a mistake that the search must find.
type mutant string

const (
	faultless       mutant = ""
	skipLookBack    mutant = "does not look whether the message is in the log"
	hopBlindly      mutant = "goes to the next slot without a look at the row that took this one"
	goOnAfterLoss   mutant = "tries another slot after a put of unknown outcome"
	trustSince      mutant = "does not verify since"
	countBeyond     mutant = "counts rows beyond a gap"
	putInTornHole   mutant = "puts behind the run although rows stand beyond it"
	skipInBetween   mutant = "after a lost round goes behind the head without a look at what came between"
	atMostOnceAHole mutant = "takes a hole for the log's end when it has seen it twice"
)

// setting is the rows that the processes put, and the log before they start.
type setting struct {
	name    string
	puts    []uint8 // the row that each process puts
	old     uint8   // rows that are there
	expired uint8   // the first ones, which TTL may delete
	slots   uint8
	rounds  uint8 // rounds of two lost slots, until busy
}

var settings = []setting{
	{"two attempts, two rivals", []uint8{message, message, rivalOne, rivalTwo}, 1, 0, 6, 3},
	{"three attempts, two rivals", []uint8{message, message, message, rivalOne, rivalTwo}, 0, 0, 4, 2},
	{"two attempts, a rival, and TTL", []uint8{message, message, rivalOne}, 3, 2, 6, 2},
}

// largeSettings take half a minute, and minutes with the race detector.
var largeSettings = []setting{
	{"two attempts, three rivals", []uint8{message, message, rivalOne, rivalTwo, rivalThree}, 0, 0, 5, 2},
	{"three attempts, two rivals, more room", []uint8{message, message, message, rivalOne, rivalTwo}, 1, 0, 6, 2},
	{"two attempts, two rivals, and TTL", []uint8{message, message, rivalOne, rivalTwo}, 3, 2, 7, 2},
}

type model struct {
	setting
	mutant
	emit func(next state, step string)
}

// steps emits every state that may follow.
func (m *model) steps(s state) {
	for i, row := range m.puts {
		switch s.procs[i].pc {
		case idle:
			m.start(s, i)
		case reading:
			m.read(s, i)
		case putting:
			m.put(s, i)
		case ghost:
			if s.slots[s.procs[i].slot] == empty {
				late := m.land(s, s.procs[i].slot, row)
				late.procs[i] = proc{pc: over}
				m.emit(late, "lands late")
			}
		}
	}
	for slot := uint8(1); slot <= m.expired; slot++ {
		if s.slots[slot] == oldRow {
			torn := s
			torn.slots[slot] = empty
			m.emit(torn, fmt.Sprintf("TTL takes %d", slot))
		}
	}
}

// start emits a start with every possible since: for an attempt, every one
// before the message; for a rival, any at all; and for both, none.
func (m *model) start(s state, i int) {
	for since := uint8(0); since < m.slots; since++ {
		if m.puts[i] == message && (since > s.ever || (since > 0 && s.slots[since] == message)) {
			break
		}
		m.look(s, i, proc{}, since, fmt.Sprintf("starts with since %d", since))
	}
	// Without since: the newest rows, the newest first. A row is put after the
	// rows before it, so this read sees all rows before the first one that it
	// sees.
	var p proc
	for slot := uint8(1); slot <= m.slots; slot++ {
		if s.slots[slot] != empty {
			p.end = slot
		}
		if s.slots[slot] == m.puts[i] {
			p.mine = slot
		}
	}
	m.decide(s, i, p, "starts without since")
}

// look begins to read after a position.
func (m *model) look(s state, i int, p proc, from uint8, step string) {
	p.pc, p.pos, p.end, p.far = reading, max(from, 1), from, false
	s.procs[i] = p
	m.emit(s, step)
}

// read reads one slot.
func (m *model) read(s state, i int) {
	p := s.procs[i]
	row := s.slots[p.pos]
	step := fmt.Sprintf("reads %d", p.pos)
	switch {
	case p.pos == p.end: // the row at the position
		if row == empty && m.mutant != trustSince {
			m.finish(s, i, proc{pc: over}, step+": reset")
			return
		}
	case row == empty:
	case p.pos == p.end+1 || m.mutant == countBeyond:
		p.end = p.pos
		if row == m.puts[i] {
			p.mine = p.pos
		}
	default:
		p.far = true
	}
	p.pos++
	if p.pos > m.slots {
		m.decide(s, i, p, step)
		return
	}
	m.finish(s, i, p, step)
}

// decide takes the step that follows a look.
func (m *model) decide(s state, i int, p proc, step string) {
	switch {
	case p.far && m.mutant != putInTornHole && p.hole == p.end+1:
		if m.mutant == atMostOnceAHole {
			m.finish(s, i, proc{pc: putting, slot: p.end + 1, lost: p.lost}, step)
			return
		}
		m.finish(s, i, proc{pc: over}, step+": a hole that stays, reset")
	case p.far && m.mutant != putInTornHole:
		p.hole = p.end + 1
		m.look(s, i, p, p.end, step+": again, for a hole")
	case p.mine != 0 && m.mutant != skipLookBack:
		m.finish(s, i, proc{pc: acked, slot: p.mine}, step+": there already")
	case p.end+1 > m.slots:
		m.finish(s, i, proc{pc: over}, step+": out of room")
	default:
		m.finish(s, i, proc{pc: putting, slot: p.end + 1, lost: p.lost}, step)
	}
}

// put emits every possible outcome of a put.
func (m *model) put(s state, i int) {
	p := s.procs[i]
	if row := s.slots[p.slot]; row != empty {
		m.taken(s, i, row, "is refused")
		return
	}
	landed := m.land(s, p.slot, m.puts[i])
	m.finish(landed, i, proc{pc: acked, slot: p.slot}, fmt.Sprintf("puts %d", p.slot))
	m.taken(landed, i, m.puts[i], "lands and is asked for again by the store's client")
	m.unknown(landed, i, proc{pc: over}, "lands unheard")
	m.unknown(s, i, proc{pc: ghost, slot: p.slot}, "is given up")
}

func (m *model) unknown(s state, i int, p proc, step string) {
	if slot := s.procs[i].slot; m.mutant == goOnAfterLoss && slot < m.slots {
		p = proc{pc: putting, slot: slot + 1, hop: s.procs[i].hop, lost: s.procs[i].lost}
	}
	m.finish(s, i, p, step)
}

// taken follows a put that was answered with the row in its slot.
func (m *model) taken(s state, i int, row uint8, step string) {
	p := s.procs[i]
	switch {
	case row == m.puts[i] && m.mutant != hopBlindly:
		m.finish(s, i, proc{pc: acked, slot: p.slot}, step+": mine")
	case p.hop == 0 && p.slot < m.slots:
		p.hop, p.slot = 1, p.slot+1
		m.finish(s, i, p, step+": slotsPerRound")
	case p.lost+1 == m.rounds || p.slot == m.slots:
		m.finish(s, i, proc{pc: over}, step+": busy")
	case m.mutant == skipInBetween:
		m.finish(s, i, proc{pc: putting, slot: min(s.ever+1, m.slots), lost: p.lost + 1}, step)
	default:
		m.look(s, i, proc{lost: p.lost + 1}, p.slot, step+": looks again")
	}
}

func (m *model) land(s state, slot, row uint8) state {
	s.slots[slot] = row
	return s
}

func (m *model) finish(s state, i int, p proc, step string) {
	s.procs[i] = p
	m.emit(s, step)
}

// wrong describes a breach of the promises, in a state or on the way to it.
func (m *model) wrong(before, s state) string {
	copies := 0
	for slot := uint8(1); slot <= m.slots; slot++ {
		if s.slots[slot] == message {
			copies++
		}
		if before.slots[slot] == empty && s.slots[slot] != empty && slot != before.ever+1 {
			return fmt.Sprintf("a put at %d, but the log ended at %d", slot, before.ever)
		}
		if before.slots[slot] != empty && s.slots[slot] != before.slots[slot] && slot > m.expired {
			return fmt.Sprintf("row %d was overwritten", slot)
		}
	}
	if copies > 1 {
		return "the message is in the log twice"
	}
	for i, p := range s.procs {
		if p.pc == acked && s.slots[p.slot] != m.puts[i] {
			return fmt.Sprintf("process %d was told %d, where its message is not", i, p.slot)
		}
	}
	return ""
}
