package apigw

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"projectchat/internal/refusal"
	"projectchat/internal/wire"
)

// httpRequest is an event of the HTTP API (payload format 2.0), with header
// names in lower case. AWS sends them so; SAM CLI does not.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
type httpRequest struct {
	headers map[string]string
	cookies []string
	query   map[string]string
	event   events.APIGatewayV2HTTPRequest
}

// httpReply is the answer of a route of the HTTP API.
type httpReply struct {
	status int
	body   any    // nil: none
	cookie string // a Set-Cookie to send along; "": none
}

// httpRoute answers one request to the HTTP API.
type httpRoute func(ctx context.Context, r httpRequest) (httpReply, error)

func (f *Function) invokeHTTP(ctx context.Context, route httpRoute, payload []byte) ([]byte, refusal.Code, error) {
	r := httpRequest{headers: map[string]string{}}
	if err := json.Unmarshal(payload, &r.event); err != nil {
		return nil, "", fmt.Errorf("read HTTP event: %w", err)
	}
	for name, value := range r.event.Headers {
		r.headers[strings.ToLower(name)] = value
	}
	r.query, r.cookies = r.event.QueryStringParameters, r.event.Cookies

	reply, refused := guard(ctx, f, r.event.RequestContext.RequestID, func() (httpReply, error) {
		return route(ctx, r)
	})
	code := refusal.Code("")
	if refused != nil {
		code = refused.Code
		reply = httpReply{status: status(code), body: errorFrame(nil, refused), cookie: reply.cookie}
	}
	b, err := json.Marshal(reply.event())
	if err != nil {
		return nil, code, fmt.Errorf("write HTTP reply: %w", err)
	}
	return b, code, nil
}

func (r httpReply) event() events.APIGatewayV2HTTPResponse {
	out := events.APIGatewayV2HTTPResponse{
		StatusCode: r.status,
		Headers:    map[string]string{"cache-control": "no-store"},
	}
	if r.cookie != "" {
		out.Cookies = []string{r.cookie}
	}
	if r.body != nil {
		out.Body = string(wire.Encode(r.body))
		out.Headers["content-type"] = "application/json"
	}
	if e, ok := r.body.(wire.Error); ok && e.RetryAfter > 0 {
		out.Headers["retry-after"] = strconv.Itoa(e.RetryAfter)
	}
	return out
}

// decode reads the JSON body. It insists on the content type, because a page of
// another site can send any other type without a preflight request.
func (r httpRequest) decode(v any) error {
	if kind, _, err := mime.ParseMediaType(r.headers["content-type"]); err != nil || kind != "application/json" {
		return refusal.Errorf(refusal.BadRequest, "The content type must be application/json.")
	}
	body := []byte(r.event.Body)
	if r.event.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(r.event.Body); err != nil {
			return refusal.Errorf(refusal.BadRequest, "The body cannot be read.")
		}
	}
	if len(body) > wire.MaxHTTPBody {
		return refusal.Errorf(refusal.TooLarge, "A body has at most %d bytes.", wire.MaxHTTPBody)
	}
	if err := wire.Decode(body, v); err != nil {
		return refusal.Errorf(refusal.BadRequest, "The body is not as docs/frames.md says.")
	}
	return nil
}

// status returns the HTTP status of a code.
func status(code refusal.Code) int {
	switch code {
	case refusal.BadRequest:
		return http.StatusBadRequest
	case refusal.Unauthorized:
		return http.StatusUnauthorized
	case refusal.Forbidden:
		return http.StatusForbidden
	case refusal.NotFound:
		return http.StatusNotFound
	case refusal.NotJoined, refusal.CIDConflict, refusal.Behind, refusal.Reset, refusal.NameTaken:
		return http.StatusConflict
	case refusal.TooLarge:
		return http.StatusRequestEntityTooLarge
	case refusal.RateLimited:
		return http.StatusTooManyRequests
	case refusal.Busy:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}
