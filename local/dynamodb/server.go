// Package dynamodb fetches, starts and stops a DynamoDB for one machine, on Linux
// and macOS. There are two: [Dynoxide], which npm fetches, and [Local], Amazon's
// own, which needs Java and the first time Maven.
//
// See https://github.com/nubo-db/dynoxide and
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html.
package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// Options says how to start a server. The zero value of all but Dir is usable.
type Options struct {
	Dir     string            // where the engines are kept once they are fetched, each in a folder of its name
	Engine  Engine            // "": see [Start]
	DataDir string            // where the data is kept; "": in memory
	Port    int               // 0: any free one
	Java    []string          // further options of the java command, for DynamoDB Local
	Log     func(line string) // told of each step that may take long, and of a choice that may surprise; nil: nobody
}

// Server is a running database.
type Server struct {
	Engine Engine
	// Endpoint is its address, http://127.0.0.1:PORT. Any access key id of letters
	// and digits is accepted, with any secret and any region; all see one database.
	Endpoint string
	// PID is its process.
	PID int

	done   chan struct{}
	output *tail
	stop   sync.Once
	cmd    *exec.Cmd
}

// Start starts a server and waits until it answers; ctx bounds only that. The
// server ends by [Server.Stop], and soon after this process if that dies. One
// that an earlier process left on DataDir is ended first.
//
// If Options name no engine it is Dynoxide, but DynamoDB Local where that alone
// has data in the folder, and on systems for which Dynoxide has no binary.
//
// Errors: [ErrNoNPM], [ErrNoBinary], [ErrFetchDynoxide], [ErrNoJava],
// [ErrOldJava], [ErrNoMaven], [ErrFetch], [ErrPortTaken], [ErrInUse],
// a [*DamagedError], or the system's own.
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

// launchOnFreePort tries again if a port that was just free is taken after all.
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

// freePort gives the port that was asked for, or any, if nobody listens there.
func freePort(port int) (int, error) {
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
	if err != nil {
		return 0, fmt.Errorf("%w (port %d)", ErrPortTaken, port)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// launch starts a program on a data folder, or none, which it takes until the
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
	// In a group of its own a terminal's Ctrl-C does not end it before us.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		release()
		return nil, fmt.Errorf("start %s: %w", p.engine.Title(), err)
	}
	s.PID = s.cmd.Process.Pid
	unwatch, err := watch(s.PID)
	if err == nil && dataDir != "" {
		err = notePID(dataDir, s.PID)
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

// await waits for the program's end, however it comes, and cleans up after it.
func (s *Server) await(cleanUp func()) {
	s.cmd.Wait() // how it ended is told by its output
	cleanUp()
	close(s.done)
}

func notePID(dataDir string, pid int) error {
	server, err := identify(pid)
	if errors.Is(err, errGone) {
		return nil // it ended at once, for a reason that its output tells
	}
	if err != nil {
		return err
	}
	return writePIDFile(dataDir, server)
}

// watch has a process ended when this one dies, however it dies.
func watch(pid int) (unwatch func(), err error) {
	cmd, pipe, err := watchdog(pid)
	if err != nil {
		return func() {}, fmt.Errorf("watch process %d: %w", pid, err)
	}
	return func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // before the pipe ends: its task is over
		pipe.Close()
		cmd.Wait()
	}, nil
}

// watchdog starts a shell that waits for the end of a pipe, which only we hold,
// and then ends the process. It needs no command that PATH might lack.
func watchdog(pid int) (*exec.Cmd, io.Closer, error) {
	cmd := exec.Command("/bin/sh", "-c", `read -r _; kill -TERM "$1"`, "sh", strconv.Itoa(pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	return cmd, pipe, cmd.Start()
}

// Done gives a channel that is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server and waits for that: SIGTERM, and SIGKILL when 5 s have
// passed or ctx is over. Its data is safe either way. It may be called again.
func (s *Server) Stop(ctx context.Context) error {
	s.stop.Do(func() { s.cmd.Process.Signal(syscall.SIGTERM) })
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-s.done:
		return nil
	case <-patience.C:
	case <-ctx.Done():
	}
	s.kill()
	return ctx.Err()
}

func (s *Server) kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// tail keeps the last output of a process.
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
