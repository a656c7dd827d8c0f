package gateway

import (
	"net"
	"net/http"
	"strings"
	"time"
)

// client holds the facts about a client that API Gateway finds out from the
// connection and adds to the request.
type client struct {
	// sourceIP is the other end of the TCP connection. Like API Gateway, the
	// gateway does not take it from X-Forwarded-For: any client can forge that
	// header.
	sourceIP string
	// forwardedFor is the client's X-Forwarded-For with sourceIP appended.
	forwardedFor string
	proto, port  string
	traceID      string
}

func clientOf(r *http.Request, now time.Time) client {
	c := client{sourceIP: hostOf(r.RemoteAddr), proto: "http", port: portOf(r)}
	c.forwardedFor = strings.Join(append(r.Header.Values("X-Forwarded-For"), c.sourceIP), ", ")
	if r.TLS != nil {
		c.proto = "https"
	}
	if c.traceID = r.Header.Get("X-Amzn-Trace-Id"); c.traceID == "" {
		c.traceID = newTraceID(now)
	}
	return c
}

func hostOf(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return host
}

// portOf returns the port on which r came in.
func portOf(r *http.Request) string {
	if addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if _, port, err := net.SplitHostPort(addr.String()); err == nil {
			return port
		}
	}
	if r.TLS != nil {
		return "443"
	}
	return "80"
}
