package apigw

import (
	"context"
	"log/slog"
	"strconv"

	"projectchat/internal/chat"
	"projectchat/internal/wire"
)

// Connect is the function behind $connect, join and ping, and behind
// /api/session.
func Connect(service *chat.Service, log *slog.Logger) *Function {
	return &Function{
		log: log,
		sockets: map[string]socketRoute{
			"$connect":      connect(service),
			wire.ActionJoin: request(func(f *wire.Join) *wire.Head { return &f.Head }, join(service)),
			wire.ActionPing: request(func(f *wire.Ping) *wire.Head { return &f.Head }, ping(service)),
		},
		http: map[string]httpRoute{
			"POST /api/session":   createSession(service),
			"GET /api/session":    readSession(service),
			"DELETE /api/session": endSession(service),
		},
	}
}

// connect lets a connection in, or refuses it with the status that API Gateway
// passes on to the client. It must not post to the connection: that is a 410
// until the handshake is over.
func connect(service *chat.Service) socketRoute {
	return func(ctx context.Context, f *Function, e socketEvent) (socketReply, chat.Code) {
		_, refused := guard(ctx, f, e.RequestContext.RequestID, func() (struct{}, error) {
			return struct{}{}, admit(ctx, service, e)
		})
		if refused == nil {
			return socketReply{StatusCode: 200}, ""
		}
		body := string(wire.Encode(errorFrame(nil, refused)))
		return socketReply{StatusCode: status(refused.Code), Body: body}, refused.Code
	}
}

func admit(ctx context.Context, service *chat.Service, e socketEvent) error {
	if v, given := e.QueryStringParameters["v"]; given && v != strconv.Itoa(wire.Version) {
		return chat.Errorf(chat.BadRequest, "This server speaks version %d.", wire.Version)
	}
	session, err := handshakeCaller(e).forChange(ctx, service)
	if err != nil {
		return err
	}
	return service.Connect(ctx, e.RequestContext.ConnectionID, session)
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
