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

// Rules are the services on one store. Connect and Post need two of them, which
// they combine as package apigw does.
type Rules struct {
	*rooms
	*persons
}

// NewRules makes rules. o.Now, o.Random and o.Log apply to all services.
func NewRules(store Backend, broadcaster chat.Broadcaster, o chat.Options) Rules {
	log := chat.New(store, broadcaster, o)
	return Rules{log, people.New(store, log, people.Options{Log: o.Log, Now: o.Now, Random: o.Random})}
}

// Connect records a use of a session and opens a connection of it.
func (r Rules) Connect(ctx context.Context, connectionID string, session people.Session) error {
	session, _, err := r.Use(ctx, session)
	if err != nil {
		return err
	}
	return r.rooms.Connect(ctx, chat.Connection{
		ID: connectionID, UID: session.UID, Name: session.Name, Session: session.Hash, Expires: session.Expires,
	})
}

// Post records a use of a session and sends for its person.
func (r Rules) Post(ctx context.Context, session people.Session, d chat.Draft) (chat.Receipt, error) {
	session, _, err := r.Use(ctx, session)
	if err != nil {
		return chat.Receipt{}, err
	}
	return r.rooms.Post(ctx, chat.Person{UID: session.UID, Name: session.Name}, d)
}
