package client

import "time"

// patience is how long an entry is on its way before it is shown as failed.
const patience = 15 * time.Second

// Unsent is an entry of the outbox as the person sees it.
type Unsent struct {
	CID, Text string
	// State is "pending"; "failed" after a refusal, or 15 s on the way without an
	// acknowledgement, after which it is tried on; or "waiting" for the person's word.
	State string
}

// Unsent gives what is not among the shown rows yet, in the order of writing.
func (m *Machine) Unsent() (list []Unsent) {
	for _, it := range m.out.items {
		list = append(list, Unsent{it.CID, it.Text, it.state(m.now)})
	}
	return list
}

func (i *item) state(now time.Time) string {
	switch {
	case i.seq != 0:
		return "pending"
	case i.Refused != "":
		return "failed"
	case i.waits(now):
		return "waiting"
	case i.isLate(now):
		return "failed"
	}
	return "pending"
}

func (i *item) isLate(now time.Time) bool {
	return i.late || i.seq == 0 && !i.firstTry.IsZero() && now.Sub(i.firstTry) >= patience
}
