package gateway

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// webSocketEvent is an event of a WebSocket API, with API Gateway's keys. The
// type of aws-lambda-go cannot produce it, because it does not distinguish an
// absent key from an empty one.
type webSocketEvent struct {
	Headers           map[string]string   `json:"headers,omitempty"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
	Query             map[string]string   `json:"queryStringParameters,omitempty"`
	MultiValueQuery   map[string][]string `json:"multiValueQueryStringParameters,omitempty"`
	StageVariables    map[string]string   `json:"stageVariables,omitempty"`
	Context           webSocketContext    `json:"requestContext"`
	Body              *string             `json:"body,omitempty"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
}

type webSocketContext struct {
	RouteKey          string         `json:"routeKey"`
	Authorizer        map[string]any `json:"authorizer,omitempty"`
	MessageID         string         `json:"messageId,omitempty"`
	DisconnectStatus  int            `json:"disconnectStatusCode,omitempty"`
	EventType         string         `json:"eventType"`
	ExtendedRequestID string         `json:"extendedRequestId"`
	RequestTime       string         `json:"requestTime"`
	MessageDirection  string         `json:"messageDirection"`
	DisconnectReason  *string        `json:"disconnectReason,omitempty"`
	Stage             string         `json:"stage"`
	ConnectedAt       int64          `json:"connectedAt"`
	RequestTimeEpoch  int64          `json:"requestTimeEpoch"`
	Identity          identity       `json:"identity"`
	RequestID         string         `json:"requestId"`
	DomainName        string         `json:"domainName"`
	ConnectionID      string         `json:"connectionId"`
	APIID             string         `json:"apiId"`
}

type identity struct {
	UserAgent string `json:"userAgent,omitempty"`
	SourceIP  string `json:"sourceIp"`
}

// connectEvent returns the event of a handshake. No other event has the query,
// the headers and the authorizer's latency.
func (c *conn) connectEvent(r *http.Request, from client, requestID string, latency time.Duration) []byte {
	headers := handshakeHeaders(r, from)
	e := webSocketEvent{
		Headers:           lastValues(headers),
		MultiValueHeaders: headers,
		StageVariables:    c.gw.stageVariables,
		Context:           c.context("$connect", "CONNECT", requestID, c.connectedAt),
	}
	if c.authorizer != nil {
		e.Context.Authorizer = maps.Clone(c.authorizer)
		e.Context.Authorizer["integrationLatency"] = latency.Milliseconds()
	}
	if query, _ := url.ParseQuery(r.URL.RawQuery); len(query) > 0 {
		e.Query, e.MultiValueQuery = lastValues(query), query
	}
	return marshal(e)
}

func (c *conn) messageEvent(routeKey string, body []byte, requestID string, now time.Time) []byte {
	text := string(body)
	e := webSocketEvent{StageVariables: c.gw.stageVariables, Context: c.context(routeKey, "MESSAGE", requestID, now), Body: &text}
	e.Context.MessageID = newID(idMessage)
	return marshal(e)
}

// disconnectEvent returns the event of a connection's end. API Gateway invents
// its four headers.
func (c *conn) disconnectEvent(why cause, requestID string, now time.Time) []byte {
	headers := map[string][]string{"Host": {c.domain.Value()}, "x-api-key": {""}, "X-Forwarded-For": {""}, "x-restapi": {""}}
	e := webSocketEvent{
		Headers:           lastValues(headers),
		MultiValueHeaders: headers,
		StageVariables:    c.gw.stageVariables,
		Context:           c.context("$disconnect", "DISCONNECT", requestID, now),
	}
	e.Context.DisconnectStatus, e.Context.DisconnectReason = why.code, &why.reason
	return marshal(e)
}

func (c *conn) context(routeKey, eventType, requestID string, now time.Time) webSocketContext {
	return webSocketContext{
		RouteKey:          routeKey,
		Authorizer:        c.authorizer,
		EventType:         eventType,
		ExtendedRequestID: requestID,
		RequestTime:       clfTime(now),
		MessageDirection:  "IN",
		Stage:             c.gw.stage,
		ConnectedAt:       c.connectedAt.UnixMilli(),
		RequestTimeEpoch:  now.UnixMilli(),
		Identity:          identity{UserAgent: c.userAgent.Value(), SourceIP: c.sourceIP.Value()},
		RequestID:         requestID,
		DomainName:        c.domain.Value(),
		ConnectionID:      c.id,
		APIID:             c.gw.apiID,
	}
}

// handshakeHeaders returns r's headers as $connect sees them: without the
// hop-by-hop headers, with the ones that API Gateway adds.
func handshakeHeaders(r *http.Request, from client) map[string][]string {
	out, names := map[string][]string{}, spelling(r)
	for name, values := range r.Header {
		switch name {
		case "Connection", "Upgrade", "Content-Length", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto":
		default:
			out[or(names[name], strings.Replace(name, "Sec-Websocket-", "Sec-WebSocket-", 1))] = values
		}
	}
	out["Host"] = []string{r.Host}
	out["X-Amzn-Trace-Id"] = []string{from.traceID}
	out["X-Forwarded-For"] = []string{from.forwardedFor}
	out["X-Forwarded-Port"] = []string{from.port}
	out["X-Forwarded-Proto"] = []string{from.proto}
	return out
}

func lastValues(multi map[string][]string) map[string]string {
	out := make(map[string]string, len(multi))
	for name, values := range multi {
		out[name] = values[len(values)-1]
	}
	return out
}

// marshal encodes v as JSON. Like API Gateway, it does not escape HTML. It
// panics on a value without a JSON form; no event has one.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("gateway: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
