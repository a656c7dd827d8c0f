package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
)

// maxHead is how much of a connection's first bytes is looked at.
const maxHead = 16 << 10

// KeepHeaderNames lets CONNECT events spell header names as the client did, which
// API Gateway does and net/http forgets. TLS connections it leaves as they are,
// or net/http would not know them for such. It works together with ConnContext:
//
//	server := &http.Server{Handler: gateway, ConnContext: gateway.ConnContext}
//	server.Serve(gateway.KeepHeaderNames(listener))
//
// It knows the first request of a connection; a browser's handshake is that.
func KeepHeaderNames(l net.Listener) net.Listener { return speller{l} }

type speller struct{ net.Listener }

func (s speller) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if _, ok := c.(*tls.Conn); ok {
		return c, nil
	}
	return &spelledConn{Conn: c}, nil
}

type spellingKey struct{}

// ConnContext is an http.Server's ConnContext; see KeepHeaderNames.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if s, ok := c.(*spelledConn); ok {
		return context.WithValue(ctx, spellingKey{}, s)
	}
	return ctx
}

// spelledConn remembers the head of its first request.
type spelledConn struct {
	net.Conn

	mu       sync.Mutex
	head     []byte
	complete bool
}

func (c *spelledConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.complete {
		c.head = append(c.head, p[:n]...)
		c.complete = len(c.head) > maxHead || bytes.Contains(c.head, []byte("\r\n\r\n"))
	}
	return n, err
}

// spelling maps canonical header names to those that r's client wrote, as far
// as they are known.
func spelling(r *http.Request) map[string]string {
	c, ok := r.Context().Value(spellingKey{}).(*spelledConn)
	if !ok {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	head, _, _ := strings.Cut(string(c.head), "\r\n\r\n")
	names := map[string]string{}
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, _, ok := strings.Cut(line, ":"); ok {
			names[textproto.CanonicalMIMEHeaderKey(name)] = name
		}
	}
	return names
}

// unspelled is the connection below.
func unspelled(nc net.Conn) net.Conn {
	if s, ok := nc.(*spelledConn); ok {
		return s.Conn
	}
	return nc
}
