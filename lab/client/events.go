package client

import (
	"time"

	"projectchat/internal/wire"
)

// Event is what happens to a machine.
type Event interface{ event() }

// The events.
type (
	// Start comes first, once.
	Start struct{}
	// Stop ends it all: the person goes.
	Stop struct{}
	// Tick says only that time has passed.
	Tick struct{}
	// Opened: the handshake of a link is over.
	Opened struct{ Link int }
	// Received: a text frame came.
	Received struct {
		Link  int
		Frame []byte
	}
	// Closed: the link is no more, or its handshake failed.
	Closed struct{ Link int }
	// SessionIs answers [AskSession]. Known is false if nothing could be learnt.
	SessionIs struct {
		Known bool
		UID   string // "": there is no session any more
	}
	// Fetched answers [Fetch]; Status is 0 if no answer came.
	Fetched struct {
		ID     int
		Status int
		Body   []byte
	}
	// Locked answers [Lock]: this tab holds the lock now, and this is stored.
	Locked struct{ Entries []Entry }
	// Loaded answers [Load].
	Loaded struct{ Entries []Entry }
	// Write puts a text into the outbox.
	Write struct{ Text string }
	// Change puts an edit of a message, its deletion, or a reaction to it into the
	// outbox, where it waits until the server is known to take such.
	Change struct {
		Kind   string // edit, delete or react
		Target int64  // seq of the message
		Text   string
	}
	// Type: the person writes.
	Type struct{}
	// Retry is the person's word to send an entry that was refused or waits.
	Retry struct{ CID string }
	// Discard takes an entry out of the outbox.
	Discard struct{ CID string }
	// View: the room came into view, or went out of it.
	View struct{ Visible bool }
	// Online: the network is said to be back.
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

// Action is what a machine wants done.
type Action interface{ action() }

// The actions. Those from Began on only tell the person something.
type (
	// Dial opens a link, whose end is [Opened] or [Closed].
	Dial struct{ Link int }
	// Transmit sends a frame.
	Transmit struct {
		Link  int
		Frame []byte
	}
	// Hangup closes a link. Nothing more of it is to be handed in.
	Hangup struct{ Link int }
	// AskSession asks GET /api/session; the answer is [SessionIs].
	AskSession struct{}
	// Fetch asks over HTTP, at the path and query of Target, with a JSON body if
	// that is not nil; the answer is [Fetched].
	Fetch struct {
		ID             int
		Method, Target string
		Body           []byte
	}
	// Lock asks for the lock on the stored outbox, which one tab at a time holds
	// (the Web Locks API's exclusive lock); [Locked] says that it is granted.
	Lock struct{}
	// Unlock lets it go, or asks for it no more.
	Unlock struct{}
	// Load reads the stored outbox; the answer is [Loaded].
	Load struct{}
	// Keep stores an entry of the outbox durably, before the next action is done.
	Keep struct{ Entry Entry }
	// Forget takes an entry out of the store.
	Forget struct{ CID string }

	// Began: the view of the log starts anew behind a place.
	Began struct {
		Epoch string
		After int64
	}
	// Shown: these rows follow on.
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
	// Waits: an entry needs the person's word.
	Waits struct{ CID string }
	// People tells who is in the room, as it is to be shown.
	People struct {
		Online []wire.Person
		Count  int // -1: not known
	}
	// Typing: somebody else writes.
	Typing struct{ Person wire.Person }
	// SignedOut: the session is gone. Nothing more will happen.
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

// Entry is one message, or change of one, of the outbox, as it is stored.
type Entry struct {
	UID     string // who wrote it
	CID     string
	Kind    string // "": a message
	Target  int64  // seq of the message that it changes
	Text    string
	Written time.Time
	WordAt  time.Time      // when the person last said: send it
	Since   *wire.Position // up to here the log was looked at, and it is not in it
	Tried   bool           // it may be in the log
	Reset   bool           // the log began anew since it was written
	Refused string         // the code of a refusal for good
}
