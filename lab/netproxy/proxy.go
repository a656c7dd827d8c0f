// Package netproxy is a network that breaks on purpose: a TCP proxy whose
// connections can be cut by RST, by FIN and by silence, can stall, and can be
// slow.
package netproxy

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Cut is a way in which a connection breaks.
type Cut string

// The cuts.
const (
	// Reset sends both ends a RST: whoever reads or writes fails.
	Reset Cut = "rst"
	// Finish sends both ends a FIN: whoever reads gets the end of the stream.
	Finish Cut = "fin"
	// Silence lets both ends believe that the connection is there: what they write
	// is taken and lost, and neither is told when the other goes.
	Silence Cut = "silence"
)

// Options of a [Proxy]. The zero value is a good network.
type Options struct {
	// Delay is how much later each piece of connection n (1, 2, …) arrives, in
	// either direction. Nil: no later.
	Delay func(n int) time.Duration
	// Buffer bounds what the proxy and the kernel hold back of a reader that does
	// not read, in bytes (about; the kernel rounds it up). 0: the kernel's choice.
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

// New starts a proxy. It asks for the target at each connection; who cannot be
// carried there is reset.
func New(target func() string, o Options) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a network: %w", err)
	}
	p := &Proxy{Addr: listener.Addr().String(), o: o, target: target, listener: listener, open: map[*pair]bool{}}
	p.pairs.Go(p.accept)
	return p, nil
}

// Accepted is how many connections there have been.
func (p *Proxy) Accepted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

// Cut breaks every connection and tells how many there were. A silence ends
// after a while: then what is left of the connection is reset.
func (p *Proxy) Cut(how Cut, silence time.Duration) int {
	pairs := p.each()
	for _, c := range pairs {
		c.cut(how, silence)
	}
	return len(pairs)
}

// Stall lets nothing through for a while. What was written meanwhile comes then.
func (p *Proxy) Stall(d time.Duration) int {
	pairs := p.each()
	for _, c := range pairs {
		c.stall(time.Now().Add(d))
	}
	return len(pairs)
}

// Close resets every connection, takes no more, and waits until all is over.
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

// each lists the connections that nobody has cut yet.
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
