package client

import (
	"time"

	"projectchat/internal/wire"
)

// Event is an input of a machine.
type Event interface{ event() }

// The events.
type (
	// Start comes first, once.
	Start struct{}
	// Stop ends the machine: the person goes.
	Stop struct{}
	// Tick says only that time has passed.
	Tick struct{}
	// Opened: the handshake of a channel is over.
	Opened struct{ Channel int }
	// Received: a text frame arrived.
	Received struct {
		Channel int
		Frame   []byte
	}
	// Closed: the channel is gone, or its handshake failed.
	Closed struct{ Channel int }
	// SessionIs answers [AskSession]. Known is false if there was no answer.
	SessionIs struct {
		Known bool
		UID   string // "": the session is gone
	}
	// Fetched answers [Fetch]. Status is 0 if no answer came.
	Fetched struct {
		ID     int
		Status int
		Body   []byte
	}
	// Locked answers [Lock]: this tab holds the lock now, and these entries are stored.
	Locked struct{ Entries []Stored }
	// Loaded answers [Load].
	Loaded struct{ Entries []Stored }
	// Write puts a text into the outbox.
	Write struct{ Text string }
	// Change puts an edit of a message, its deletion, or a reaction to it into the outbox.
	// There it waits until the server is known to take changes.
	Change struct {
		Kind   string // edit, delete or react
		Target int64  // seq of the message
		Text   string
	}
	// Type: the person writes.
	Type struct{}
	// Retry: the person wants to send an entry that was refused or that waits.
	Retry struct{ CID string }
	// Discard takes an entry out of the outbox.
	Discard struct{ CID string }
	// View: the room came into view, or went out of it.
	View struct{ Visible bool }
	// Online: the browser says that the network is back.
	Online struct{}
)

func (Start) event()     {}
func (Stop) event()      {}
func (Tick) event()      {}
func (Opened) event()    {}
func (Received) event()  {}
func (Closed) event()    {}
func (SessionIs) event() {}
func (Fetched) event()   {}
func (Locked) event()    {}
func (Loaded) event()    {}
func (Write) event()     {}
func (Change) event()    {}
func (Type) event()      {}
func (Retry) event()     {}
func (Discard) event()   {}
func (View) event()      {}
func (Online) event()    {}

// Action is an output of a machine.
type Action interface{ action() }

// The actions. Those from Began on only show the person something.
type (
	// Dial opens a channel. [Opened] or [Closed] answers it.
	Dial struct{ Channel int }
	// Transmit sends a frame.
	Transmit struct {
		Channel int
		Frame   []byte
	}
	// Hangup closes a channel. The machine takes no more events of it.
	Hangup struct{ Channel int }
	// AskSession asks GET /api/session. [SessionIs] answers it.
	AskSession struct{}
	// Fetch asks over HTTP, at the path and query of Target, with a JSON body if Body is
	// not nil. [Fetched] answers it.
	Fetch struct {
		ID             int
		Method, Target string
		Body           []byte
	}
	// Lock asks for the lock on the stored outbox. One tab at a time holds it (the Web Locks
	// API's exclusive lock). [Locked] grants it.
	Lock struct{}
	// Unlock releases the lock, or withdraws the request.
	Unlock struct{}
	// Load reads the stored outbox. [Loaded] answers it.
	Load struct{}
	// Keep stores an entry durably before the next action is done.
	Keep struct{ Entry Stored }
	// Forget takes an entry out of the store.
	Forget struct{ CID string }

	// Began: the view of the log starts again, after this seq.
	Began struct {
		Epoch string
		After int64
	}
	// Shown: these rows follow the shown ones.
	Shown struct {
		Epoch    string
		Messages []wire.Message
	}
	// Acknowledged: the message is in the log.
	Acknowledged struct {
		CID, Epoch string
		Seq        int64
	}
	// Refused: the message cannot go in as it is.
	Refused struct{ CID, Code string }
	// Waits: an entry waits until the person decides.
	Waits struct{ CID string }
	// People is the list of people to show, with their number.
	People struct {
		Online []wire.Person
		Count  int // -1: not known
	}
	// Typing: another person writes.
	Typing struct{ Person wire.Person }
	// SignedOut: the session is gone. The machine has stopped.
	SignedOut struct{}
	// Failed: the room cannot be joined, and trying again would not help.
	Failed struct{ Code string }
)

func (Dial) action()         {}
func (Transmit) action()     {}
func (Hangup) action()       {}
func (AskSession) action()   {}
func (Fetch) action()        {}
func (Lock) action()         {}
func (Unlock) action()       {}
func (Load) action()         {}
func (Keep) action()         {}
func (Forget) action()       {}
func (Began) action()        {}
func (Shown) action()        {}
func (Acknowledged) action() {}
func (Refused) action()      {}
func (Waits) action()        {}
func (People) action()       {}
func (Typing) action()       {}
func (SignedOut) action()    {}
func (Failed) action()       {}

// Stored is an entry of the outbox, a message or a change of one, as the store keeps it.
type Stored struct {
	UID     string // the author's
	CID     string
	Kind    string // "": a message
	Target  int64  // seq of the message that the entry changes
	Text    string
	Written time.Time
	WordAt  time.Time      // when the person last decided to send it
	Since   *wire.Position // the entry is in no row up to here
	Tried   bool           // it may be in the log
	Reset   bool           // the log was reset since it was written
	Refused string         // the code of a final refusal
}
