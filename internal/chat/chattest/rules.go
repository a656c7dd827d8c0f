package chattest

import (
	"context"

	"projectchat/internal/chat"
	"projectchat/internal/people"
)

type (
	rooms   = chat.Service
	persons = people.Service
)

// Rules are the services of all packages of rules over one store, with the two
// requests that need more than one of them as package apigw puts them together.
type Rules struct {
	*rooms
	*persons
}

// NewRules makes rules; o.Now, o.Random and o.Log are for all services.
func NewRules(store Backend, cast chat.Broadcaster, o chat.Options) Rules {
	log := chat.New(store, cast, o)
	return Rules{log, people.New(store, log, people.Options{Log: o.Log, Now: o.Now, Random: o.Random})}
}

// Connect notes a use of a session and a connection of it.
func (r Rules) Connect(ctx context.Context, connectionID string, session people.Session) error {
	session, _, err := r.Use(ctx, session)
	if err != nil {
		return err
	}
	return r.rooms.Connect(ctx, chat.Connection{
		ID: connectionID, UID: session.UID, Name: session.Name, Session: session.Hash, Expires: session.Expires,
	})
}

// Post notes a use of a session and sends for its person.
func (r Rules) Post(ctx context.Context, session people.Session, d chat.Draft) (chat.Receipt, error) {
	session, _, err := r.Use(ctx, session)
	if err != nil {
		return chat.Receipt{}, err
	}
	return r.rooms.Post(ctx, chat.Person{UID: session.UID, Name: session.Name}, d)
}
