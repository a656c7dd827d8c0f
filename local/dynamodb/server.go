// Package dynamodb fetches, starts and stops a DynamoDB for one machine, on
// Linux and macOS. It knows two engines. [Dynoxide] is a small binary that npm
// fetches. [Local] is Amazon's DynamoDB Local, which needs Java, and Maven for
// the first start.
//
//	server, err := dynamodb.Start(ctx, dynamodb.Options{
//		Dir:     ".local",      // keeps the fetched engine
//		DataDir: ".local/data", // keeps the data
//	})
//	if err != nil {
//		return err // one line that says how to go on
//	}
//	defer server.Stop(ctx)
//	fmt.Println(server.Endpoint) // http://127.0.0.1:PORT, for AWS_ENDPOINT_URL_DYNAMODB
//
// Tests call [ForTest]. A server that must survive crashes is started with
// [Keep].
//
// See https://github.com/nubo-db/dynoxide and
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html.
package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options says how to start a server. Only Dir is required.
type Options struct {
	Dir     string            // for fetched engines, each in a folder of its name
	Engine  Engine            // "": see [Start]
	DataDir string            // for the data; "": in memory
	Port    int               // 0: any free port
	Java    []string          // options of the java command, for DynamoDB Local
	Log     func(line string) // called with each slow step and each unexpected choice; may be nil
}

// Server is a running database.
type Server struct {
	Engine Engine
	// Endpoint is the server's address, http://127.0.0.1:PORT. The server accepts
	// any access key id of letters and digits, any secret and any region. All of
	// them see the same tables.
	Endpoint string
	// PID is the id of the server's process.
	PID int

	done   chan struct{}
	output *tail
	stop   sync.Once
	cmd    *exec.Cmd
}

// Start starts a server and waits until it answers. ctx bounds only that wait.
// The server runs until [Server.Stop], or until shortly after this process
// ends. Start first ends a server that an earlier process left on DataDir.
//
// If Options.Engine is empty, Start takes Dynoxide. There are two exceptions,
// where it takes DynamoDB Local: if only DynamoDB Local has data in DataDir,
// and on a system without a Dynoxide binary.
//
// Errors: [ErrNoNPM], [ErrNoBinary], [ErrFetchDynoxide], [ErrNoJava],
// [ErrOldJava], [ErrNoMaven], [ErrFetch], [ErrPortTaken], [ErrInUse], a
// [*DamagedError], or the system's own.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	program, err := choose(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.DataDir, err = makeFolder(o.DataDir); err != nil {
		return nil, err
	}
	return launchOnFreePort(ctx, program, o.Port, o.DataDir)
}

func makeFolder(dir string) (string, error) {
	if dir == "" {
		return "", nil
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return "", fmt.Errorf("make the data folder: %w", err)
	}
	return dir, nil
}

// launchOnFreePort launches the program on the wanted port, or on any free one.
// It retries if another program has taken the free port meanwhile.
func launchOnFreePort(ctx context.Context, p program, wanted int, dataDir string) (*Server, error) {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		port, err := freePort(wanted)
		if err != nil {
			return nil, err
		}
		s, err := launch(ctx, p, port, dataDir)
		if err != nil {
			return nil, err
		}
		err = s.awaitReady(ctx, dataDir)
		if err == nil {
			return s, nil
		}
		s.kill()
		if wanted != 0 || attempt == attempts || !errors.Is(err, ErrPortTaken) {
			return nil, err
		}
	}
}

// freePort returns the port, or any free port for 0. It fails if another
// program listens on the port.
func freePort(port int) (int, error) {
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
	if err != nil {
		return 0, fmt.Errorf("%w (port %d)", ErrPortTaken, port)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// launch starts a program. It holds the data folder, if there is one, until the
// program has ended.
func launch(ctx context.Context, p program, port int, dataDir string) (*Server, error) {
	release := func() {}
	if dataDir != "" {
		var err error
		if release, err = takeFolder(ctx, dataDir); err != nil {
			return nil, err
		}
	}
	s := &Server{
		Engine:   p.engine,
		Endpoint: "http://127.0.0.1:" + strconv.Itoa(port),
		done:     make(chan struct{}),
		output:   &tail{},
		cmd:      exec.Command(p.path, p.args(port, dataDir)...),
	}
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	// In a group of its own it ignores the terminal's Ctrl-C: we end first.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		release()
		return nil, fmt.Errorf("start %s: %w", p.engine.Title(), err)
	}
	s.PID = s.cmd.Process.Pid
	unwatch, err := watch(s.PID)
	if err == nil && dataDir != "" {
		err = recordServer(dataDir, s.PID)
	}
	go s.await(func() {
		unwatch()
		if dataDir != "" {
			os.Remove(filepath.Join(dataDir, pidFileName))
		}
		release()
	})
	if err != nil {
		s.kill()
		return nil, fmt.Errorf("start %s: %w", p.engine.Title(), err)
	}
	return s, nil
}

// await waits for the program's end and cleans up.
func (s *Server) await(cleanUp func()) {
	s.cmd.Wait() // the output says how it ended
	cleanUp()
	close(s.done)
}

// Done returns a channel that is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server and waits for its end. It sends SIGTERM, and SIGKILL if
// 5 s have passed or ctx has ended. The data is safe either way. Stop returns
// ctx's error if ctx ended first. It may be called more than once.
func (s *Server) Stop(ctx context.Context) error {
	s.stop.Do(func() { s.cmd.Process.Signal(syscall.SIGTERM) })
	killTimer := time.NewTimer(stopGrace)
	defer killTimer.Stop()
	select {
	case <-s.done:
		return nil
	case <-killTimer.C:
	case <-ctx.Done():
	}
	s.kill()
	return ctx.Err()
}

func (s *Server) kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// tail is a writer that keeps the end of a process's output.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write implements [io.Writer]; it never fails.
func (t *tail) Write(p []byte) (int, error) {
	const keep = 64 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if len(t.text) > 2*keep {
		t.text = append([]byte(nil), t.text[len(t.text)-keep:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ToValidUTF8(string(t.text), "")
}
