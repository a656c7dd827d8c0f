package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// manage serves the @connections API: POST sends a text message, GET describes
// the connection, DELETE closes it. A connection exists from the moment when
// its $connect has answered until it begins to end. Before and after, all three
// methods get 410.
func (g *WebSocket) manage(w http.ResponseWriter, r *http.Request, base, id string) {
	start, route := time.Now(), "@connections"
	c, no := g.connection(r, base, id)
	if no == nil {
		route = r.Method + " @connections"
		var outcome string
		if outcome, no = c.manage(w, r); no == nil {
			g.trace.note(route, c.id, start, outcome)
			return
		}
	}
	if !wellFormedID(id) {
		id = "" // it can be anything
	}
	no.writeTo(w)
	g.trace.warn(route, id, start, no.why)
}

// connection returns the connection that r names, or a refusal.
func (g *WebSocket) connection(r *http.Request, base, id string) (*conn, *refusal) {
	if !signed(r) {
		return nil, refuse(http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token", "403: no signature")
	}
	if want, custom := g.base(r); base != want {
		message := "Forbidden"
		if custom {
			message = fmt.Sprintf("No method found matching route %s for http method %s", strings.TrimPrefix(r.URL.Path, "/"), r.Method)
		}
		return nil, refuse(http.StatusForbidden, "ForbiddenException", message, "403: not below /"+want)
	}
	if !g.account.Allow() {
		return nil, g.limitExceeded("429: over the limit of the account")
	}
	if !wellFormedID(id) {
		return nil, refuse(http.StatusBadRequest, "BadRequestException", "Invalid connectionId: "+id, "400: malformed connection id")
	}
	c := g.find(id)
	if c == nil {
		return nil, gone("410: no such connection")
	}
	return c, nil
}

// manage executes r. It returns the outcome for the trace, or a refusal.
func (c *conn) manage(w http.ResponseWriter, r *http.Request) (outcome string, no *refusal) {
	switch r.Method {
	case http.MethodPost:
		return c.servePost(w, r)
	case http.MethodGet:
		return c.serveGet(w)
	case http.MethodDelete:
		return c.serveDelete(w)
	}
	return "", refuse(http.StatusForbidden, "ForbiddenException", "Forbidden", "403: no such method")
}

// signed reports whether r carries a Signature Version 4 for this API. It does
// not verify the signature: there is no account and so no key. Pages in a
// browser cannot pass, because a browser asks with a preflight before it sends
// this header to another origin.
func signed(r *http.Request) bool {
	a := r.Header.Get("Authorization")
	return strings.HasPrefix(a, "AWS4-HMAC-SHA256 ") && strings.Contains(a, "/execute-api/aws4_request")
}

// gone and limitExceeded have no body, as in AWS.
func gone(why string) *refusal {
	return &refusal{status: http.StatusGone, errorType: "GoneException", why: why}
}

func (g *WebSocket) limitExceeded(why string) *refusal {
	no := &refusal{status: http.StatusTooManyRequests, errorType: "LimitExceededException", why: why}
	if text := g.unsettled.ThrottledPost; text != "" {
		no.body = messageBody(text)
	}
	return no
}

// servePost answers 200 once the message is in the connection's queue.
func (c *conn) servePost(w http.ResponseWriter, r *http.Request) (string, *refusal) {
	data, err := readAll(w, r, maxMessageBytes)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		no := refuse(http.StatusRequestEntityTooLarge, "PayloadTooLargeException", "Payload too large", "413: over 131,072 bytes")
		if c.gw.unsettled.BareTooLarge {
			no.body = nil
		}
		return "", no
	}
	op := ws.OpText
	if !utf8.Valid(data) && c.gw.unsettled.BinaryPosts {
		op = ws.OpBinary
	}
	if err != nil || op == ws.OpText && !utf8.Valid(data) {
		return "", refuse(http.StatusBadRequest, "BadRequestException", "Data is not UTF-8 text", "400: not UTF-8 text")
	}
	outcome, no := c.post(r.Context(), outgoing{frame: frames(op, data), message: true, counted: true})
	if no == nil {
		w.Header().Set(requestIDHeader, newID(idRequest))
		w.WriteHeader(http.StatusOK)
	}
	return outcome, no
}

// post queues a message, unless a fault decides otherwise.
func (c *conn) post(ctx context.Context, out outgoing) (string, *refusal) {
	if outcome, no, done := c.failPost(ctx, out); done {
		return outcome, no
	}
	switch c.enqueue(out) {
	case nil:
		return "200: queued", nil
	case errFull:
		return "", c.gw.limitExceeded("429: the client does not read what is queued for it")
	}
	return "", gone("410: the connection has ended")
}

// description is the reply to GET. Its keys and time format are AWS's; the SDKs
// cannot read others.
type description struct {
	ConnectedAt string `json:"connectedAt"`
	Identity    struct {
		SourceIP  string  `json:"sourceIp"`
		UserAgent *string `json:"userAgent"`
	} `json:"identity"`
	LastActiveAt string `json:"lastActiveAt"`
}

func (c *conn) serveGet(w http.ResponseWriter) (string, *refusal) {
	c.mu.Lock()
	lastActive := c.lastActive
	c.mu.Unlock()
	d := description{ConnectedAt: isoTime(c.connectedAt), LastActiveAt: isoTime(lastActive)}
	d.Identity.SourceIP = c.sourceIP.Value()
	if userAgent := c.userAgent.Value(); userAgent != "" {
		d.Identity.UserAgent = &userAgent
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(requestIDHeader, newID(idRequest))
	w.Write(marshal(d))
	return "200: described", nil
}

func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (c *conn) serveDelete(w http.ResponseWriter) (string, *refusal) {
	if !c.end(causeDeleted) {
		return "", gone("410: the connection has ended")
	}
	w.Header().Set(requestIDHeader, newID(idRequest))
	w.WriteHeader(http.StatusNoContent)
	return "204: closed", nil
}

// readAll reads a body of at most limit bytes. For a longer one the error is an
// *http.MaxBytesError.
func readAll(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength <= limit {
		b.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	return b.Bytes(), err
}
