package client

import (
	"maps"
	"slices"

	"projectchat/internal/wire"
)

// Folded is a message as it is to be shown: with what later rows made of it.
type Folded struct {
	Seq       int64
	UID       string
	Text      string
	Edited    int64             // seq of the edit that holds; 0: the first text does
	Deleted   int64             // seq of the row that deleted it, 0: it is not
	Reactions map[string]string // uid → sign
}

// fold is the messages of a log's run. Its rows come in order, but those that are
// mended, which come later; each of them once.
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
		} else if m := f[row.Target]; m != nil { // else it is about one before the run
			m.change(row)
		}
	}
}

// change lets a row about a message count, if it does.
func (m *folding) change(row wire.Message) {
	mine := row.UID == m.UID
	switch {
	case row.Kind == kindReact && row.Seq < m.reacted[row.UID]:
	case row.Kind == kindReact:
		m.react(row)
	case row.Kind == kindDelete && mine && m.Deleted == 0:
		m.Text, m.Deleted = "", row.Seq
	case row.Kind == kindEdit && mine && m.Deleted == 0 && row.Seq > m.Edited && row.Text != "":
		m.Text, m.Edited = row.Text, row.Seq // one without text was emptied by a deletion that follows
	}
}

func (m *folding) react(row wire.Message) {
	m.reacted[row.UID], m.Reactions[row.UID] = row.Seq, row.Text
	if row.Text == "" {
		delete(m.Reactions, row.UID)
	}
}

// Folded gives the messages of the run as they are to be shown, in order.
func (m *Machine) Folded() (list []Folded) {
	for _, seq := range slices.Sorted(maps.Keys(m.feed.fold)) {
		one := m.feed.fold[seq].Folded
		one.Reactions = maps.Clone(one.Reactions)
		list = append(list, one)
	}
	return list
}
