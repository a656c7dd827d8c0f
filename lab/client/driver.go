package client

import (
	"context"
	"sync"
	"time"
)

// Transport opens connections to the chat.
type Transport interface {
	// Dial does the handshake. It gives up when ctx is over.
	Dial(ctx context.Context) (Socket, error)
}

// Socket is one open connection. Send and Receive may run at the same time.
type Socket interface {
	// Send sends one text frame.
	Send(ctx context.Context, frame []byte) error
	// Receive waits for a frame. An error means that the connection is gone.
	Receive(ctx context.Context) ([]byte, error)
	// Close ends the connection at once. It may be called twice.
	Close() error
}

// Driver runs one machine over a transport.
type Driver struct {
	machine   *Machine
	transport Transport
	options   Options
	events    chan Event
	sockets   map[int]*socket
	workers   sync.WaitGroup
}

// Options of a [Driver].
type Options struct {
	// Session returns the uid of the session: "" if the session is gone, an error if the
	// answer is not known. Nil: the answer is never known.
	Session func(ctx context.Context) (uid string, err error)
	// HTTP does a request over HTTP with the person's session. It gives up when ctx is
	// over. Nil: no request is ever answered.
	HTTP func(ctx context.Context, method, target string, body []byte) (status int, answer []byte, err error)
	// Observe gets every action in order, before it is done, including those that the
	// driver does itself. It must do [Keep] and [Forget] and, with [Config.Shared],
	// [Lock], [Unlock] and [Load].
	Observe func(at time.Time, a Action)
	// Live is called whenever [Machine.Live] has changed. It may be nil.
	Live func(at time.Time, live bool)
}

// socket is a channel's connection.
type socket struct {
	cancel context.CancelFunc
	out    chan []byte
}

// queue never blocks. It gives up a connection on which 64 frames wait.
func (s *socket) queue(frame []byte) {
	select {
	case s.out <- frame:
	default:
		s.cancel()
	}
}

// NewDriver makes a driver. It does nothing before Run.
func NewDriver(m *Machine, t Transport, o Options) *Driver {
	return &Driver{machine: m, transport: t, options: o, events: make(chan Event), sockets: map[int]*socket{}}
}

// Do hands the machine an event of the person, as [Write] or [View]. It waits until Run
// takes it, or ctx is over.
func (d *Driver) Do(ctx context.Context, e Event) {
	select {
	case d.events <- e:
	case <-ctx.Done():
	}
}

// Run runs the machine until ctx is over. It returns when every connection is closed.
func (d *Driver) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer d.workers.Wait()
	defer cancel()
	d.handle(ctx, Start{})
	for {
		e, ok := d.next(ctx)
		if !ok {
			d.handle(ctx, Stop{})
			return
		}
		d.handle(ctx, e)
	}
}

// next waits for an event or for the machine's timer. It returns false when ctx is over.
func (d *Driver) next(ctx context.Context) (Event, bool) {
	var due <-chan time.Time
	if at, ok := d.machine.Wake(); ok {
		timer := time.NewTimer(time.Until(at))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case e := <-d.events:
		return e, true
	case <-due:
		return Tick{}, true
	case <-ctx.Done():
		return nil, false
	}
}

func (d *Driver) handle(ctx context.Context, e Event) {
	at := time.Now()
	was := d.machine.Live()
	actions := d.machine.Handle(at, e)
	if live := d.machine.Live(); live != was && d.options.Live != nil {
		d.options.Live(at, live)
	}
	for _, a := range actions {
		if d.options.Observe != nil {
			d.options.Observe(at, a)
		}
		d.do(ctx, a)
	}
}

func (d *Driver) do(ctx context.Context, a Action) {
	switch a := a.(type) {
	case Dial:
		d.dial(ctx, a.Channel)
	case Transmit:
		if s := d.sockets[a.Channel]; s != nil {
			s.queue(a.Frame)
		}
	case Hangup:
		if s := d.sockets[a.Channel]; s != nil {
			s.cancel()
			delete(d.sockets, a.Channel)
		}
	case AskSession:
		d.workers.Go(func() { d.askSession(ctx) })
	case Fetch:
		d.workers.Go(func() { d.fetch(ctx, a) })
	}
}

func (d *Driver) askSession(ctx context.Context) {
	if d.options.Session == nil {
		d.Do(ctx, SessionIs{})
		return
	}
	uid, err := d.options.Session(ctx)
	d.Do(ctx, SessionIs{Known: err == nil, UID: uid})
}

func (d *Driver) fetch(ctx context.Context, a Fetch) {
	if d.options.HTTP == nil {
		d.Do(ctx, Fetched{ID: a.ID})
		return
	}
	own, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	status, answer, err := d.options.HTTP(own, a.Method, a.Target, a.Body)
	if err != nil {
		status, answer = 0, nil
	}
	d.Do(ctx, Fetched{a.ID, status, answer})
}

// dial connects, and then moves frames both ways until the channel is over.
func (d *Driver) dial(ctx context.Context, channel int) {
	own, cancel := context.WithCancel(ctx)
	s := &socket{cancel: cancel, out: make(chan []byte, 64)}
	d.sockets[channel] = s
	d.workers.Go(func() {
		defer cancel()
		conn, err := d.transport.Dial(own)
		if err == nil {
			defer conn.Close()
			d.Do(own, Opened{channel})
			d.workers.Go(func() { d.send(own, conn, s.out) })
			d.receive(own, conn, channel)
		}
		d.Do(ctx, Closed{channel}) // the machine ignores it if it has hung up
	})
}

// send writes frames in their order. It closes a connection that takes no frame.
func (d *Driver) send(ctx context.Context, conn Socket, out <-chan []byte) {
	for {
		select {
		case frame := <-out:
			if conn.Send(ctx, frame) != nil {
				conn.Close()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func (d *Driver) receive(ctx context.Context, conn Socket, channel int) {
	for {
		frame, err := conn.Receive(ctx)
		if err != nil {
			return
		}
		d.Do(ctx, Received{channel, frame})
	}
}
