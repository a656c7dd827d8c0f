// Package check judges a run of the chat by its history: the tries, the answers, the rows
// that each client showed, and the rows that the log held in the end. It does not know the
// system that made the history, only its promises. The verdicts have the names of Jepsen and
// Maelstrom where those have one.
package check

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Op is the kind of a [Record].
type Op string

// The operations.
const (
	// Try: Who begins to send CID with Text as UID; from now on it may be in the log. Kind
	// and Target say how it changes which row.
	Try Op = "try"
	// Ack: Who was told that CID is row Seq of Epoch.
	Ack Op = "ack"
	// Refuse: Who was told that CID is not, and will not be, in the log.
	Refuse Op = "refuse"
	// Hold: Who, an observer of Room, has CID in its outbox from now on, and is to send it.
	// Wait: Who is told that CID waits until the person decides; if the person sends it,
	// there is another Hold. Discard: the person takes it out of the outbox.
	Hold    Op = "hold"
	Wait    Op = "wait"
	Discard Op = "discard"
	// Up and Down: Who, an observer of Room, is there, or not (asleep, gone). An observer
	// that is told nothing, but asks, may be later by Within.
	Up   Op = "up"
	Down Op = "down"
	// View: the view of Room that Who has starts again after Seq of Epoch.
	View Op = "view"
	// Show: Who shows row Seq of Epoch, with UID, CID and Text, and the row's other fields.
	Show Op = "show"
	// Read and Row: Who reads the whole history of Room in Epoch at the end, and these are
	// its rows.
	Read Op = "read"
	Row  Op = "row"
	// Fold: at the end Who shows the message at Seq with Text, or as Deleted, and with Signs.
	Fold Op = "fold"
	// Mark: from now on all observers that are up show a row within Within of its
	// acknowledgement, or of now. An entry in the outbox of an observer that is up is
	// answered within the same time. 0: no promise, as faults strike.
	Mark Op = "mark"
	// Canary: only UIDs may get Text. Heard: Who, who is UID, got Text.
	Canary Op = "canary"
	Heard  Op = "heard"
	// Come and Go: UID is in Room from now on, or not. All observers that are up and stay
	// show that within Within.
	Come Op = "come"
	Go   Op = "go"
	// People: Who shows that UIDs are in Room.
	People Op = "people"
)

// Record is one line of a history. T is the time since the run's beginning. The other fields
// depend on Op.
type Record struct {
	T     time.Duration `json:"t"`
	Op    Op            `json:"op"`
	Who   string        `json:"who,omitempty"`
	UID   string        `json:"uid,omitempty"`
	Room  string        `json:"room,omitempty"`
	Epoch string        `json:"epoch,omitempty"`
	Seq   int64         `json:"seq,omitempty"`
	CID   string        `json:"cid,omitempty"`
	Text  string        `json:"text,omitempty"`

	Kind    string   `json:"kind,omitempty"`
	Target  int64    `json:"target,omitempty"`
	Edited  int64    `json:"edited,omitempty"`
	Deleted int64    `json:"deleted,omitempty"`
	Signs   []string `json:"signs,omitempty"` // "<uid> <sign>", sorted

	UIDs   []string      `json:"uids,omitempty"`
	Within time.Duration `json:"within,omitempty"`
}

// Write writes a history as JSON lines.
func Write(w io.Writer, history []Record) error {
	buffer := bufio.NewWriter(w)
	lines := json.NewEncoder(buffer)
	for _, r := range history {
		if err := lines.Encode(r); err != nil {
			return fmt.Errorf("write history: %w", err)
		}
	}
	return buffer.Flush()
}

// ReadAll reads a history that [Write] wrote.
func ReadAll(r io.Reader) (history []Record, err error) {
	lines := json.NewDecoder(bufio.NewReader(r))
	lines.DisallowUnknownFields()
	for n := 1; ; n++ {
		var record Record
		err := lines.Decode(&record)
		if err == io.EOF {
			return history, nil
		}
		if err != nil {
			return nil, fmt.Errorf("history, record %d: %w", n, err)
		}
		history = append(history, record)
	}
}
