package apigw

import (
	"context"
	"log/slog"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
	"projectchat/internal/wire"
)

// Disconnect is the function behind $disconnect and leave.
func Disconnect(rules Rules, log *slog.Logger) *Function {
	return &Function{
		log: log,
		sockets: map[string]socketRoute{
			"$disconnect":    disconnect(rules.Chat),
			wire.ActionLeave: request(func(f *wire.Leave) *wire.Head { return &f.Head }, leave(rules.Chat)),
		},
	}
}

// disconnect removes a connection. API Gateway does not guarantee to deliver
// $disconnect: TTL and the next 410 clear what is left.
func disconnect(service *chat.Service) socketRoute {
	return func(ctx context.Context, f *Function, e socketEvent) (socketReply, refusal.Code) {
		_, refused := guard(ctx, f, e.RequestContext.RequestID, func() (struct{}, error) {
			return struct{}{}, service.Disconnect(ctx, e.RequestContext.ConnectionID)
		})
		if refused != nil {
			return socketReply{StatusCode: status(refused.Code)}, refused.Code
		}
		return socketReply{StatusCode: 200}, ""
	}
}

func leave(service *chat.Service) func(context.Context, string, wire.Leave) (any, error) {
	return func(ctx context.Context, connectionID string, f wire.Leave) (any, error) {
		room, err := service.Leave(ctx, connectionID, f.Room)
		if err != nil {
			return nil, err
		}
		return wire.Left{Type: wire.TypeLeft, ID: f.ID, Room: room}, nil
	}
}
