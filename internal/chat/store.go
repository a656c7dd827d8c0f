package chat

import (
	"context"
	"time"
)

// A SessionStore knows which sessions are valid, and the connections of each.
// All reads are consistent, and an expired session counts as absent.
type SessionStore interface {
	// SessionName returns the name of a session; [refusal.ErrNotFound].
	SessionName(ctx context.Context, hash string) (string, error)
	// AddConnection adds a connection's id to a session, on condition that the
	// session is there, not expired at now, and still has this name; else
	// [refusal.ErrNotFound].
	AddConnection(ctx context.Context, hash, name, connectionID string, now time.Time) error
	// RemoveConnection removes a connection's id from a session, if the session is
	// there.
	RemoveConnection(ctx context.Context, hash, connectionID string) error
}

// A ConnectionStore keeps connections and seats. Reads are consistent unless
// they say otherwise, and an expired row counts as absent.
type ConnectionStore interface {
	PutConnection(ctx context.Context, c Connection) error
	// Connection reads a connection; [refusal.ErrNotFound].
	Connection(ctx context.Context, id string) (Connection, error)
	// DeleteConnection deletes a connection and returns it as it was, even if
	// expired, because its rooms still have to be left; [refusal.ErrNotFound].
	DeleteConnection(ctx context.Context, id string) (old Connection, err error)
	// EnterRoom adds a room to a connection; [refusal.ErrNotFound].
	EnterRoom(ctx context.Context, connectionID, room, epoch string) error
	// ExitRoom removes a room from a connection, if the connection is there.
	ExitRoom(ctx context.Context, connectionID, room string) error

	// PutSeat writes a seat, without Typed. It replaces the seat of the same
	// connection in the same room and returns that as it was; nil if there was
	// none.
	PutSeat(ctx context.Context, s Seat) (old *Seat, err error)
	// Seat reads a seat; [refusal.ErrNotFound].
	Seat(ctx context.Context, room, connectionID string) (Seat, error)
	// TouchSeat sets Seen and Expires; [refusal.ErrNotFound]. It never brings a
	// deleted row back.
	TouchSeat(ctx context.Context, room, connectionID string, seen, expires time.Time) error
	// TouchTyping sets Typed to now and returns the seat as it then is, if Typed
	// was never set or is not after before. Otherwise, and if there is no such
	// seat, it returns [refusal.ErrNotFound].
	TouchTyping(ctx context.Context, room, connectionID string, now, before time.Time) (Seat, error)
	// DeleteSeat deletes a seat and reports whether there was one.
	DeleteSeat(ctx context.Context, room, connectionID string) (bool, error)
	// Seats lists all seats of a room, however many pages that takes, in the order
	// of their [RingPosition].
	Seats(ctx context.Context, room string) ([]Seat, error)
	// SampleSeats lists at most limit seats of a room in one read, in the order of
	// their [RingPosition]. It begins at from, and goes on from 0 if it reaches
	// the end of the ring before the limit. consistent asks for a consistent read.
	SampleSeats(ctx context.Context, room string, from uint32, limit int, consistent bool) (sample Sample, err error)
}

// Sample is a part of a room's seats.
type Sample struct {
	Seats []Seat
	Whole bool    // these are all seats of the room
	Share float64 // if not Whole: the share of the ring, in (0,1], that the seats cover
}

// A LogStore keeps rooms and their logs. Reads are consistent.
type LogStore interface {
	// Room reads a room; [refusal.ErrNotFound].
	Room(ctx context.Context, key string) (Room, error)
	// CreateRoom writes a room and its line in the directory, both or neither;
	// [refusal.ErrTaken] if the room is there, or if another request is making it
	// at this moment.
	CreateRoom(ctx context.Context, r Room) error
	// Rooms lists at most limit public rooms whose key begins with prefix, in the
	// order of keys; more reports whether there are others. Only Key and Title are
	// set.
	Rooms(ctx context.Context, prefix string, limit int) (rooms []Room, more bool, err error)

	// ReadLog reads rows of a log in one request of at most 1 MB. It also returns
	// rows past their Expires that the store still has: only the reader of a log
	// knows which rows to hide.
	ReadLog(ctx context.Context, room string, r LogRange) (LogPage, error)
	// Append puts a row if its slot is free, in one request. If the slot is taken,
	// it returns the row that is there, and no error. Any error means that the
	// outcome is unknown.
	Append(ctx context.Context, room, epoch string, m Message) (taken *Message, err error)
	// ExpireMessage sets Expires of a row, if the row is there.
	ExpireMessage(ctx context.Context, room, epoch string, seq int64, expires time.Time) error
	// Amend carries an edit or a deletion over to the row of its target, and
	// returns that row as it then is; [refusal.ErrNotFound]. The row keeps Seq,
	// Kind, CID, UID, Name, At and Expires; TextHash is set if it has none.
	//
	// A deletion empties Text and sets Deleted, unless the row has been deleted
	// already. An edit sets Text and Edited, unless the row has been deleted or
	// Edited is not before By. So the last edit holds, a deletion is final, and
	// the same amendments have the same result in any order and any number.
	//
	// An edit is added to Edits even if a later one holds. This is one step with
	// the check whether the row has been deleted: if an edit and a deletion happen
	// at the same time, either the deletion gets a row that lists the edit, or the
	// edit gets a row that has been deleted.
	Amend(ctx context.Context, room, epoch string, a Amendment) (now Message, err error)
	// BlankEdit empties Text of a row, if the row is there and is an edit.
	BlankEdit(ctx context.Context, room, epoch string, seq int64) error
}

// LogRange says which rows of a log to read: those with From ≤ Seq ≤ To.
type LogRange struct {
	Epoch      string
	From       int64 // 0: from the first row
	To         int64 // 0: to the newest row
	Descending bool  // the newest first
	Limit      int   // the largest number of rows; at least 1
}

// LogPage is the result of one read of a log, in the order asked for.
type LogPage struct {
	Rows []Message
	// Truncated says that the read ended, by count or by size, before the range
	// did. There may, but need not, be more rows.
	Truncated bool
}

// Store keeps everything.
type Store interface {
	SessionStore
	ConnectionStore
	LogStore
}
