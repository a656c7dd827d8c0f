package check

import (
	"cmp"
	"maps"
	"slices"
)

// The kinds of rows; "" is a message, too.
const (
	kindEdit   = "edit"
	kindDelete = "delete"
	kindReact  = "react"
)

// made is one message with its changes.
type made struct {
	text    string
	deleted bool
	signs   []string
}

// about is the rows about one message in one final history.
type about struct {
	row                     Record // the message's own
	edits, deletes, reacted []Record
}

// isMessage reports whether the row can be changed.
func (r Record) isMessage() bool { return r.Kind == "" || r.Kind == "message" }

// grouped puts the rows of a final history to the messages that they are about. It leaves out
// edits and deletions by others than the author: they count for nothing.
func grouped(rows []Record) map[int64]*about {
	all := map[int64]*about{}
	for _, r := range rows {
		target := all[r.Target]
		switch {
		case r.isMessage():
			all[r.Seq] = &about{row: r}
		case target == nil:
		case r.Kind == kindReact:
			target.reacted = append(target.reacted, r)
		case r.UID != target.row.UID:
		case r.Kind == kindEdit:
			target.edits = append(target.edits, r)
		case r.Kind == kindDelete:
			target.deletes = append(target.deletes, r)
		}
	}
	return all
}

// first is the text that a row was tried with.
func (c *checker) first(r Record) string {
	if a := c.attempts[message{r.Room, r.UID, r.CID}]; a != nil {
		return a.texts[0]
	}
	return r.Text
}

// make folds the rows about a message over it.
func (c *checker) make(m *about) made {
	signs := map[string]string{}
	for _, r := range m.reacted {
		signs[r.UID] = r.Text
	}
	out := made{text: c.first(m.row), deleted: len(m.deletes) > 0}
	for _, uid := range slices.Sorted(maps.Keys(signs)) {
		if signs[uid] != "" {
			out.signs = append(out.signs, uid+" "+signs[uid])
		}
	}
	if len(m.edits) > 0 {
		out.text = c.first(m.edits[len(m.edits)-1])
	}
	if out.deleted {
		out.text = ""
	}
	return out
}

// folds judges the changed messages: by the rows of each final history, and by the clients
// that were there at the end.
func (c *checker) folds() {
	if c.o.Retention > 0 {
		return // deleted rows cannot be judged
	}
	final := map[string]map[int64]*about{}
	for _, room := range sortedKeys(c.readers) {
		for _, who := range sortedKeys(c.readers[room]) {
			final[room] = grouped(c.readers[room][who].rows)
			for _, seq := range slices.Sorted(maps.Keys(final[room])) {
				c.changed(who, final[room][seq])
			}
		}
	}
	for _, r := range c.history {
		if m := final[r.Room][r.Seq]; r.Op == Fold && m != nil {
			c.folded(r, c.make(m))
		}
	}
}

// folded judges how one client shows one message.
func (c *checker) folded(r Record, want made) {
	if r.Text != want.text || (r.Deleted != 0) != want.deleted || !slices.Equal(r.Signs, want.signs) {
		c.fail(Unfolded, "%s shows row %d of %s as %q, deleted %v, %q; by the log it is %q, %v, %q",
			r.Who, r.Seq, r.Room, r.Text, r.Deleted != 0, r.Signs, want.text, want.deleted, want.signs)
	}
}

// changed judges the row of a message: it must be as the acknowledged changes say. A change
// that was never acknowledged may be missing in it.
func (c *checker) changed(who string, m *about) {
	r := m.row
	held := r.Text
	if i := slices.IndexFunc(m.edits, func(e Record) bool { return e.Seq == r.Edited }); i >= 0 {
		held = c.first(m.edits[i])
	} else if r.Edited != 0 {
		c.fail(Unchanged, "%s: row %d says to %s that it was edited by row %d, which did not", r.Room, r.Seq, who, r.Edited)
	}
	switch {
	case r.Deleted != 0 && !slices.ContainsFunc(m.deletes, func(d Record) bool { return d.Seq == r.Deleted }):
		c.fail(Unchanged, "%s: row %d says to %s that it was deleted by row %d, which did not", r.Room, r.Seq, who, r.Deleted)
	case r.Deleted == 0 && c.acknowledged(m.deletes) > 0:
		c.fail(Unchanged, "%s: to %s row %d is not deleted", r.Room, who, r.Seq)
	case r.Deleted == 0 && (r.Edited < c.acknowledged(m.edits) || r.Text != held):
		c.fail(Unchanged, "%s: to %s row %d is %q, edited by %d", r.Room, who, r.Seq, r.Text, r.Edited)
	}
	if r.Deleted != 0 {
		c.emptied(who, m)
	}
}

// emptied: a deleted text is in no row.
func (c *checker) emptied(who string, m *about) {
	for _, r := range append(slices.Clone(m.edits), m.row) {
		if r.Text != "" && (r.isMessage() || c.acknowledged([]Record{r}) > 0 && c.acknowledged(m.deletes) > 0) {
			c.fail(Kept, "%s: row %d still tells %s the text of row %d, which was deleted", r.Room, r.Seq, who, m.row.Seq)
		}
	}
}

// acknowledged returns the last seq of those rows that were acknowledged, 0 if none was.
func (c *checker) acknowledged(rows []Record) (last int64) {
	for _, r := range rows {
		if a := c.attempts[message{r.Room, r.UID, r.CID}]; a != nil && len(a.acks) > 0 {
			last = max(last, r.Seq)
		}
	}
	return last
}

// mayBe reports whether a row that was tried may have this text by now.
func (c *checker) mayBe(a *attempt, r Record) bool {
	if slices.Contains(a.texts, r.Text) && (r.Deleted == 0 || r.Text == "") {
		return true
	}
	if r.Kind == kindEdit || r.Deleted != 0 {
		return r.Text == ""
	}
	unmarked := c.o.Mixed && r.Op == Show && r.isMessage()
	if unmarked && r.Text == "" {
		return c.deletions[change{r.Room, r.UID, r.Seq}]
	}
	return (r.Edited != 0 || unmarked) && slices.ContainsFunc(c.changes[change{r.Room, r.UID, r.Seq}], func(e *attempt) bool {
		return slices.Contains(e.texts, r.Text)
	})
}

// change identifies the tries that change a row: their author, and the row.
type change struct {
	room, uid string
	target    int64
}

// differ reports whether two looks at one place saw different rows. It ignores a text that
// can be changed.
func (c *checker) differ(a, b Record) bool {
	about := change{a.Room, a.UID, a.Seq}
	untouched := cmp.Or(a.Edited, a.Deleted, b.Edited, b.Deleted) == 0 && a.Kind != kindEdit
	otherTarget := a.Target != b.Target
	if c.o.Mixed {
		untouched = untouched && len(c.changes[about]) == 0 && !c.deletions[about]
		otherTarget = otherTarget && a.Target != 0 && b.Target != 0
	}
	return a.UID != b.UID || a.CID != b.CID || otherTarget || untouched && a.Text != b.Text
}
