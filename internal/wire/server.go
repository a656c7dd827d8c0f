package wire

// Joined answers [Join].
type Joined struct {
	Type        string    `json:"type"`
	ID          *string   `json:"id,omitzero"`
	V           int       `json:"v"` // see [Revision]
	Room        string    `json:"room"`
	Title       string    `json:"title"`
	UID         string    `json:"uid"`
	Epoch       string    `json:"epoch"`
	Seq         int64     `json:"seq"`
	Messages    []Message `json:"messages"`
	More        bool      `json:"more"`
	Reset       bool      `json:"reset"`
	Online      []Person  `json:"online"`
	OnlineCount int       `json:"onlineCount"`
	OnlineFor   int64     `json:"onlineFor,omitzero"` // see [RoomHead]
}

// Left answers [Leave].
type Left struct {
	Type string  `json:"type"`
	ID   *string `json:"id,omitzero"`
	Room string  `json:"room"`
}

// Sent answers [Send]: the message is in the log.
type Sent struct {
	Type      string  `json:"type"`
	ID        *string `json:"id,omitzero"`
	Room      string  `json:"room"`
	CID       string  `json:"cid"`
	Epoch     string  `json:"epoch"`
	Seq       int64   `json:"seq"`
	At        string  `json:"at"`
	Duplicate bool    `json:"duplicate"`
}

// HistoryPage answers [History]. The messages are in ascending order.
type HistoryPage struct {
	Type     string    `json:"type"`
	ID       *string   `json:"id,omitzero"`
	Room     string    `json:"room"`
	Epoch    string    `json:"epoch"`
	Messages []Message `json:"messages"`
	More     bool      `json:"more"`
}

// Pong answers [Ping].
type Pong struct {
	Type  string              `json:"type"`
	ID    *string             `json:"id,omitzero"`
	V     int                 `json:"v"` // see [Revision]
	Heads map[string]RoomHead `json:"heads"`
}

// RoomHead is how far a room's log goes. If the connection is not in the room,
// it holds only Live, which is false.
//
// OnlineFor is how many ms OnlineCount holds if no person present gives another
// sign of life. It is absent in a room of more than 100 connections, and if
// nobody is present.
type RoomHead struct {
	Epoch       string `json:"epoch,omitempty"`
	Seq         *int64 `json:"seq,omitempty"`
	Live        bool   `json:"live"`
	OnlineCount *int   `json:"onlineCount,omitempty"`
	OnlineFor   int64  `json:"onlineFor,omitzero"`
}

// Messages is a push: new messages in a room, in ascending order.
type Messages struct {
	Type     string    `json:"type"`
	Room     string    `json:"room"`
	Epoch    string    `json:"epoch"`
	Messages []Message `json:"messages"`
}

// Presence is a push: people have come to a room or left it.
type Presence struct {
	Type        string   `json:"type"`
	Room        string   `json:"room"`
	Joined      []Person `json:"joined"`
	Left        []Person `json:"left"`
	OnlineCount int      `json:"onlineCount"`
	At          string   `json:"at"`
}

// TypingPush is a push: a person is writing.
type TypingPush struct {
	Type string `json:"type"`
	Room string `json:"room"`
	UID  string `json:"uid"`
	Name string `json:"name"`
}

// Bye is a push: the server is about to close the connection.
type Bye struct {
	Type  string `json:"type"`
	Code  string `json:"code"`
	Retry bool   `json:"retry"`
}

// Error answers any request that could not be done.
type Error struct {
	Type       string  `json:"type"`
	ID         *string `json:"id,omitzero"`
	Code       string  `json:"code"`
	Message    string  `json:"message"`
	Temporary  bool    `json:"temporary"`
	RetryAfter int     `json:"retryAfter,omitzero"` // whole seconds
}

// Session answers a request about a session. Only a program that asked for a
// token gets one.
type Session struct {
	UID     string `json:"uid"`
	Name    string `json:"name"`
	Expires string `json:"expires"`
	Token   string `json:"token,omitempty"`
}

// NoSession answers a request for the session of a caller who has none.
type NoSession struct {
	UID *string `json:"uid"` // always null
}

// Rooms answers a request for the list of rooms.
type Rooms struct {
	Rooms []Room `json:"rooms"`
	More  bool   `json:"more"`
}

// Room is one line of the list of rooms.
type Room struct {
	Room  string `json:"room"`
	Title string `json:"title"`
}

// The types of the frames that the server sends.
const (
	TypeJoined   = "joined"
	TypeLeft     = "left"
	TypeSent     = "sent"
	TypeHistory  = "history"
	TypePong     = "pong"
	TypeMessages = "messages"
	TypePresence = "presence"
	TypeTyping   = "typing"
	TypeBye      = "bye"
	TypeError    = "error"
)
