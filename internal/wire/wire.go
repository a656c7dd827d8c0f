// Package wire has the frames that a client and the server exchange: their
// fields, and how to read (strictly) and write them. docs/frames.md describes
// this version 1 of the protocol.
//
// The files in testdata are golden frames. The tests of this package and of the
// page (web/src/client) read the same files, so a change of one side alone
// fails on the other.
package wire

import "time"

// Version is the version of the protocol, which a client names in the handshake
// (?v=1).
const Version = 1

// Revision is the revision of the protocol within its version. A client reads
// it in [Joined] and [Pong]. It sends the requests of a revision only to a
// server that has it; it ignores new fields and types that it does not know.
//
//   - 1 (2026-11-22): the first.
//   - 2 (2026-11-24): kind and target in [SendBody], [Typing], [TypingPush];
//     target, edited and deleted in [Message]; v in [Pong].
const Revision = 2

// Limits on frames, in bytes. API Gateway closes a connection that sends a
// frame of more than 32 KB. The limit is lower, so that a frame that is a
// little too long is answered with an error.
const (
	MaxClientFrame = 24 << 10
	MaxServerFrame = 30 << 10
	MaxHTTPBody    = 64 << 10
)

// Position is a place in a room's log.
type Position struct {
	Epoch string `json:"epoch"`
	Seq   int64  `json:"seq"`
}

// Message is one row of a room's log.
type Message struct {
	Seq     int64  `json:"seq"`
	Kind    string `json:"kind,omitempty"`
	CID     string `json:"cid"`
	UID     string `json:"uid"`
	Name    string `json:"name"`
	Target  int64  `json:"target,omitzero"` // seq of the message that the row is about
	Text    string `json:"text"`
	At      string `json:"at"`               // see [Time]
	Edited  int64  `json:"edited,omitzero"`  // seq of the message's last edit
	Deleted int64  `json:"deleted,omitzero"` // seq of the row that deleted it; Text is "" then
}

// Person is a person in a room.
type Person struct {
	UID  string `json:"uid"`
	Name string `json:"name"`
}

// Time formats t as frames hold it: RFC 3339 in UTC, with milliseconds.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
