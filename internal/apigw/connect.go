package apigw

import (
	"context"
	"log/slog"
	"strconv"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
	"projectchat/internal/wire"
)

// Connect is the function behind $connect, join and ping, and behind
// /api/session.
func Connect(rules Rules, log *slog.Logger) *Function {
	return &Function{
		log: log,
		sockets: map[string]socketRoute{
			"$connect":      connect(rules),
			wire.ActionJoin: request(func(f *wire.Join) *wire.Head { return &f.Head }, join(rules.Chat)),
			wire.ActionPing: request(func(f *wire.Ping) *wire.Head { return &f.Head }, ping(rules.Chat)),
		},
		http: map[string]httpRoute{
			"POST /api/session":   createSession(rules.People),
			"GET /api/session":    readSession(rules.People),
			"DELETE /api/session": endSession(rules.People),
		},
	}
}

// connect admits a connection, or refuses it with the status that API Gateway
// passes on to the client. It must not post to the connection: until the
// handshake is over, a post is answered 410.
func connect(rules Rules) socketRoute {
	return func(ctx context.Context, f *Function, e socketEvent) (socketReply, refusal.Code) {
		_, refused := guard(ctx, f, e.RequestContext.RequestID, func() (struct{}, error) {
			return struct{}{}, admit(ctx, rules, e)
		})
		if refused == nil {
			return socketReply{StatusCode: 200}, ""
		}
		body := string(wire.Encode(errorFrame(nil, refused)))
		return socketReply{StatusCode: status(refused.Code), Body: body}, refused.Code
	}
}

func admit(ctx context.Context, rules Rules, e socketEvent) error {
	if v, given := e.QueryStringParameters["v"]; given && v != strconv.Itoa(wire.Version) {
		return refusal.Errorf(refusal.BadRequest, "This server speaks version %d.", wire.Version)
	}
	session, err := handshakeCaller(e).forChange(ctx, rules.People)
	if err != nil {
		return err
	}
	if session, _, err = rules.People.Use(ctx, session); err != nil {
		return err
	}
	return rules.Chat.Connect(ctx, chat.Connection{
		ID: e.RequestContext.ConnectionID, UID: session.UID, Name: session.Name,
		Session: session.Hash, Expires: session.Expires,
	})
}

func join(service *chat.Service) func(context.Context, string, wire.Join) (any, error) {
	return func(ctx context.Context, connectionID string, f wire.Join) (any, error) {
		joined, err := service.Join(ctx, connectionID, f.Room, position(f.Since))
		if err != nil {
			return nil, err
		}
		return joinedFrame(f.ID, joined, f.Since != nil && !joined.Reset), nil
	}
}

func ping(service *chat.Service) func(context.Context, string, wire.Ping) (any, error) {
	return func(ctx context.Context, connectionID string, f wire.Ping) (any, error) {
		heads, err := service.Ping(ctx, connectionID, f.Rooms)
		if err != nil {
			return nil, err
		}
		return pongFrame(f.ID, heads), nil
	}
}
