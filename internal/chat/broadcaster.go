package chat

import (
	"context"
	"time"

	"projectchat/internal/refusal"
)

// A Broadcaster sends to connections that have not asked. A push is only a
// hint: the log is the truth, and a client finds out by itself what it missed.
type Broadcaster interface {
	// Push sends one push to many connections. It returns when each connection has
	// it or has failed, or when ctx ends. One bad connection never stops the
	// others. gone lists the connections that no longer exist: their seats can go.
	Push(ctx context.Context, to []string, p Push) (gone []string)
	// Disconnect says bye to a connection (see [Bye]) and closes it. It is no
	// error if the connection no longer exists.
	Disconnect(ctx context.Context, connectionID string, bye Bye) error
}

// Push is one of [MessagesPush], [PresencePush], [TypingPush] and [Bye].
type Push interface{ push() }

// MessagesPush carries new messages of a room, in ascending order.
type MessagesPush struct {
	Room     string
	Epoch    string
	Messages []Message
}

// PresencePush says who came to a room and who left.
type PresencePush struct {
	Room        string
	Joined      []Person
	Left        []Person
	OnlineCount int
	At          time.Time
}

// TypingPush says that a person is writing.
type TypingPush struct {
	Room   string
	Person Person
}

// Bye says why the server closes a connection: API Gateway lets nobody choose a
// close code.
type Bye struct {
	Code  refusal.Code
	Retry bool // connecting again makes sense
}

func (MessagesPush) push() {}
func (PresencePush) push() {}
func (TypingPush) push()   {}
func (Bye) push()          {}
