package localgw

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

// handshake runs $connect and upgrades the connection if its status is 2xx;
// otherwise the client gets that status. The client is kept waiting meanwhile.
func (g *WebSocket) handshake(w http.ResponseWriter, r *http.Request) {
	if !wantsUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Sec-WebSocket-Version", "13")
		refuse(w, http.StatusUpgradeRequired, "UpgradeRequiredException", "Upgrade Required")
		return
	}
	if !validKey(r.Header.Get("Sec-WebSocket-Key")) {
		refuse(w, http.StatusBadRequest, "BadRequestException", "Bad Request")
		return
	}
	c := newConn(g, r)
	res, status := g.connect(c, r)
	if status != 0 {
		refuse(w, status, errorTypes[status], messages(status))
		return
	}
	nc, early, err := hijack(w)
	if err != nil {
		g.functions.log.Error("cannot upgrade", "error", err.Error())
		refuse(w, http.StatusInternalServerError, "InternalServerErrorException", "Internal server error")
		return
	}
	c.establish(nc, early, switching(r.Header.Get("Sec-WebSocket-Key"), res.header("Sec-WebSocket-Protocol")))
}

// connect runs $connect. status is that of the refusal, 0 if the client may
// come in.
func (g *WebSocket) connect(c *conn, r *http.Request) (res result, status int) {
	route, ok := g.routes["$connect"]
	if !ok {
		return result{}, 0
	}
	requestID := newID(idRequest)
	event := c.connectEvent(r, clientOf(r, c.connectedAt), requestID)
	reply, err := g.functions.call(route, "$connect", requestID, event)
	if errors.Is(err, errTimedOut) {
		return result{}, http.StatusGatewayTimeout
	}
	if err != nil {
		return result{}, http.StatusBadGateway
	}
	res, err = parseResult(reply)
	if err != nil {
		g.functions.log.Error("malformed reply", "route", "$connect", "requestId", requestID, "error", err.Error())
		return result{}, http.StatusBadGateway
	}
	if res.status >= 300 {
		return result{}, res.status
	}
	return res, 0
}

// errorTypes are the names that API Gateway gives to statuses.
var errorTypes = map[int]string{
	http.StatusBadRequest:     "BadRequestException",
	http.StatusUnauthorized:   "UnauthorizedException",
	http.StatusForbidden:      "ForbiddenException",
	http.StatusBadGateway:     "InternalServerErrorException",
	http.StatusGatewayTimeout: "InternalServerErrorException",
}

func messages(status int) string {
	switch status {
	case http.StatusBadGateway:
		return "Internal server error"
	case http.StatusGatewayTimeout:
		return "Endpoint request timed out"
	}
	return http.StatusText(status)
}

// wantsUpgrade checks RFC 6455, section 4.2.1, but for the key. WebSockets over
// HTTP/2 are something else, which API Gateway has not.
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

// switching is the 101. No extension is ever agreed to, and a subprotocol only
// if $connect chose it.
func switching(key, subprotocol string) []byte {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n")
	fmt.Fprintf(&b, "Sec-WebSocket-Accept: %s\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	if subprotocol != "" && !strings.ContainsFunc(subprotocol, notInToken) {
		fmt.Fprintf(&b, "Sec-WebSocket-Protocol: %s\r\n", subprotocol)
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// notInToken reports what may not stand in an HTTP token (RFC 9110, 5.6.2).
func notInToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

// hijack takes the TCP connection from net/http, with what the client sent
// before its time.
func hijack(w http.ResponseWriter) (net.Conn, []byte, error) {
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	return nc, bytes.Clone(early), nil
}

// establish makes the connection known, sends the 101 and starts to read. Known
// first, so that a client that has the 101 can be posted to; what is posted
// meanwhile waits. If the 101 cannot be sent there was no connection, and there
// will be no $disconnect.
func (c *conn) establish(nc net.Conn, early, response []byte) {
	c.nc, c.early = nc, early
	nc.SetDeadline(time.Time{}) // net/http's own
	closing := c.gw.add(c)
	nc.SetWriteDeadline(time.Now().Add(closeGrace))
	if _, err := nc.Write(response); err != nil {
		c.abandon()
		return
	}
	c.opened()
	c.gw.functions.running.Add(1)
	go c.run()
	if closing {
		c.end(goingAway)
	}
}
