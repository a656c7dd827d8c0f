package localgw

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// manage is the @connections API: POST sends a text message, GET describes the
// connection, DELETE closes it. A connection is known from the moment when its
// $connect has answered until it begins to end; before and after, all three are
// 410.
func (g *WebSocket) manage(w http.ResponseWriter, r *http.Request, stage, id string) {
	if !signed(r) {
		refuse(w, http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token")
		return
	}
	if stage != g.stage {
		refuse(w, http.StatusForbidden, "ForbiddenException", "Forbidden")
		return
	}
	if !wellFormedID(id) {
		refuse(w, http.StatusBadRequest, "BadRequestException", "Invalid connectionId: "+id)
		return
	}
	c := g.find(id)
	if c == nil {
		refuseBare(w, http.StatusGone, "GoneException")
		return
	}
	switch r.Method {
	case http.MethodPost:
		c.servePost(w, r)
	case http.MethodGet:
		c.serveGet(w)
	case http.MethodDelete:
		c.serveDelete(w)
	default:
		refuse(w, http.StatusForbidden, "ForbiddenException", "Forbidden")
	}
}

// signed reports whether r carries a Signature Version 4 for this API. Only its
// presence counts: there is no account whose key could have made it. Because a
// browser asks before it sends such a header to another origin, no page can.
func signed(r *http.Request) bool {
	a := r.Header.Get("Authorization")
	return strings.HasPrefix(a, "AWS4-HMAC-SHA256 ") && strings.Contains(a, "/execute-api/aws4_request")
}

// refuseBare is refuse with an empty body, which is how AWS sends these two
// errors.
func refuseBare(w http.ResponseWriter, status int, errorType string) {
	w.Header().Set("x-amzn-ErrorType", errorType)
	w.Header().Set("x-amzn-RequestId", newID(idRequest))
	w.WriteHeader(status)
}

// servePost answers 200 once the message is queued for the connection.
func (c *conn) servePost(w http.ResponseWriter, r *http.Request) {
	text, err := readAll(w, r, maxMessageBytes)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "PayloadTooLargeException", "Payload too large")
	case err != nil, !utf8.Valid(text):
		refuse(w, http.StatusBadRequest, "BadRequestException", "Data is not UTF-8 text")
	default:
		answerPost(w, c.post(text))
	}
}

func answerPost(w http.ResponseWriter, err error) {
	switch err {
	case nil:
		w.Header().Set("x-amzn-RequestId", newID(idRequest))
		w.WriteHeader(http.StatusOK)
	case errFull:
		refuseBare(w, http.StatusTooManyRequests, "LimitExceededException")
	default:
		refuseBare(w, http.StatusGone, "GoneException")
	}
}

// description is the reply to GET. Its keys and times are as AWS's JSON has
// them; the SDKs cannot read others.
type description struct {
	ConnectedAt string `json:"connectedAt"`
	Identity    struct {
		SourceIP  string  `json:"sourceIp"`
		UserAgent *string `json:"userAgent"`
	} `json:"identity"`
	LastActiveAt string `json:"lastActiveAt"`
}

func (c *conn) serveGet(w http.ResponseWriter) {
	c.mu.Lock()
	lastActive := c.lastActive
	c.mu.Unlock()
	d := description{ConnectedAt: isoTime(c.connectedAt), LastActiveAt: isoTime(lastActive)}
	d.Identity.SourceIP = c.sourceIP
	if c.userAgent != "" {
		d.Identity.UserAgent = &c.userAgent
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("x-amzn-RequestId", newID(idRequest))
	w.Write(marshal(d))
}

func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (c *conn) serveDelete(w http.ResponseWriter) {
	if !c.end(deleted) {
		refuseBare(w, http.StatusGone, "GoneException")
		return
	}
	w.Header().Set("x-amzn-RequestId", newID(idRequest))
	w.WriteHeader(http.StatusNoContent)
}

// readAll reads a body of at most limit bytes; a longer one gives an
// *http.MaxBytesError.
func readAll(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength <= limit {
		b.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	return b.Bytes(), err
}
