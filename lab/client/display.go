package client

// Unsent is an entry of the outbox as the person sees it.
type Unsent struct {
	CID, Kind, Text string
	Target          int64 // of a change; Kind and Target as in [Stored]
	// State is "pending"; "failed" after a final refusal, or after [lateAge] without an
	// acknowledgement, though it is tried on then; or "waiting" until the person decides.
	State string
}

// Unsent returns the entries that are not shown rows yet, in the order of writing.
func (m *Machine) Unsent() (list []Unsent) {
	for _, it := range m.out.items {
		list = append(list, Unsent{it.CID, it.Kind, it.Text, it.Target, it.state(m.now)})
	}
	return list
}
