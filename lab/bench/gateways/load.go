package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"
)

const (
	payloadBytes = 200
	frameBytes   = 2 + 2 + payloadBytes // header and 16-bit length of an unmasked frame
	posters      = 32
	askers       = 16
	dialers      = 16
)

// sock is a client's WebSocket and the connection below it. Counting bytes there is cheaper
// than reading frames.
type sock struct {
	*websocket.Conn
	raw net.Conn
}

func connect(ctx context.Context, url string) (*sock, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	s := &sock{}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		s.raw, err = new(net.Dialer).DialContext(ctx, network, addr)
		return s.raw, err
	}, ReadBufferSize: 512, WriteBufferSize: 512}
	var err error
	s.Conn, _, err = websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	return s, err
}

// connectAll opens n sockets. It returns them, and how many opened a second.
func connectAll(ctx context.Context, g *gateway, n int) ([]*sock, float64, error) {
	socks := make([]*sock, n)
	began := time.Now()
	var group errgroup.Group
	group.SetLimit(dialers)
	for i := range socks {
		group.Go(func() (err error) {
			socks[i], err = connect(ctx, g.socket)
			return err
		})
	}
	err := group.Wait()
	rate := float64(n) / time.Since(began).Seconds()
	if err != nil {
		closeAll(socks)
		return nil, 0, fmt.Errorf("connect to %s: %w", g.name, err)
	}
	return socks, rate, nil
}

func closeAll(socks []*sock) {
	for _, c := range socks {
		if c != nil && c.Conn != nil {
			c.CloseNow()
		}
	}
}

// askAll lets some sockets ask and wait for the reply, each one after the other, for a while.
// It returns replies a second and the ids of all connections.
func askAll(socks []*sock, d time.Duration) (perSecond float64, err error) {
	var replies atomic.Int64
	var group errgroup.Group
	deadline := time.Now().Add(d)
	for _, c := range socks[:askers] {
		group.Go(func() error {
			for time.Now().Before(deadline) {
				if _, err := ask(c); err != nil {
					return err
				}
				replies.Add(1)
			}
			return nil
		})
	}
	err = group.Wait()
	return float64(replies.Load()) / d.Seconds(), err
}

// ask returns the id of a connection, which is the function's reply.
func ask(c *sock) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"action":"echo"}`)); err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	_, reply, err := c.Read(ctx)
	if err != nil {
		return "", fmt.Errorf("wait for a reply: %w", err)
	}
	return string(reply), nil
}

// postAll posts to connections from many posters for a while. It returns the posts that
// arrived at their sockets, by second.
func postAll(g *gateway, socks []*sock, d time.Duration) (perSecond float64, err error) {
	ids := make([]string, len(socks))
	for i, c := range socks {
		if ids[i], err = ask(c); err != nil {
			return 0, err
		}
	}
	var received atomic.Int64
	var readers sync.WaitGroup
	for _, c := range socks {
		_ = c.raw.SetReadDeadline(time.Now().Add(d + 20*time.Second))
		readers.Go(func() { _, _ = io.Copy(counter{&received}, c.raw) })
	}
	began := time.Now()
	posted, err := post(g, ids, began.Add(d))
	took := time.Since(began)
	// Some gateways answer before they deliver.
	for late := time.Now().Add(10 * time.Second); received.Load() < posted*frameBytes && time.Now().Before(late); {
		time.Sleep(5 * time.Millisecond)
	}
	closeAll(socks)
	readers.Wait()
	if err != nil {
		return 0, err
	}
	if got := received.Load() / frameBytes; got < posted {
		return 0, fmt.Errorf("%s answered %d posts and delivered %d", g.name, posted, got)
	}
	return float64(posted) / took.Seconds(), nil
}

// counter counts the bytes that are written to it.
type counter struct{ n *atomic.Int64 }

func (c counter) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return len(b), nil
}

func post(g *gateway, ids []string, deadline time.Time) (posted int64, err error) {
	base, err := url.Parse(g.posts)
	if err != nil {
		return 0, err
	}
	requests := make([][]byte, len(ids))
	for i, id := range ids {
		requests[i] = fmt.Appendf(nil, "POST %s%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n"+
			"Authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n%s",
			base.Path, url.PathEscape(id), base.Host, payloadBytes, bytes.Repeat([]byte("x"), payloadBytes))
	}
	var total atomic.Int64
	var group errgroup.Group
	for p := range posters {
		group.Go(func() error {
			conn, err := net.Dial("tcp", base.Host)
			if err != nil {
				return err
			}
			defer conn.Close()
			reader := bufio.NewReader(conn)
			for i := p; time.Now().Before(deadline); i++ {
				if _, err := conn.Write(requests[i%len(requests)]); err != nil {
					return fmt.Errorf("post: %w", err)
				}
				res, err := http.ReadResponse(reader, nil)
				if err != nil {
					return fmt.Errorf("post: %w", err)
				}
				io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode/100 != 2 {
					return fmt.Errorf("post: %s", res.Status)
				}
				total.Add(1)
			}
			return nil
		})
	}
	err = group.Wait()
	return total.Load(), err
}
