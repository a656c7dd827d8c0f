package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/gobwas/ws"

	"projectchat/local/gateway"
)

// BenchmarkPosts sends posts over 32 raw keep-alive connections to 100 sockets
// and reads all sockets. The clock stops when the last frame has arrived.
func BenchmarkPosts(b *testing.B) {
	const posters, sockets = 32, 100
	connect := newRecorder()
	address := serve(b, gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect})})
	text := strings.Repeat("x", 200)
	frame := len(text) + 4 // its header has four bytes
	var received sync.WaitGroup
	var requests [][]byte
	for range sockets {
		conn := dialRaw(b, address)
		requests = append(requests, fmt.Appendf(nil, "POST /ws/@connections/%s HTTP/1.1\r\nHost: a\r\n%sContent-Length: %d\r\n\r\n%s", idOfBench(b, <-connect.events), signature, len(text), text))
		share := (b.N + sockets - 1 - (len(requests) - 1)) / sockets
		received.Go(func() { io.CopyN(io.Discard, conn, int64(share*frame)) })
	}
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	var posting sync.WaitGroup
	for range posters {
		posting.Go(func() { postAll(b, address, requests, &next) })
	}
	posting.Wait()
	received.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}

// postAll sends posts until all callers together have sent b.N.
func postAll(b *testing.B, address string, requests [][]byte, next *atomic.Int64) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Error(err)
		return
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		n := next.Add(1) - 1
		if n >= int64(b.N) {
			return
		}
		conn.Write(requests[n%int64(len(requests))])
		if err := readOK(r); err != nil {
			b.Error(err)
			return
		}
	}
}

// readOK reads a response without a body.
func readOK(r *bufio.Reader) error {
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")):
			return fmt.Errorf("answer %q", line)
		case len(line) == 2:
			return nil
		}
	}
}

func serve(tb testing.TB, cfg gateway.WebSocketConfig) (address string) {
	tb.Helper()
	cfg.Stage, cfg.RouteSelectionExpression = "ws", "$request.body.action"
	g, err := gateway.NewWebSocket(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	server := &http.Server{Handler: g}
	go server.Serve(listener)
	tb.Cleanup(func() {
		g.Disrupt(gateway.Cut, nil)
		g.Shutdown(context.Background())
		server.Close()
	})
	return listener.Addr().String()
}

// dialRaw makes a handshake. The caller reads the frames.
func dialRaw(tb testing.TB, address string) net.Conn {
	tb.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	if _, err := conn.Write(handshakeBytes()); err != nil {
		tb.Fatal(err)
	}
	head := make([]byte, len(switchingBytes))
	if _, err := io.ReadFull(conn, head); err != nil || string(head) != switchingBytes {
		tb.Fatalf("answer %q, %v", head, err)
	}
	return conn
}

const switchingBytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

func handshakeBytes() []byte {
	var b bytes.Buffer
	handshakeRequest("/ws").Write(&b)
	return b.Bytes()
}

func idOfBench(tb testing.TB, event []byte) string {
	tb.Helper()
	_, rest, _ := strings.Cut(string(event), `"connectionId":"`)
	id, _, ok := strings.Cut(rest, `"`)
	if !ok {
		tb.Fatalf("no connection id in %s", event)
	}
	return id
}

// BenchmarkIdleSockets opens b.N sockets and leaves them idle. Run it with
// -benchtime 9500x, because both ends are in this process. The clients' ends
// are bare file descriptors, which need no memory of Go's.
func BenchmarkIdleSockets(b *testing.B) {
	address := serve(b, gateway.WebSocketConfig{})
	dialFD(b, address) // allocates the memory that stays after the first one
	before, rss := inUse(), resident(b)
	b.ResetTimer()
	for range b.N {
		dialFD(b, address)
	}
	b.StopTimer()
	b.ReportMetric(float64(int64(inUse()-before))/float64(b.N), "heap+stack-B/socket")
	b.ReportMetric(float64(resident(b)-rss)/float64(b.N), "RSS-B/socket")
}

// idleBytes bounds the Go memory of an idle socket, which hardly varies: a
// stack of 2 KiB, the goroutine and the connection's own data.
const idleBytes = 4608

// TestIdleSocketsAreSmall also covers sockets that were busy once.
func TestIdleSocketsAreSmall(t *testing.T) {
	if underRaceDetector() {
		t.Skip("the race detector wants more stack")
	}
	const n = 1000
	address := serve(t, gateway.WebSocketConfig{Routes: map[string]gateway.Route{"$default": {Function: replies(`{"statusCode":200,"body":"x"}`), TwoWay: true}}})
	dialFD(t, address)
	before := inUse()
	fds := make([]int, n)
	for i := range fds {
		fds[i] = dialFD(t, address)
	}
	if each := int64(inUse()-before) / n; each > idleBytes {
		t.Errorf("%d bytes for a socket that was never used, want at most %d", each, idleBytes)
	}
	for _, fd := range fds {
		writeFD(t, fd, ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte("hello")))))
		readFD(t, fd, len(ws.MustCompileFrame(ws.NewTextFrame([]byte("x")))))
		writeFD(t, fd, ws.MustCompileFrame(ws.MaskFrame(ws.NewPingFrame([]byte("hello")))))
		readFD(t, fd, len(ws.MustCompileFrame(ws.NewPongFrame([]byte("hello")))))
	}
	if each := int64(inUse()-before) / n; each > idleBytes {
		t.Errorf("%d bytes for a socket that was used, want at most %d", each, idleBytes)
	}
}

func underRaceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func inUse() uint64 {
	runtime.GC()
	runtime.GC() // empties pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

func resident(tb testing.TB) int {
	tb.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		tb.Skip("no /proc here")
	}
	pages, err := strconv.Atoi(strings.Fields(string(b))[1])
	if err != nil {
		tb.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// dialFD makes a handshake on a bare file descriptor.
func dialFD(tb testing.TB, address string) int {
	tb.Helper()
	to, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		tb.Fatal(err)
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())}); err != nil {
		tb.Fatal(err)
	}
	writeFD(tb, fd, handshakeBytes())
	readFD(tb, fd, len(switchingBytes))
	return fd
}

func writeFD(tb testing.TB, fd int, b []byte) {
	tb.Helper()
	if _, err := syscall.Write(fd, b); err != nil {
		tb.Fatal(err)
	}
}

// readFD reads exactly length bytes.
func readFD(tb testing.TB, fd, length int) {
	tb.Helper()
	b := make([]byte, length)
	for got := 0; got < len(b); {
		n, err := syscall.Read(fd, b[got:])
		if err != nil || n == 0 {
			tb.Fatalf("read: %d, %v", n, err)
		}
		got += n
	}
}
