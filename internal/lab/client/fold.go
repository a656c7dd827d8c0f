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

// fold is the messages of a log's run. Its rows come in order, each once.
type fold map[int64]*Folded

func (f fold) take(rows []wire.Message) {
	for _, row := range rows {
		if row.Kind == "" || row.Kind == kindMessage {
			f[row.Seq] = &Folded{
				Seq: row.Seq, UID: row.UID, Text: row.Text, Edited: row.Edited, Deleted: row.Deleted,
				Reactions: map[string]string{},
			}
		} else if m := f[row.Target]; m != nil { // else it is about one before the run
			m.change(row)
		}
	}
}

// change lets a row about a message count, if it does.
func (m *Folded) change(row wire.Message) {
	mine := row.UID == m.UID
	switch {
	case row.Kind == kindReact && row.Text == "":
		delete(m.Reactions, row.UID)
	case row.Kind == kindReact:
		m.Reactions[row.UID] = row.Text
	case row.Kind == kindDelete && mine && m.Deleted == 0:
		m.Text, m.Deleted = "", row.Seq
	case row.Kind == kindEdit && mine && m.Deleted == 0 && row.Seq > m.Edited && row.Text != "":
		m.Text, m.Edited = row.Text, row.Seq // one without text was emptied by a deletion that follows
	}
}

// Folded gives the messages of the run as they are to be shown, in order.
func (m *Machine) Folded() (list []Folded) {
	for _, seq := range slices.Sorted(maps.Keys(m.feed.fold)) {
		one := *m.feed.fold[seq]
		one.Reactions = maps.Clone(one.Reactions)
		list = append(list, one)
	}
	return list
}
