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

// checkKind refuses an unknown kind, a message with a target, a change without
// one, and a text that does not fit the kind.
func (d Draft) checkKind() error {
	switch d.kind() {
	case KindMessage:
		if d.Target != 0 {
			return refusal.Errorf(refusal.BadRequest, "A message has no target.")
		}
		return checkText(d.Text)
	case KindEdit, KindDelete, KindReact:
	default:
		return refusal.Errorf(refusal.BadRequest, "A kind is message, edit, delete or react.")
	}
	switch {
	case d.Target < 1 || d.Target > maxSeq:
		return refusal.Errorf(refusal.BadRequest, "target is the seq of a message, 1 or more.")
	case d.kind() == KindEdit:
		return checkText(d.Text)
	case d.kind() == KindReact:
		return checkReaction(d.Text)
	case d.Text != "":
		return refusal.Errorf(refusal.BadRequest, "A deletion has no text.")
	}
	return nil
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
