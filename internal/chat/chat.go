// Package chat holds the rules of a room's log and of who hears it: messages,
// seats and presence, and the [Service] that applies them.
//
// It knows neither AWS nor JSON. What it needs from outside it declares as two
// interfaces, [Store] and [Broadcaster]; package chattest has a fake of each.
// The reasons behind the order of its reads and writes are in
// docs/decisions/0001-the-log-is-its-own-receipt.md and docs/design.md.
package chat

import "time"

// ConnectionLife is how long a connection's row lasts: API Gateway cuts after 2
// hours.
const ConnectionLife = 2*time.Hour + 10*time.Minute

// PresenceLife is how long after its Seen a seat counts as present.
//
// A living person's row is at most 5 min 20 s old by any function's clock: one
// ping may find it 60 s old and leave it so (10 s more where the clocks of two
// functions are 5 s off each, in opposite ways), the next comes 4 min later and
// takes at most 10 s. Who vanished has to be shown to have left within 6 min: the
// same clocks take 10 s of these, two pings 2 s apart and their answers about 5.
const PresenceLife = 5*time.Minute + 40*time.Second

// Room is a room as written once, when it was first used.
type Room struct {
	Key       string // see [RoomKey]
	Title     string // its first spelling
	Epoch     string // ≥ 10 random [a-z0-9]; a new one means that the log started anew
	CreatedAt time.Time
	CreatedBy string // uid
}

// Position is a place in a room's log: "everything up to Seq, in this epoch".
// Seq 0 is the place before the first message.
type Position struct {
	Epoch string
	Seq   int64
}

// The kinds of rows. All but the first are about a message, their Target.
const (
	KindMessage = "message"
	KindEdit    = "edit"   // Text is the message's new text
	KindDelete  = "delete" // there is no Text
	KindReact   = "react"  // Text is the sign, "" takes the person's sign back
)

// Message is one row of a room's log.
type Message struct {
	Seq    int64 // 1, 2, 3 … with no holes within an epoch
	Kind   string
	CID    string // the sender's own id of it, unique for a person in a room over all kinds
	UID    string
	Name   string // the sender's name at the time
	Target int64  // seq of the message that the row is about; 0: it is a message itself
	Text   string
	At     time.Time // UTC, whole milliseconds, never before the previous message's

	// What an amendment leaves on the row of a message; see [LogStore].
	Edited  int64   // seq of the edit whose text this is; 0: it is the first text
	Deleted int64   // seq of the row that deleted it; 0: it is not. Text is "" then
	Edits   []int64 // seqs of its edits, ascending
	// TextHash tells what the row's first text was, once that may be gone: on an
	// edit from the beginning, on a message from its first amendment on.
	TextHash string

	// Expires is when the row may be deleted; zero means never. It is set only
	// once the next row is there, so a room's newest row never expires.
	Expires time.Time
}

// Connection is one open WebSocket.
type Connection struct {
	ID      string
	UID     string
	Name    string
	Session string            // the session's hash
	Rooms   map[string]string // room key → epoch of the rooms it has joined
	Expires time.Time
}

// Seat is a connection that hears a room.
type Seat struct {
	Room         string
	ConnectionID string
	UID          string
	Name         string
	JoinedAt     time.Time
	Seen         time.Time // when the connection last gave a sign of life
	Typed        time.Time // when it last said that its person writes; zero: never
	Expires      time.Time
}

// Person is somebody who is in a room, however many connections they have.
type Person struct {
	UID  string
	Name string
}
