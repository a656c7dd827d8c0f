package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"projectchat/internal/refusal"
)

// same reports whether a row has the sender and the cid of m.
func same(row, m Message) bool { return row.UID == m.UID && row.CID == m.CID }

// isThere reports whether one of the rows has the sender and the cid of m.
func isThere(rows []Message, m Message) bool {
	return slices.ContainsFunc(rows, func(row Message) bool { return same(row, m) })
}

// saysTheSame reports whether a row was put with the kind, target and text of
// m, which has the same sender and cid.
func saysTheSame(row, m Message) bool {
	if row.Kind != m.Kind || row.Target != m.Target {
		return false
	}
	if row.TextHash != "" {
		return row.TextHash == hashText(m)
	}
	return row.Text == m.Text
}

// repeated acknowledges a message that is in the log already, if m says the
// same.
func repeated(row, m Message) (Message, bool, error) {
	if !saysTheSame(row, m) {
		return Message{}, false, refusal.Errorf(refusal.CIDConflict, "Another message with this cid is in the room.")
	}
	return row, true, nil
}

// hashText returns the hex SHA-256 that stands for a row's text once the text
// is gone. Sender and cid are hashed along, so equal texts of two rows have
// different hashes.
func hashText(m Message) string {
	sum := sha256.Sum256([]byte(m.UID + "\n" + m.CID + "\n" + m.Text))
	return hex.EncodeToString(sum[:])
}
