package gateway

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// handshake runs $connect, for which the client waits. It upgrades the
// connection if the reply's status is 2xx. Otherwise the client gets that
// status.
func (g *WebSocket) handshake(w http.ResponseWriter, r *http.Request) {
	c := newConn(g, r)
	res, no := g.admit(c, r)
	if no != nil {
		g.turnAway(w, c.id, c.connectedAt, no)
		return
	}
	nc, early, err := hijack(w)
	if err != nil {
		g.functions.log.Error("cannot upgrade", "error", err.Error())
		g.turnAway(w, c.id, c.connectedAt, refuse(http.StatusInternalServerError, "InternalServerErrorException", "Internal server error", "500: cannot upgrade"))
		return
	}
	c.establish(nc, early, switching(r.Header.Get("Sec-WebSocket-Key"), g.upgradeHeaders(res)))
}

func (g *WebSocket) turnAway(w http.ResponseWriter, id string, since time.Time, no *refusal) {
	no.writeTo(w)
	g.trace.warn("$connect", id, since, no.why)
}

// admit checks the form of the request and the limits, and runs $connect. A
// refusal says why the client is not admitted.
func (g *WebSocket) admit(c *conn, r *http.Request) (result, *refusal) {
	if no := wellFormed(r); no != nil {
		return result{}, no
	}
	route, ok := g.routes["$connect"]
	switch {
	case g.faults.happens(ConnectLimit, c.id):
		return result{}, tooMany("429: fault " + string(ConnectLimit))
	case g.faults.happens(ConnectError, c.id):
		return result{}, refuse(http.StatusInternalServerError, "InternalServerErrorException", "Internal server error", "500: fault "+string(ConnectError))
	case !g.newConnections.Allow() || !route.throttle.Allow() || !g.account.Allow():
		return result{}, tooMany("429: over the limit of new connections, of $connect or of the account")
	case !ok:
		return result{}, nil
	case route.Signed && !hasSignature(r):
		return result{}, refuse(http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token", "403: not signed")
	}
	return g.connect(c, r, route)
}

// connect runs $connect's authorizer, then $connect.
func (g *WebSocket) connect(c *conn, r *http.Request, route Route) (result, *refusal) {
	requestID := newID(idRequest)
	latency := time.Duration(0)
	if route.Authorizer != nil {
		var no *refusal
		if latency, no = g.authorize(c, r, route.Authorizer, requestID); no != nil {
			return result{}, no
		}
	}
	event := c.connectEvent(r, clientOf(r, c.connectedAt), requestID, latency)
	reply, err := g.call(route, "$connect", requestID, event)
	if err != nil {
		return result{}, g.refusalOf(err)
	}
	res, err := parseResult(reply)
	if err != nil {
		g.functions.log.Error("malformed reply", "route", "$connect", "requestId", requestID, "error", err.Error())
		return result{}, refuse(http.StatusBadGateway, "InternalServerErrorException", "Internal server error", "502: malformed reply")
	}
	if res.status < 300 {
		return res, nil
	}
	no := refuse(res.status, errorTypes[res.status], http.StatusText(res.status), fmt.Sprintf("%d: refused by $connect", res.status))
	if g.unsettled.RefusalBody {
		no.body = res.body
	}
	return result{}, no
}

// refusalOf returns the answer to a handshake whose function failed.
func (g *WebSocket) refusalOf(err error) *refusal {
	status := http.StatusBadGateway
	switch {
	case errors.Is(err, errTimedOut):
		status = http.StatusGatewayTimeout
	case errors.Is(err, ErrRejected):
		status = http.StatusInternalServerError
	}
	return refuse(status, "InternalServerErrorException", messageFor(err), fmt.Sprintf("%d: %s", status, explanation(err)))
}

// errorTypes are API Gateway's error names for statuses.
var errorTypes = map[int]string{
	http.StatusBadRequest:   "BadRequestException",
	http.StatusUnauthorized: "UnauthorizedException",
	http.StatusForbidden:    "ForbiddenException",
}

// wellFormed checks a handshake against RFC 6455, section 4.2.1. API Gateway
// does not support WebSockets over HTTP/2 (RFC 8441).
func wellFormed(r *http.Request) *refusal {
	switch {
	case len(r.RequestURI) > maxURLBytes:
		return refuse(http.StatusRequestURITooLong, "", http.StatusText(http.StatusRequestURITooLong), "414: URL over 4,096 characters")
	case !wantsUpgrade(r):
		return refuse(http.StatusUpgradeRequired, "UpgradeRequiredException", "Upgrade Required", "426: no WebSocket handshake")
	case !validKey(r.Header.Get("Sec-WebSocket-Key")):
		return refuse(http.StatusBadRequest, "BadRequestException", "Bad Request", "400: Sec-WebSocket-Key is malformed")
	}
	return nil
}

func wantsUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && r.ProtoMajor == 1 &&
		hasToken(r.Header.Values("Connection"), "upgrade") &&
		hasToken(r.Header.Values("Upgrade"), "websocket") &&
		r.Header.Get("Sec-WebSocket-Version") == "13"
}

func hasToken(values []string, token string) bool {
	for _, v := range values {
		for t := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

func validKey(key string) bool {
	b, err := base64.StdEncoding.DecodeString(key)
	return err == nil && len(b) == 16
}

// upgradeHeaders returns the headers of $connect's reply that go out with the
// 101: only the subprotocol, if the reply chose one, unless
// Unsettled.ConnectHeaders is set.
func (g *WebSocket) upgradeHeaders(res result) http.Header {
	out := http.Header{}
	if g.unsettled.ConnectHeaders {
		for name, values := range res.headers {
			if !hopByHop(name) && !strings.HasPrefix(name, "Sec-Websocket-") && name != "Content-Length" {
				out[name] = values
			}
		}
	}
	if chosen := res.header("Sec-WebSocket-Protocol"); chosen != "" && !strings.ContainsFunc(chosen, notInToken) {
		out["Sec-WebSocket-Protocol"] = []string{chosen}
	}
	return out
}

// switching returns the 101 response. The gateway never agrees to an extension.
func switching(key string, headers http.Header) []byte {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n")
	fmt.Fprintf(&b, "Sec-WebSocket-Accept: %s\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	headers.Write(&b)
	b.WriteString("\r\n")
	return b.Bytes()
}

// notInToken reports whether r may not be part of an HTTP token (RFC 9110,
// section 5.6.2).
func notInToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

// hijack takes the TCP connection over from net/http. It also returns the bytes
// that the client sent before the 101.
func hijack(w http.ResponseWriter) (net.Conn, []byte, error) {
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	return innerConn(nc), bytes.Clone(early), nil
}

// establish registers the connection, sends the 101 and starts to read. It
// registers first, so that a client with the 101 in hand can be posted to.
// Posts wait until the 101 is sent. If sending it fails, the connection never
// existed, and $disconnect will not run.
func (c *conn) establish(nc net.Conn, early, response []byte) {
	c.nc, c.early = nc, early
	nc.SetDeadline(time.Time{}) // removes net/http's own deadline
	closing := c.gw.add(c)
	nc.SetWriteDeadline(time.Now().Add(closeGrace))
	if _, err := nc.Write(response); err != nil {
		c.abandon()
		c.gw.trace.warn("$connect", c.id, c.connectedAt, "the client was gone before the 101: there will be no $disconnect")
		return
	}
	c.gw.trace.note("$connect", c.id, c.connectedAt, "101")
	c.opened()
	c.gw.functions.running.Add(1)
	c.next()
	if closing {
		c.end(causeGoingAway)
	}
}
