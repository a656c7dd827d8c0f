package chat

import (
	"projectchat/internal/names"
	"projectchat/internal/refusal"
)

const maxSeq = 1e12 - 1 // twelve digits

// Draft is a row that somebody wants to add to a room's log.
type Draft struct {
	Room   string // in any spelling
	CID    string
	Kind   string // "" is [KindMessage]
	Target int64  // seq of the message that it is about; 0 for a message
	Text   string
	// Since is how far the sender has looked at the log and found no row with
	// this CID; nil if the sender does not keep track.
	Since *Position
	As    string // the uid that the sender believes to have; "" if they do not say
}

// check refuses a draft that no log may hold, and gives the room's title and key.
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

// kind is the draft's kind, the usual one if it names none.
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
	target     bool               // a row is about a message, and not one itself
	authorOnly bool               // only the author of its target may add one
	ofDeleted  bool               // its target may have been deleted
	overwrites bool               // it changes the row of its target
}

// kinds are all that there are. Clients have the same table by
// internal/wire/testdata/kinds.json.
var kinds = map[string]kindRule{
	KindMessage: {text: checkText},
	KindEdit:    {text: checkText, target: true, authorOnly: true, overwrites: true},
	KindDelete:  {text: checkNoText, target: true, authorOnly: true, ofDeleted: true, overwrites: true},
	KindReact:   {text: checkReaction, target: true},
}

// checkKind refuses a kind that is not known, a target where there is to be none
// or the other way round, and a text that does not fit the kind.
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

// row is the draft as it is to stand in the log.
func (d Draft) row(author Person) Message {
	m := Message{Kind: d.kind(), CID: d.CID, UID: author.UID, Name: author.Name, Target: d.Target, Text: d.Text}
	if m.Kind == KindEdit {
		m.TextHash = hashText(m) // a deletion of its target takes its text away
	}
	return m
}
