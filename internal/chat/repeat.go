package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"projectchat/internal/refusal"
)

// same tells whether a row is the message of this sender with this cid.
func same(row, m Message) bool { return row.UID == m.UID && row.CID == m.CID }

// isThere tells whether rows hold a message of this sender with this cid.
func isThere(rows []Message, m Message) bool {
	return slices.ContainsFunc(rows, func(row Message) bool { return same(row, m) })
}

// saysTheSame tells whether a row was put with the kind, target and text of m,
// which is of the same person and cid.
func saysTheSame(row, m Message) bool {
	if row.Kind != m.Kind || row.Target != m.Target {
		return false
	}
	if row.TextHash != "" {
		return row.TextHash == hashText(m)
	}
	return row.Text == m.Text
}

// repeated acknowledges a message that is in the log already.
func repeated(row, m Message) (Message, bool, error) {
	if !saysTheSame(row, m) {
		return Message{}, false, refusal.Errorf(refusal.CIDConflict, "Another message with this cid is in the room.")
	}
	return row, true, nil
}

// hashText tells texts of one row apart once they are gone. It is the row's own:
// equal texts of two rows have different hashes.
func hashText(m Message) string {
	sum := sha256.Sum256([]byte(m.UID + "\n" + m.CID + "\n" + m.Text))
	return hex.EncodeToString(sum[:])
}
