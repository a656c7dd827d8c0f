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

// maxHead bounds how much of a connection's first request is kept.
const maxHead = 16 << 10

// KeepHeaderNames makes CONNECT events spell header names as the client did.
// API Gateway preserves that spelling; net/http changes it. It needs
// [ConnContext]:
//
//	server := &http.Server{Handler: api, ConnContext: gateway.ConnContext}
//	server.Serve(gateway.KeepHeaderNames(listener))
//
// It covers the first request of a connection only, which is enough for a
// browser: it opens a connection for each WebSocket. TLS connections pass
// through unchanged, because net/http recognizes them by their type.
func KeepHeaderNames(l net.Listener) net.Listener { return spellingListener{l} }

type spellingListener struct{ net.Listener }

func (s spellingListener) Accept() (net.Conn, error) {
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

// ConnContext is for the ConnContext field of an http.Server; see
// [KeepHeaderNames].
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if s, ok := c.(*spelledConn); ok {
		return context.WithValue(ctx, spellingKey{}, s)
	}
	return ctx
}

// spelledConn keeps the head of its first request.
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

// spelling maps canonical header names to the client's spelling, as far as it
// is known.
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

// innerConn returns the connection below a spelledConn.
func innerConn(nc net.Conn) net.Conn {
	if s, ok := nc.(*spelledConn); ok {
		return s.Conn
	}
	return nc
}
