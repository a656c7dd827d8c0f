// Package netproxy is a network that breaks on purpose: a TCP proxy whose connections can be
// cut by RST, by FIN and by silence, can stall, and can be slow.
package netproxy

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Cut is a way to break a connection.
type Cut string

// The cuts.
const (
	// Reset sends both ends a RST: reads and writes fail.
	Reset Cut = "rst"
	// Finish sends both ends a FIN: reads get the end of the stream.
	Finish Cut = "fin"
	// Silence lets both ends believe that the connection is there. The proxy takes and drops
	// their bytes, and tells neither that the other has gone.
	Silence Cut = "silence"
)

// Options of a [Proxy]. The zero value is a good network.
type Options struct {
	// Delay is how much later each piece of connection n (1, 2, …) arrives, in either
	// direction. Nil: no delay.
	Delay func(n int) time.Duration
	// Buffer bounds the bytes that the proxy and the kernel hold for a reader that does not
	// read (roughly; the kernel rounds up). 0: the kernel's choice.
	Buffer int
}

// Proxy takes connections at Addr and carries them to a target. It is safe for
// concurrent use.
type Proxy struct {
	Addr string // 127.0.0.1:PORT

	o        Options
	target   func() string
	listener net.Listener
	pairs    sync.WaitGroup

	mu     sync.Mutex
	open   map[*pair]bool
	n      int
	closed bool
}

// New starts a proxy. It asks for the target at each connection, and resets a connection that
// it cannot carry there.
func New(target func() string, o Options) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a network: %w", err)
	}
	p := &Proxy{Addr: listener.Addr().String(), o: o, target: target, listener: listener, open: map[*pair]bool{}}
	p.pairs.Go(p.accept)
	return p, nil
}

// Accepted is the number of connections so far.
func (p *Proxy) Accepted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

// Cut breaks every connection and returns their number. After a silence the connection is
// reset.
func (p *Proxy) Cut(how Cut, silence time.Duration) int {
	pairs := p.each()
	for _, c := range pairs {
		c.cut(how, silence)
	}
	return len(pairs)
}

// Stall lets nothing through for a while. Bytes that were written meanwhile come then. It
// returns the number of connections.
func (p *Proxy) Stall(d time.Duration) int {
	pairs := p.each()
	for _, c := range pairs {
		c.stall(time.Now().Add(d))
	}
	return len(pairs)
}

// Close resets every connection, takes no more, and waits until all have ended.
func (p *Proxy) Close() {
	p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	for _, c := range p.each() {
		c.reset()
	}
	p.pairs.Wait()
}

// each lists the connections that are not cut yet.
func (p *Proxy) each() (list []*pair) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		list = append(list, c)
	}
	return list
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // the connection was gone before it was taken
		}
		p.pairs.Go(func() { p.carry(client.(*net.TCPConn)) })
	}
}

func (p *Proxy) carry(client *net.TCPConn) {
	n := p.next()
	server, err := net.DialTimeout("tcp", p.target(), 5*time.Second)
	if err != nil {
		abort(client)
		return
	}
	c := &pair{client: client, server: server.(*net.TCPConn), buffer: 16 << 10, over: make(chan struct{})}
	if p.o.Delay != nil {
		c.delay = p.o.Delay(n)
	}
	if p.o.Buffer > 0 {
		c.buffer = p.o.Buffer
		c.client.SetWriteBuffer(p.o.Buffer)
		c.server.SetReadBuffer(p.o.Buffer)
	}
	if !p.add(c) {
		c.reset()
		return
	}
	c.run()
	p.remove(c)
}

func (p *Proxy) next() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	return p.n
}

func (p *Proxy) add(c *pair) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.open[c] = true
	}
	return !p.closed
}

func (p *Proxy) remove(c *pair) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
}

// abort closes a connection by RST.
func abort(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}
