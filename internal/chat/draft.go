package chat

import (
	"projectchat/internal/names"
	"projectchat/internal/refusal"
)

const maxSeq = 1e12 - 1 // twelve digits

// Draft is a row that a person wants to add to a room's log.
type Draft struct {
	Room   string // in any spelling
	CID    string
	Kind   string // "" is [KindMessage]
	Target int64  // seq of the message that the row is about; 0 for a message
	Text   string
	// Since is the position up to which the sender has looked at the log without
	// finding a row with this CID; nil if the sender does not keep track.
	Since *Position
	As    string // the uid that the sender believes to have; "" if they do not say
}

// check refuses a draft that no log may hold, and returns the title and the key
// of its room.
func (d Draft) check() (title, key string, err error) {
	title, key, err = names.ParseRoom(d.Room)
	if err != nil {
		return "", "", err
	}
	if err := checkCID(d.CID); err != nil {
		return "", "", err
	}
	if err := d.checkKind(); err != nil {
		return "", "", err
	}
	return title, key, d.Since.check()
}

// kind returns the draft's kind; [KindMessage] if it names none.
func (d Draft) kind() string {
	if d.Kind == "" {
		return KindMessage
	}
	return d.Kind
}

// kindRule is the rule of a kind of rows. The zero rule is a message's, but for
// its text.
type kindRule struct {
	text       func(string) error // refuses a text that does not fit
	target     bool               // a row has a target
	authorOnly bool               // only the author of its target may add one
	ofDeleted  bool               // its target may have been deleted
	overwrites bool               // it changes the row of its target
}

// kinds has the rule of every kind. Clients have the same table from
// internal/wire/testdata/kinds.json.
var kinds = map[string]kindRule{
	KindMessage: {text: checkText},
	KindEdit:    {text: checkText, target: true, authorOnly: true, overwrites: true},
	KindDelete:  {text: checkNoText, target: true, authorOnly: true, ofDeleted: true, overwrites: true},
	KindReact:   {text: checkReaction, target: true},
}

// checkKind refuses an unknown kind, a message with a target, a change without
// one, and a text that does not fit the kind.
func (d Draft) checkKind() error {
	rule, known := kinds[d.kind()]
	switch {
	case !known:
		return refusal.Errorf(refusal.BadRequest, "A kind is message, edit, delete or react.")
	case !rule.target && d.Target != 0:
		return refusal.Errorf(refusal.BadRequest, "A message has no target.")
	case rule.target && (d.Target < 1 || d.Target > maxSeq):
		return refusal.Errorf(refusal.BadRequest, "target is the seq of a message, 1 or more.")
	}
	return rule.text(d.Text)
}

// check refuses a position that no log can have. A nil position is valid: the
// sender names none.
func (p *Position) check() error {
	if p != nil && (p.Seq < 0 || p.Seq > maxSeq) {
		return refusal.Errorf(refusal.BadRequest, "since.seq is 0 or more.")
	}
	return nil
}

// row returns the draft as a row of the log, without seq and time.
func (d Draft) row(author Person) Message {
	m := Message{Kind: d.kind(), CID: d.CID, UID: author.UID, Name: author.Name, Target: d.Target, Text: d.Text}
	if m.Kind == KindEdit {
		m.TextHash = hashText(m) // a deletion of its target removes this text
	}
	return m
}
