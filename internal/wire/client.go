package wire

// The actions that a client may ask for; each is a route of the WebSocket API.
const (
	ActionJoin    = "join"
	ActionLeave   = "leave"
	ActionSend    = "send"
	ActionHistory = "history"
	ActionPing    = "ping"
	ActionTyping  = "typing" // one-way: there is no reply
)

// Head is what every frame of a client begins with.
type Head struct {
	Action string  `json:"action"`
	ID     *string `json:"id,omitzero"` // comes back in the reply; at most [MaxID] characters
}

// MaxID is the greatest length of a request's id, in characters.
const MaxID = 40

// Join asks to be in a room, and for its newest messages or those after Since.
type Join struct {
	Head  `json:",inline"`
	Room  string    `json:"room"`
	Since *Position `json:"since,omitempty"`
}

// Leave asks not to be in a room any more.
type Leave struct {
	Head `json:",inline"`
	Room string `json:"room"`
}

// Send asks to add a message to a room, or to edit, delete or react to one.
type Send struct {
	Head     `json:",inline"`
	SendBody `json:",inline"`
}

// SendBody is a row to be added to a room's log; over HTTP it is the whole body.
// Kind "" is the same as message, Target 0 as none, and an absent text as "".
type SendBody struct {
	Room   string    `json:"room"`
	CID    string    `json:"cid"`
	Kind   string    `json:"kind,omitempty"`
	Target int64     `json:"target,omitzero"` // seq of the message that an edit, delete or react is about
	Text   string    `json:"text"`
	Since  *Position `json:"since,omitempty"`
	As     string    `json:"as,omitempty"`
}

// Typing tells the others in a room that somebody writes there.
type Typing struct {
	Head `json:",inline"`
	Room string `json:"room"`
}

// History asks for a page of a room's messages: those before a seq, those after
// one, or the newest.
type History struct {
	Head   `json:",inline"`
	Room   string `json:"room"`
	Before *int64 `json:"before,omitempty"`
	After  *int64 `json:"after,omitempty"`
	Limit  *int   `json:"limit,omitempty"`
}

// Ping tells that the client is alive and asks how far its rooms are.
type Ping struct {
	Head  `json:",inline"`
	Rooms []string `json:"rooms"`
}

// SessionRequest asks over HTTP for a session under a name.
type SessionRequest struct {
	Name   string `json:"name"`
	Bearer bool   `json:"bearer,omitzero"`
}
