package apigw

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"projectchat/internal/refusal"
	"projectchat/internal/wire"
)

// socketEvent is an event of the WebSocket API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
type socketEvent = events.APIGatewayWebsocketProxyRequest

// socketReply is the answer of a route of the WebSocket API. The body of a
// two-way route is sent to the client; the status counts for $connect only.
type socketReply = events.APIGatewayProxyResponse

// socketRoute answers one event of the WebSocket API.
type socketRoute func(ctx context.Context, f *Function, e socketEvent) (socketReply, refusal.Code)

func (f *Function) invokeSocket(ctx context.Context, route socketRoute, payload []byte) ([]byte, refusal.Code, error) {
	var e socketEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, "", fmt.Errorf("read WebSocket event: %w", err)
	}
	reply, code := route(ctx, f, e)
	b, err := json.Marshal(reply)
	if err != nil {
		return nil, "", fmt.Errorf("write WebSocket reply: %w", err)
	}
	return b, code, nil
}

// request makes a two-way route from a function that takes one kind of frame
// and returns the frame to reply with. In every case the client gets exactly
// one frame.
func request[F any](head func(*F) *wire.Head, answer func(ctx context.Context, connectionID string, frame F) (any, error)) socketRoute {
	return func(ctx context.Context, f *Function, e socketEvent) (socketReply, refusal.Code) {
		id := wire.RequestID([]byte(e.Body))
		reply, refused := guard(ctx, f, e.RequestContext.RequestID, func() (any, error) {
			frame, err := decodeFrame[F](e.Body, head)
			if err != nil {
				return nil, err
			}
			return answer(ctx, e.RequestContext.ConnectionID, frame)
		})
		if refused != nil {
			return frameReply(errorFrame(id, refused)), refused.Code
		}
		return frameReply(reply), ""
	}
}

// notice makes a one-way route: in no case does the client get a reply. A
// failure is only logged, because an error of the function would make API
// Gateway send a frame of its own.
func notice[F any](head func(*F) *wire.Head, take func(ctx context.Context, connectionID string, frame F) error) socketRoute {
	return func(ctx context.Context, f *Function, e socketEvent) (socketReply, refusal.Code) {
		_, refused := guard(ctx, f, e.RequestContext.RequestID, func() (struct{}, error) {
			frame, err := decodeFrame(e.Body, head)
			if err != nil {
				return struct{}{}, err
			}
			return struct{}{}, take(ctx, e.RequestContext.ConnectionID, frame)
		})
		if refused != nil {
			return socketReply{StatusCode: 200}, refused.Code
		}
		return socketReply{StatusCode: 200}, ""
	}
}

func decodeFrame[F any](body string, head func(*F) *wire.Head) (frame F, err error) {
	if len(body) > wire.MaxClientFrame {
		return frame, refusal.Errorf(refusal.TooLarge, "A frame has at most %d bytes.", wire.MaxClientFrame)
	}
	if err := wire.Decode([]byte(body), &frame); err != nil {
		return frame, refusal.Errorf(refusal.BadRequest, "The frame is not as docs/frames.md says.")
	}
	if id := head(&frame).ID; id != nil && utf8.RuneCountInString(*id) > wire.MaxID {
		return frame, refusal.Errorf(refusal.BadRequest, "An id has at most %d characters.", wire.MaxID)
	}
	return frame, nil
}

func frameReply(frame any) socketReply {
	return socketReply{StatusCode: 200, Body: string(wire.Encode(frame))}
}

// unknownAction is the route of all frames that no other route takes.
func unknownAction(_ context.Context, _ *Function, e socketEvent) (socketReply, refusal.Code) {
	refused := refusal.Errorf(refusal.BadRequest, "Unknown action.")
	if len(e.Body) > wire.MaxClientFrame {
		refused = refusal.Errorf(refusal.TooLarge, "A frame has at most %d bytes.", wire.MaxClientFrame)
	}
	return frameReply(errorFrame(wire.RequestID([]byte(e.Body)), refused)), refused.Code
}
