package chat

import (
	"context"
	"time"

	"projectchat/internal/refusal"
)

// A Broadcaster reaches connections without being asked by them. A push is only
// a hint: the log is the truth, and a client finds by itself what a push lost.
type Broadcaster interface {
	// Push sends one push to many connections, and comes back when all have it,
	// have failed, or ctx is over. One bad connection never stops the others.
	// gone lists the connections that are no more: their seats can go.
	Push(ctx context.Context, to []string, p Push) (gone []string)
	// Disconnect says bye to a connection (see [Bye]) and closes it. A connection
	// that is no more is no error.
	Disconnect(ctx context.Context, connectionID string, bye Bye) error
}

// Push is one of [MessagesPush], [PresencePush], [TypingPush] and [Bye].
type Push interface{ push() }

// MessagesPush tells of new messages in a room, in ascending order.
type MessagesPush struct {
	Room     string
	Epoch    string
	Messages []Message
}

// PresencePush tells who came and who left.
type PresencePush struct {
	Room        string
	Joined      []Person
	Left        []Person
	OnlineCount int
	At          time.Time
}

// TypingPush tells that somebody writes.
type TypingPush struct {
	Room   string
	Person Person
}

// Bye says why the server closes a connection, since API Gateway lets nobody
// choose a close code.
type Bye struct {
	Code  refusal.Code
	Retry bool // connecting again makes sense
}

func (MessagesPush) push() {}
func (PresencePush) push() {}
func (TypingPush) push()   {}
func (Bye) push()          {}
