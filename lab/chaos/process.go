package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	localdb "projectchat/local/dynamodb"
)

// backend is the server's process and the database's. Both can be killed and started again.
type backend struct {
	executable, template, broken string
	seed                         uint64
	store                        string // the address of the database, as the server has it
	engines, data                string // folders of the database
	engine                       localdb.Engine
	java                         []string // options of java, if the database runs on it
	log                          io.Writer

	mu       sync.Mutex
	database *localdb.Server
	server   *process
	faults   string         // of the gateway
	before   map[string]int // the counts of dead servers
	killing  bool           // the run itself ends the server
}

// process is one life of the server.
type process struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	addr  string
	done  chan struct{}

	mu    sync.Mutex
	tally map[string]int
}

// startDatabase starts the database on the run's data.
func (b *backend) startDatabase(ctx context.Context) error {
	database, err := localdb.Start(ctx, localdb.Options{Dir: b.engines, Engine: b.engine, DataDir: b.data, Java: b.java})
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.database = database
	return nil
}

// databaseURL returns the address of the database itself.
func (b *backend) databaseURL() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.database.Endpoint
}

// address returns the server's address; while it is dead, the last one.
func (b *backend) address() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.server == nil {
		return "127.0.0.1:1"
	}
	return b.server.addr
}

// killDatabase kills the database by SIGKILL and starts it again on its data.
func (b *backend) killDatabase(ctx context.Context) error {
	b.mu.Lock()
	database := b.database
	b.mu.Unlock()
	if err := syscall.Kill(database.PID, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill the database: %w", err)
	}
	<-database.Done()
	return b.startDatabase(ctx)
}

// killServer kills the server by SIGKILL and starts another.
func (b *backend) killServer(ctx context.Context) error {
	b.mu.Lock()
	server := b.server
	b.killing = true
	b.mu.Unlock()
	if err := server.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill the server: %w", err)
	}
	<-server.done
	b.mu.Lock()
	b.before = sum(b.before, server.counts())
	b.mu.Unlock()
	return b.startServer(ctx)
}

func (b *backend) startServer(ctx context.Context) error {
	p, err := b.launch(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.server, b.killing = p, false
	return p.order(b.faults)
}

// crashed reports whether the server has ended by itself.
func (b *backend) crashed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.server == nil || b.killing {
		return false
	}
	select {
	case <-b.server.done:
		return true
	default:
		return false
	}
}

func (b *backend) launch(ctx context.Context) (*process, error) {
	cmd := exec.Command(b.executable, "serve", "-template", b.template, "-seed", strconv.FormatUint(b.seed, 10), "-broken", b.broken)
	cmd.Env = append(os.Environ(), environment(b.store)...)
	cmd.Stderr = b.log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	p := &process{cmd: cmd, stdin: stdin, done: make(chan struct{})}
	ready := make(chan string, 1)
	go p.listen(stdout, ready)
	select {
	case addr, ok := <-ready:
		if !ok {
			return nil, errors.New("start the server: it ended; its log says why")
		}
		p.addr = addr
		return p, nil
	case <-ctx.Done():
		cmd.Process.Kill()
		<-p.done
		return nil, ctx.Err()
	}
}

// environment redirects the AWS SDK by its own variables, and keeps it away from any account
// that this machine is set up for.
func environment(store string) []string {
	return []string{
		localdb.EndpointVariable + "=" + store, "TABLE_NAME=" + tableName, "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_SESSION_TOKEN=", "AWS_PROFILE=",
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_CA_BUNDLE=",
		fmt.Sprint("GOGC=", collectAt),
	}
}

// listen reads the server's lines until it ends.
func (p *process) listen(out io.Reader, ready chan<- string) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line told
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			continue // the last line of a killed server
		}
		if line.Listening != "" {
			ready <- line.Listening
		}
		if line.Tally != nil {
			p.mu.Lock()
			p.tally = line.Tally
			p.mu.Unlock()
		}
	}
	close(ready)
	p.cmd.Wait()
	close(p.done)
}

func (p *process) counts() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.tally)
}

// order sets the gateway's faults.
func (p *process) order(faults string) error {
	if _, err := io.WriteString(p.stdin, faults+"\n"); err != nil {
		return fmt.Errorf("tell the server its faults: %w", err)
	}
	return nil
}

// setFaults sets the gateway's faults for this server and those after it.
func (b *backend) setFaults(faults string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = faults
	return b.server.order(faults)
}

// counts returns the sums of all servers, without the last half second of those that were
// killed.
func (b *backend) counts() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.server == nil {
		return sum(b.before, nil)
	}
	select {
	case <-b.server.done: // its counts are in before, or about to be
		return sum(b.before, nil)
	default:
		return sum(b.before, b.server.counts())
	}
}

func sum(a, b map[string]int) map[string]int {
	total := maps.Clone(a)
	if total == nil {
		total = map[string]int{}
	}
	for name, n := range b {
		total[name] += n
	}
	return total
}

// stop ends both processes. The server ends at the end of its input.
func (b *backend) stop() error {
	if b.server != nil {
		b.server.stdin.Close()
		select {
		case <-b.server.done:
		case <-time.After(10 * time.Second):
			b.server.cmd.Process.Kill()
			<-b.server.done
		}
		b.before = sum(b.before, b.server.counts())
	}
	if b.database == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return b.database.Stop(ctx)
}
