package netproxy_test

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"projectchat/lab/netproxy"
)

// enough is how long a test waits for something that must not happen.
const enough = 200 * time.Millisecond

// line is a connection through a proxy, and its far end.
type line struct {
	proxy     *netproxy.Proxy
	near, far net.Conn
}

func mustConnect(t *testing.T, o netproxy.Options) line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	proxy, err := netproxy.New(listener.Addr().String, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	near, err := net.Dial("tcp", proxy.Addr)
	if err != nil {
		t.Fatal(err)
	}
	far, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	l := line{proxy, near, far}
	mustPass(t, near, far, "there") // so that the proxy has the connection
	mustPass(t, far, near, "back")
	return l
}

func mustPass(t *testing.T, from, to net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(from, text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(to, got); err != nil || string(got) != text {
		t.Fatalf("got %q, %v; want %q", got, err, text)
	}
}

func (l line) ends() map[string]net.Conn { return map[string]net.Conn{"near": l.near, "far": l.far} }

func TestReset(t *testing.T) {
	l := mustConnect(t, netproxy.Options{})
	if n := l.proxy.Cut(netproxy.Reset, 0); n != 1 {
		t.Errorf("cut %d connections", n)
	}
	for name, end := range l.ends() {
		if _, err := end.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the %s end reads %v, want a RST", name, err)
		}
	}
}

func TestFinish(t *testing.T) {
	l := mustConnect(t, netproxy.Options{})
	l.proxy.Cut(netproxy.Finish, 0)
	for name, end := range l.ends() {
		if _, err := end.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the %s end reads %v, want the end of the stream", name, err)
		}
	}
}

func TestSilence(t *testing.T) {
	l := mustConnect(t, netproxy.Options{})
	l.proxy.Cut(netproxy.Silence, time.Hour)
	for name, end := range l.ends() {
		if _, err := io.WriteString(end, "lost"); err != nil {
			t.Errorf("the %s end cannot write: %v", name, err)
		}
	}
	for name, end := range l.ends() {
		end.SetReadDeadline(time.Now().Add(enough))
		if n, err := end.Read(make([]byte, 10)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the %s end reads %d bytes, %v; want silence", name, n, err)
		}
	}
	l.near.Close()
	l.far.SetReadDeadline(time.Now().Add(enough))
	if _, err := l.far.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the far end learns of the near one's end: %v", err)
	}
}

func TestSilenceEnds(t *testing.T) {
	l := mustConnect(t, netproxy.Options{})
	l.proxy.Cut(netproxy.Silence, time.Millisecond)
	l.near.Close()
	if _, err := l.far.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the far end reads %v, want a RST when the silence is over", err)
	}
}

func TestStallIsLate(t *testing.T) {
	l := mustConnect(t, netproxy.Options{})
	l.proxy.Stall(enough)
	began := time.Now()
	mustPass(t, l.near, l.far, "late")
	if took := time.Since(began); took < enough/2 {
		t.Errorf("it came after %v, in the midst of the stall", took)
	}
	mustPass(t, l.far, l.near, "and on")
}

func TestDelayIsPerConnection(t *testing.T) {
	asked := []int{}
	l := mustConnect(t, netproxy.Options{Delay: func(n int) time.Duration { asked = append(asked, n); return enough / 4 }})
	began := time.Now()
	mustPass(t, l.near, l.far, "slow")
	if took := time.Since(began); took < enough/4 {
		t.Errorf("it came after %v", took)
	}
	if len(asked) != 1 || asked[0] != 1 || l.proxy.Accepted() != 1 {
		t.Errorf("asked for connections %v", asked)
	}
}

// TestEndsAreHandedOn: without a cut, each end learns how the other ended.
func TestEndsAreHandedOn(t *testing.T) {
	t.Run("fin", func(t *testing.T) {
		l := mustConnect(t, netproxy.Options{})
		l.near.(*net.TCPConn).CloseWrite()
		if _, err := l.far.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the far end reads %v", err)
		}
		mustPass(t, l.far, l.near, "the other direction is open")
	})
	t.Run("rst", func(t *testing.T) {
		l := mustConnect(t, netproxy.Options{})
		l.far.(*net.TCPConn).SetLinger(0)
		l.far.Close()
		if _, err := l.near.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the near end reads %v", err)
		}
	})
}

// TestStuckReader: a reader that does not read soon blocks the writer.
func TestStuckReader(t *testing.T) {
	l := mustConnect(t, netproxy.Options{Buffer: 4 << 10})
	l.near.(*net.TCPConn).SetReadBuffer(4 << 10)
	l.far.(*net.TCPConn).SetWriteBuffer(4 << 10)
	l.far.SetWriteDeadline(time.Now().Add(2 * time.Second))
	if n, err := l.far.Write(make([]byte, 4<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("wrote %d bytes to a reader that does not read: %v", n, err)
	}
}

func TestNoTarget(t *testing.T) {
	proxy, err := netproxy.New(func() string { return "127.0.0.1:1" }, netproxy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	near, err := net.Dial("tcp", proxy.Addr)
	if err != nil {
		return // reset before the system call was over
	}
	defer near.Close()
	if _, err := near.Read(make([]byte, 1)); err == nil {
		t.Error("a connection without a target got an answer")
	}
}
