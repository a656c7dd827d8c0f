package apigw

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
	"projectchat/internal/wire"
)

// History is the function behind history, behind every frame with an unknown
// action, and behind GET /api/messages and GET /api/rooms. It only reads.
func History(rules Rules, log *slog.Logger) *Function {
	return &Function{
		log: log,
		sockets: map[string]socketRoute{
			wire.ActionHistory: request(func(f *wire.History) *wire.Head { return &f.Head }, history(rules.Chat)),
			"$default":         unknownAction,
		},
		http: map[string]httpRoute{
			"GET /api/messages": readMessages(rules),
			"GET /api/rooms":    listRooms(rules.Chat),
		},
	}
}

func history(service *chat.Service) func(context.Context, string, wire.History) (any, error) {
	return func(ctx context.Context, connectionID string, f wire.History) (any, error) {
		q := chat.HistoryQuery{Room: f.Room, Before: f.Before, After: f.After, Limit: f.Limit}
		page, err := service.History(ctx, connectionID, q)
		if err != nil {
			return nil, err
		}
		return historyFrame(f.ID, page, f.After != nil), nil
	}
}

func readMessages(rules Rules) httpRoute {
	return func(ctx context.Context, r httpRequest) (httpReply, error) {
		if _, err := r.caller().forRead(ctx, rules.People); err != nil {
			return httpReply{}, err
		}
		q, err := historyQuery(r.query)
		if err != nil {
			return httpReply{}, err
		}
		page, err := rules.Chat.ReadHistory(ctx, q)
		if err != nil {
			return httpReply{}, err
		}
		return httpReply{status: http.StatusOK, body: historyFrame(nil, page, q.After != nil)}, nil
	}
}

func historyQuery(query map[string]string) (q chat.HistoryQuery, err error) {
	q.Room = query["room"]
	if q.Before, err = number[int64](query, "before"); err != nil {
		return q, err
	}
	if q.After, err = number[int64](query, "after"); err != nil {
		return q, err
	}
	q.Limit, err = number[int](query, "limit")
	return q, err
}

// number reads a whole number from a query; nil if it is not there.
func number[N int | int64](query map[string]string, name string) (*N, error) {
	text, given := query[name]
	if !given {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || N(n) < 0 && n > 0 || int64(N(n)) != n {
		return nil, refusal.Errorf(refusal.BadRequest, "%s is a whole number.", name)
	}
	value := N(n)
	return &value, nil
}

func listRooms(service *chat.Service) httpRoute {
	return func(ctx context.Context, r httpRequest) (httpReply, error) {
		rooms, more, err := service.Rooms(ctx, r.query["q"])
		if err != nil {
			return httpReply{}, err
		}
		return httpReply{status: http.StatusOK, body: roomsObject(rooms, more)}, nil
	}
}
