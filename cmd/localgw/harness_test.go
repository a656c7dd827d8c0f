package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/coder/websocket"
)

// patience bounds a wait for an event that must come. A test that reaches it has
// failed.
const patience = time.Minute

// A variable turns the test binary into the command, or into a function that the
// command runs.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv("ACT_AS_FUNCTION") != "":
		lambda.Start(function)
	case os.Getenv("ACT_AS_LOCALGW") != "":
		main()
		os.Exit(0)
	default:
		os.Exit(m.Run())
	}
}

// function replies with its event and its variables, which say which function it
// is.
func function(_ context.Context, event json.RawMessage) (any, error) {
	var e struct {
		Type    string                                        `json:"type"`
		Body    string                                        `json:"body"`
		Context events.APIGatewayWebsocketProxyRequestContext `json:"requestContext"`
		RawPath string                                        `json:"rawPath"`
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	if strings.HasPrefix(e.Body, `{"action":"exit"`) {
		os.Exit(3)
	}
	if e.Type == "REQUEST" {
		return json.RawMessage(`{"principalId":"user","policyDocument":{"Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}]}}`), nil
	}
	seen, err := json.Marshal(map[string]string{
		"route": e.Context.RouteKey, "path": e.RawPath, "api": e.Context.APIID,
		"name": os.Getenv("AWS_LAMBDA_FUNCTION_NAME"), "url": os.Getenv("URL"), "given": os.Getenv("GIVEN"),
		"endpoint": os.Getenv("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"), "stage": os.Getenv("STAGE"),
	})
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: string(seen)}, err
}

// process is a running localgw.
type process struct {
	cmd  *exec.Cmd
	addr string // of WebSocket clients, without a stage

	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed and replaced at every line
	ended chan struct{}
}

// startProcess starts localgw and waits until it is ready.
func startProcess(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := launch(t, env, args...)
	p.await(t, "ready ")
	found := regexp.MustCompile(`(?m)^(?:WebSocket|HTTP) +\w+://([^/\s]+)`).FindStringSubmatch(p.output())
	if found == nil {
		t.Fatalf("no address in\n%s", p.output())
	}
	p.addr = found[1]
	return p
}

func launch(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], append([]string{"-addr", "127.0.0.1:0"}, args...)...), more: make(chan struct{}), ended: make(chan struct{})}
	p.cmd.Env = append(append(os.Environ(), "ACT_AS_LOCALGW=1", "TMPDIR="+t.TempDir(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID="), env...)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = w, w
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	go p.read(r)
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Log(p.output())
		}
	})
	return p
}

// read keeps the lines until the process has ended.
func (p *process) read(r io.ReadCloser) {
	defer r.Close()
	scanner := bufio.NewScanner(r)
	for scanner.Scan() {
		p.mu.Lock()
		p.lines = append(p.lines, scanner.Text())
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
	}
	p.cmd.Wait()
	close(p.ended)
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// await waits for a line that contains text.
func (p *process) await(t *testing.T, text string) {
	t.Helper()
	limit := time.After(patience)
	for {
		p.mu.Lock()
		more, found := p.more, strings.Contains(strings.Join(p.lines, "\n"), text)
		p.mu.Unlock()
		if found {
			return
		}
		select {
		case <-more:
		case <-p.ended:
			if !strings.Contains(p.output(), text) {
				t.Fatalf("it ended without %q:\n%s", text, p.output())
			}
		case <-limit:
			t.Fatalf("no %q in\n%s", text, p.output())
		}
	}
}

// interrupt ends it as Ctrl-C does and expects no error.
func (p *process) interrupt(t *testing.T) {
	t.Helper()
	p.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	if !p.cmd.ProcessState.Success() {
		t.Errorf("it ended with %v", p.cmd.ProcessState)
	}
}

// client is one person's socket.
type client struct {
	t    *testing.T
	conn *websocket.Conn
}

func (p *process) dial(t *testing.T, path string, header http.Header) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws://"+p.addr+path, &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	return &client{t, conn}
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.conn.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) receive() string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	_, text, err := c.conn.Read(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

// fields is a message: a flat JSON object.
func (c *client) fields() map[string]string {
	c.t.Helper()
	var out map[string]string
	text := c.receive()
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
	return out
}

// get returns the body and the status of an answer.
func (p *process) get(t *testing.T, path string) (int, string) {
	t.Helper()
	res, err := http.Get("http://" + p.addr + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// buildFunction builds a bootstrap of the package at path into dir/id.
func buildFunction(t *testing.T, dir, id, path string) {
	t.Helper()
	out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", filepath.Join(dir, id, "bootstrap"), path).CombinedOutput()
	if err != nil {
		t.Fatalf("build %s: %v\n%s", path, err, out)
	}
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

// randomName returns a name of random letters, so that no other test has it.
func randomName() string {
	return "t_" + strings.Map(func(r rune) rune { return 'a' + r%26 }, rand.Text())
}
