package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"

	"projectchat/internal/wire"
	"projectchat/lab/client"
)

// road is a person's way to the server: real sockets, to one address.
type road struct {
	addr  string // host:port
	token string // "": no session
	http  *http.Client
}

// newRoad makes a way that keeps no idle connections, so that each HTTP request has a
// connection of its own that can break. A receive buffer of 0 bytes is the kernel's choice.
func newRoad(addr, token string, receiveBuffer int) road {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if tcp, ok := c.(*net.TCPConn); ok && receiveBuffer > 0 {
			tcp.SetReadBuffer(receiveBuffer)
		}
		return c, err
	}}
	return road{addr: addr, token: token, http: &http.Client{Transport: transport}}
}

// largestFrame is a little more than a server may send.
const largestFrame = 64 << 10

// Dial implements [client.Transport].
func (r road) Dial(ctx context.Context) (client.Socket, error) {
	c, err := r.dial(ctx)
	if err != nil {
		return nil, err
	}
	return socket{c}, nil
}

func (r road) dial(ctx context.Context) (*websocket.Conn, error) {
	c, _, err := websocket.Dial(ctx, "ws://"+r.addr+"/ws?v=1", &websocket.DialOptions{HTTPClient: r.http, HTTPHeader: r.header()})
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	c.SetReadLimit(largestFrame)
	return c, nil
}

func (r road) header() http.Header {
	h := http.Header{}
	if r.token != "" {
		h.Set("Authorization", "Bearer "+r.token)
	}
	return h
}

// socket is a [client.Socket].
type socket struct{ *websocket.Conn }

// Send implements [client.Socket].
func (s socket) Send(ctx context.Context, frame []byte) error {
	return s.Write(ctx, websocket.MessageText, frame)
}

// Receive implements [client.Socket].
func (s socket) Receive(ctx context.Context) ([]byte, error) {
	_, frame, err := s.Read(ctx)
	return frame, err
}

// Close implements [client.Socket].
func (s socket) Close() error { return s.CloseNow() }

// ask makes an HTTP request and reads the answer, whatever its status.
func (r road) ask(ctx context.Context, method, path string, query url.Values, body any) (status int, answer []byte, err error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(wire.Encode(body))
	}
	target := url.URL{Scheme: "http", Host: r.addr, Path: path, RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, method, target.String(), reader)
	if err != nil {
		return 0, nil, err
	}
	request.Header = r.header()
	request.Header.Set("Content-Type", "application/json")
	response, err := r.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// askAgain is ask, but asks again after a temporary refusal, as a client does. again says that
// it did, so that an earlier request may have had its effect.
func (r road) askAgain(ctx context.Context, method, path string, query url.Values, body any) (status int, answer []byte, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for ; ; again = true {
		status, answer, err = r.ask(ctx, method, path, query, body)
		var refused wire.Error
		if err != nil || status < 400 || json.Unmarshal(answer, &refused) != nil || !refused.Temporary {
			return status, answer, again, err
		}
		sleep(ctx, max(100*time.Millisecond, time.Duration(refused.RetryAfter)*time.Second))
	}
}

// signIn makes a session of a program. A refused request may have claimed the name before it
// failed; then the person takes another.
func (r road) signIn(ctx context.Context, name string) (session wire.Session, err error) {
	for tries, spelling := 0, name; ; tries++ {
		status, answer, again, err := r.askAgain(ctx, http.MethodPost, "/api/session", nil, wire.SessionRequest{Name: spelling, Bearer: true})
		switch {
		case err != nil:
			return session, fmt.Errorf("sign in as %s: %w", spelling, err)
		case status == http.StatusCreated:
			return session, json.Unmarshal(answer, &session)
		case status == http.StatusConflict && again:
			spelling = fmt.Sprintf("%s %c", name, 'b'+tries)
		default:
			return session, fmt.Errorf("sign in as %s: %d %s", spelling, status, answer)
		}
	}
}

// whose returns the uid of the session; "" if the session is gone.
func (r road) whose(ctx context.Context) (uid string, err error) {
	status, answer, err := r.ask(ctx, http.MethodGet, "/api/session", nil, nil)
	switch {
	case err != nil:
		return "", err
	case status == http.StatusUnauthorized:
		return "", nil
	case status != http.StatusOK:
		return "", fmt.Errorf("read the session: status %d", status)
	}
	var session struct {
		UID *string `json:"uid"`
	}
	if err := json.Unmarshal(answer, &session); err != nil || session.UID == nil {
		return "", err
	}
	return *session.UID, nil
}
