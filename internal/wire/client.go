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

// Head is the beginning of every frame from a client.
type Head struct {
	Action string  `json:"action"`
	ID     *string `json:"id,omitzero"` // comes back in the reply; at most [MaxID] characters
}

// MaxID is the greatest length of a request's id, in characters.
const MaxID = 40

// Join asks for a seat in a room, and for its newest messages or the ones after
// Since.
type Join struct {
	Head  `json:",inline"`
	Room  string    `json:"room"`
	Since *Position `json:"since,omitempty"`
}

// Leave asks to give the seat in a room up.
type Leave struct {
	Head `json:",inline"`
	Room string `json:"room"`
}

// Send asks to add a message to a room, or to edit, delete or react to one.
type Send struct {
	Head     `json:",inline"`
	SendBody `json:",inline"`
}

// SendBody is a row to add to a room's log; over HTTP it is the whole body.
// Kind "" means message, Target 0 means none, and an absent text means "".
type SendBody struct {
	Room   string    `json:"room"`
	CID    string    `json:"cid"`
	Kind   string    `json:"kind,omitempty"`
	Target int64     `json:"target,omitzero"` // seq of the message that an edit, delete or react is about
	Text   string    `json:"text"`
	Since  *Position `json:"since,omitempty"`
	As     string    `json:"as,omitempty"`
}

// Typing tells the others in a room that the person is writing.
type Typing struct {
	Head `json:",inline"`
	Room string `json:"room"`
}

// History asks for a page of a room's messages: the ones before a seq, the ones
// after a seq, or the newest.
type History struct {
	Head   `json:",inline"`
	Room   string `json:"room"`
	Before *int64 `json:"before,omitempty"`
	After  *int64 `json:"after,omitempty"`
	Limit  *int   `json:"limit,omitempty"`
}

// Ping says that the client is alive and asks for the heads of its rooms.
type Ping struct {
	Head  `json:",inline"`
	Rooms []string `json:"rooms"`
}

// SessionRequest asks over HTTP for a session with a name.
type SessionRequest struct {
	Name   string `json:"name"`
	Bearer bool   `json:"bearer,omitzero"`
}
