package apigw

import (
	"context"
	"log/slog"
	"net/http"

	"projectchat/internal/chat"
	"projectchat/internal/wire"
)

// Send is the function behind send, typing and POST /api/messages.
func Send(rules Rules, log *slog.Logger) *Function {
	return &Function{
		log: log,
		sockets: map[string]socketRoute{
			wire.ActionSend:   request(func(f *wire.Send) *wire.Head { return &f.Head }, send(rules.Chat)),
			wire.ActionTyping: notice(func(f *wire.Typing) *wire.Head { return &f.Head }, typing(rules.Chat)),
		},
		http: map[string]httpRoute{"POST /api/messages": postMessage(rules)},
	}
}

func send(service *chat.Service) func(context.Context, string, wire.Send) (any, error) {
	return func(ctx context.Context, connectionID string, f wire.Send) (any, error) {
		receipt, err := service.Send(ctx, connectionID, draft(f.SendBody))
		if err != nil {
			return nil, err
		}
		return sentFrame(f.ID, receipt), nil
	}
}

func typing(service *chat.Service) func(context.Context, string, wire.Typing) error {
	return func(ctx context.Context, connectionID string, f wire.Typing) error {
		return service.Typing(ctx, connectionID, f.Room)
	}
}

func postMessage(rules Rules) httpRoute {
	return func(ctx context.Context, r httpRequest) (httpReply, error) {
		var body wire.SendBody
		if err := r.decode(&body); err != nil {
			return httpReply{}, err
		}
		session, err := r.caller().forChange(ctx, rules.People)
		if err != nil {
			return httpReply{}, err
		}
		if session, _, err = rules.People.Use(ctx, session); err != nil {
			return httpReply{}, err
		}
		author := chat.Person{UID: session.UID, Name: session.Name}
		receipt, err := rules.Chat.Post(ctx, author, draft(body))
		if err != nil {
			return httpReply{}, err
		}
		reply := httpReply{status: http.StatusCreated, body: sentFrame(nil, receipt)}
		if receipt.Duplicate {
			reply.status = http.StatusOK
		}
		return reply, nil
	}
}
