package client

import (
	"maps"
	"slices"

	"projectchat/internal/wire"
)

// Folded is a message as it is to be shown, with its changes.
type Folded struct {
	Seq       int64
	UID       string
	Text      string
	Edited    int64             // seq of the edit whose text is shown; 0: the first text is
	Deleted   int64             // seq of the deletion; 0: there is none
	Reactions map[string]string // uid → sign
}

// fold is the messages of the known rows, by seq. Each row is taken once, in order; only
// mended rows come later.
type fold map[int64]*folding

type folding struct {
	Folded
	reacted map[string]int64 // uid → seq of the last reaction
}

func (f fold) take(rows []wire.Message) {
	for _, row := range rows {
		if row.Kind == "" || row.Kind == kindMessage {
			f[row.Seq] = &folding{Folded{
				Seq: row.Seq, UID: row.UID, Text: row.Text, Edited: row.Edited, Deleted: row.Deleted,
				Reactions: map[string]string{},
			}, map[string]int64{}}
		} else if m := f[row.Target]; m != nil { // else its message is before the first known row
			m.change(row)
		}
	}
}

// change applies a row about the message, if it counts.
func (m *folding) change(row wire.Message) {
	mine := row.UID == m.UID
	switch {
	case row.Kind == kindReact && row.Seq < m.reacted[row.UID]:
	case row.Kind == kindReact:
		m.react(row)
	case row.Kind == kindDelete && mine && m.Deleted == 0:
		m.Text, m.Deleted = "", row.Seq
	case row.Kind == kindEdit && mine && m.Deleted == 0 && row.Seq > m.Edited && row.Text != "":
		m.Text, m.Edited = row.Text, row.Seq // an edit without text was emptied by a later deletion
	}
}

func (m *folding) react(row wire.Message) {
	m.reacted[row.UID], m.Reactions[row.UID] = row.Seq, row.Text
	if row.Text == "" {
		delete(m.Reactions, row.UID)
	}
}

// Folded returns the messages of the known rows as they are to be shown, in order.
func (m *Machine) Folded() (list []Folded) {
	for _, seq := range slices.Sorted(maps.Keys(m.feed.fold)) {
		one := m.feed.fold[seq].Folded
		one.Reactions = maps.Clone(one.Reactions)
		list = append(list, one)
	}
	return list
}
