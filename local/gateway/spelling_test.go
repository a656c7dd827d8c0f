package gateway_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
)

func TestConnectEventKeepsTheClientsSpelling(t *testing.T) {
	tests := []struct {
		name, before string
		keep         bool
		want         []string
	}{
		{"as written", "", true, []string{"x-api-key", "DNT", "sec-websocket-key"}},
		{"in Go's case", "", false, []string{"X-Api-Key", "Dnt", "Sec-WebSocket-Key"}},
		{"in Go's case after a longer head than is kept", "X-Long: " + strings.Repeat("x", 20<<10) + "\r\n", true, []string{"X-Api-Key", "Dnt", "Sec-WebSocket-Key"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			connect := newRecorder()
			address := spelled(t, test.keep, connect)
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, "GET /ws HTTP/1.1\r\nhost: a\r\n"+test.before+"connection: upgrade\r\nUPGRADE: websocket\r\n"+
				"sec-websocket-version: 13\r\nsec-websocket-key: "+sampleKey+"\r\nx-api-key: k\r\nDNT: 1\r\nx-forwarded-for: 192.0.2.1\r\n\r\n")
			event := decode(t, <-connect.events)
			var got []string
			for _, name := range test.want {
				if len(event.MultiValueHeaders[name]) == 1 && event.Headers[name] != "" {
					got = append(got, name)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("names (-want +got):\n%s\n%v", diff, event.Headers)
			}
			for _, name := range []string{"connection", "UPGRADE", "host", "x-forwarded-for"} {
				if value, ok := event.Headers[name]; ok {
					t.Errorf("header %s: %s", name, value)
				}
			}
			c := &socket{t: t, conn: conn, r: bufio.NewReader(conn)}
			if res, err := http.ReadResponse(c.r, nil); err != nil || res.StatusCode != 101 {
				t.Fatal(res, err)
			}
			c.send("x")
			c.wantError("Forbidden")
		})
	}
}

// spelled serves a gateway on TCP, with or without KeepHeaderNames.
func spelled(t *testing.T, keep bool, connect gateway.Invoker) (address string) {
	t.Helper()
	g := newGateway(t, gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect})})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	server := &http.Server{Handler: g}
	if keep {
		listener, server.ConnContext = gateway.KeepHeaderNames(listener), gateway.ConnContext
	}
	go server.Serve(listener)
	t.Cleanup(func() {
		g.Disrupt(gateway.Cut, nil)
		g.Shutdown(context.Background())
		server.Close()
	})
	return address
}
