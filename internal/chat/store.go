package chat

import (
	"context"
	"time"
)

// A SessionStore tells which sessions stand, and knows the connections of each.
// All reads are consistent, and an expired session counts as absent.
type SessionStore interface {
	// SessionName reads the name of a session; ErrNotFound.
	SessionName(ctx context.Context, hash string) (string, error)
	// AddConnection adds a connection's id to a session, on condition that the
	// session is there, not expired at now, and still has this name; else
	// ErrNotFound.
	AddConnection(ctx context.Context, hash, name, connectionID string, now time.Time) error
	// RemoveConnection takes a connection's id out of a session, if that is there.
	RemoveConnection(ctx context.Context, hash, connectionID string) error
}

// A ConnectionStore keeps connections and who is in which room. Reads are
// consistent unless they say otherwise, and an expired row counts as absent.
type ConnectionStore interface {
	PutConnection(ctx context.Context, c Connection) error
	// Connection reads one; ErrNotFound.
	Connection(ctx context.Context, id string) (Connection, error)
	// DeleteConnection deletes a connection and gives it as it was, even if
	// expired: its rooms are to be left; ErrNotFound.
	DeleteConnection(ctx context.Context, id string) (old Connection, err error)
	// EnterRoom notes on a connection that it is in a room; ErrNotFound.
	EnterRoom(ctx context.Context, connectionID, room, epoch string) error
	// ExitRoom takes a room from a connection, if the connection is there.
	ExitRoom(ctx context.Context, connectionID, room string) error

	// PutSeat writes a seat. A seat of the same connection in the same
	// room is replaced, and given as it was (nil: there was none). Typed is not
	// written.
	PutSeat(ctx context.Context, s Seat) (old *Seat, err error)
	// Seat reads one; ErrNotFound.
	Seat(ctx context.Context, room, connectionID string) (Seat, error)
	// TouchSeat sets Seen and Expires; ErrNotFound. It never brings a deleted row back.
	TouchSeat(ctx context.Context, room, connectionID string, seen, expires time.Time) error
	// TouchTyping sets Typed to now and gives the seat as it then is, if it was
	// never set or is not after before; else, and if there is no such row,
	// ErrNotFound.
	TouchTyping(ctx context.Context, room, connectionID string, now, before time.Time) (Seat, error)
	// DeleteSeat deletes a seat and tells whether there was one.
	DeleteSeat(ctx context.Context, room, connectionID string) (bool, error)
	// Seats lists all seats of a room, however many pages that takes, in
	// the order of the hash of their connection ids.
	Seats(ctx context.Context, room string) ([]Seat, error)
	// SampleSeats lists at most limit seats of a room in one read, in the
	// order of the 32-bit hash of their connection ids, beginning at from, and
	// going on from 0 where the end is reached and rows are lacking. whole tells
	// that these are all rows of the room; if not, span is the share of the hash
	// ring, in (0,1], that the rows cover. consistent asks for a consistent read.
	SampleSeats(ctx context.Context, room string, from uint32, limit int, consistent bool) (sample Sample, err error)
}

// Sample is a part of a room's seats.
type Sample struct {
	Seats []Seat
	Whole bool    // these are all of them
	Span  float64 // if not Whole: the share of the hash ring, in (0,1], that they cover
}

// A LogStore keeps rooms and their logs. Reads are consistent.
type LogStore interface {
	// Room reads a room; ErrNotFound.
	Room(ctx context.Context, key string) (Room, error)
	// CreateRoom writes a room and its line in the directory, both or neither;
	// ErrTaken if the room is there or is being made by another at this moment.
	CreateRoom(ctx context.Context, r Room) error
	// Rooms lists public rooms whose key begins with prefix, in the order of
	// keys, at most limit; more tells whether there are further ones.
	Rooms(ctx context.Context, prefix string, limit int) (rooms []Room, more bool, err error)

	// ReadLog reads rows of a log in one request of at most 1 MB. Rows past their
	// Expires are given too, as long as the store still has them: only who reads
	// the log knows what may be hidden.
	ReadLog(ctx context.Context, room string, r LogRange) (LogPage, error)
	// Append puts a row if its Seq is free; one write, in one request. If the slot
	// is taken it gives the row that is there, and no error. Any error means that
	// the outcome is unknown.
	Append(ctx context.Context, room, epoch string, m Message) (taken *Message, err error)
	// ExpireMessage sets Expires of a row that is there; else it does nothing.
	ExpireMessage(ctx context.Context, room, epoch string, seq int64, expires time.Time) error
	// Amend carries an edit or a deletion over to the row that it is about, and
	// gives that row as it then is; ErrNotFound. The row keeps Seq, Kind, CID, UID,
	// Name, At and Expires; TextHash is set if it has none.
	//
	// A deletion empties Text and sets Deleted, unless the row has been deleted
	// already. An edit sets Text and Edited, unless the row has been deleted or
	// Edited is not before By. So the last edit holds, a deletion is final, and any
	// order and number of the same amendments comes to the same.
	//
	// An edit is added to Edits even if a later one holds, in one step with the
	// look whether the row has been deleted: of an edit and a deletion at the same
	// time, either the deletion gets a row that lists the edit, or the edit gets
	// one that has been deleted.
	Amend(ctx context.Context, room, epoch string, a Amendment) (now Message, err error)
	// BlankEdit empties Text of a row that is there and is an edit; else it does
	// nothing.
	BlankEdit(ctx context.Context, room, epoch string, seq int64) error
}

// LogRange says which rows of a log to read: those with From ≤ Seq ≤ To.
type LogRange struct {
	Epoch      string
	From       int64 // 0: from the beginning
	To         int64 // 0: to the end
	Descending bool  // the newest first
	Limit      int   // at most so many rows; ≥ 1
}

// LogPage is what one read of a log gave, in the order asked for.
type LogPage struct {
	Rows []Message
	// Truncated tells that the read ended, by count or by size, before the range
	// did. There may, but need not, be further rows.
	Truncated bool
}

// Store keeps everything.
type Store interface {
	SessionStore
	ConnectionStore
	LogStore
}
