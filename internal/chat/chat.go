// Package chat has the rules of rooms: their logs, the seats of the connections
// that hear them, and presence. [Service] applies the rules.
//
// It knows neither AWS nor JSON. Its needs from outside are two interfaces,
// [Store] and [Broadcaster]; package chattest has a fake of each.
// docs/decisions/0001-the-log-is-its-own-receipt.md and docs/design.md have the
// reasons for the order of its reads and writes.
package chat

import "time"

// ConnectionLife is how long a connection's row lasts. API Gateway ends a
// connection after 2 hours.
const ConnectionLife = 2*time.Hour + 10*time.Minute

// PresenceLife is how long after its Seen a seat counts as present.
//
// The seat of a person who is there is at most 5 min 20 s old by any function's
// clock. One ping may find it 60 s old and leave it so, or 70 s old if the
// clocks of two functions are 5 s off in opposite directions. The next ping
// comes 4 min later and takes at most 10 s. A person who vanished must be shown
// to have left within 6 min: the same clocks take 10 s of these, two pings 2 s
// apart and their answers about 5 s.
const PresenceLife = 5*time.Minute + 40*time.Second

// Room is a room as it was written when it was first used.
type Room struct {
	Key       string // see [names.RoomKey]
	Title     string // its first spelling
	Epoch     string // 10 or more random characters of [a-z0-9]; a new epoch means that the log began again
	CreatedAt time.Time
	CreatedBy string // uid
}

// Position is a place in a room's log: everything up to and including Seq, in
// this epoch. Seq 0 is the place before the first message.
type Position struct {
	Epoch string
	Seq   int64
}

// The kinds of rows. All but the first are about a message, their target.
const (
	KindMessage = "message"
	KindEdit    = "edit"   // Text is the new text of the message
	KindDelete  = "delete" // Text is ""
	KindReact   = "react"  // Text is an emoji; "" takes the person's reaction back
)

// Message is one row of a room's log.
type Message struct {
	Seq    int64 // 1, 2, 3 … without holes in an epoch
	Kind   string
	CID    string // the sender's own id of the row, unique for a person in a room over all kinds
	UID    string
	Name   string // the sender's name at the time
	Target int64  // seq of the message that the row is about; 0 for a message
	Text   string
	At     time.Time // UTC, whole milliseconds, never before the previous message's

	// These fields change with an amendment of the message; see [LogStore].
	Edited  int64   // seq of the edit whose text this is; 0: Text is the first text
	Deleted int64   // seq of the row that deleted it, and Text is ""; 0: it is not deleted
	Edits   []int64 // seqs of its edits, ascending
	// TextHash stands for the row's first text, which an amendment may remove. An
	// edit has it from the beginning, a message from its first amendment on.
	TextHash string

	// Expires is when the row may be deleted; zero means never. It is set once the
	// next row is there, so the newest row of a room never expires.
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
	Typed        time.Time // when the connection last said that its person is writing; zero: never
	Expires      time.Time
}

// Person is a person in a room, however many connections they have.
type Person struct {
	UID  string
	Name string
}
