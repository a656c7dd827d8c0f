package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	locallambda "projectchat/local/lambda"
)

// The test binary is its own bootstrap: with ROLE set it runs no tests.
func TestMain(m *testing.M) {
	switch os.Getenv("ROLE") {
	case "":
		os.Exit(m.Run())
	case "bootstrap":
		lambda.Start(handle)
	case "exits":
		fmt.Fprintln(os.Stderr, "no table")
		os.Exit(3)
	case "gateway":
		actAsGateway()
	}
}

// order is an event: it tells the function how to behave.
type order struct {
	Do   string `json:"do"`
	Text string `json:"text"`
}

type answer struct {
	PID    int               `json:"pid"`
	Count  int               `json:"count"`
	Env    map[string]string `json:"env,omitempty"`
	Dir    string            `json:"dir,omitempty"`
	Within bool              `json:"within"` // a deadline is set
}

var count int // kept by a warm process

func handle(ctx context.Context, o order) (answer, error) {
	count++
	_, within := ctx.Deadline()
	a := answer{PID: os.Getpid(), Count: count, Within: within}
	switch o.Do {
	case "fail":
		return a, errors.New(o.Text)
	case "panic":
		panic(o.Text)
	case "exit":
		os.Exit(3)
	case "print":
		fmt.Println(o.Text)
		fmt.Fprint(os.Stderr, "without an end")
	case "wait":
		// The gate opens or the process is ended; the test knows which.
		res, err := http.Get(os.Getenv("GATE") + "/" + o.Text)
		if err != nil {
			return a, err
		}
		res.Body.Close()
	case "env":
		a.Env = map[string]string{}
		for _, pair := range os.Environ() {
			name, value, _ := strings.Cut(pair, "=")
			a.Env[name] = value
		}
		a.Dir, _ = os.Getwd()
	}
	return a, nil
}

// output keeps lines.
type output struct {
	mu    sync.Mutex
	lines []string
}

func (o *output) add(line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, line)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines, "\n")
}

// newFunction returns a function that this binary runs. It is closed at the end
// of the test.
func newFunction(t *testing.T, change func(*locallambda.Config)) *locallambda.Function {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cfg := locallambda.Config{
		Name: "Tester", Command: []string{program}, Dir: t.TempDir(), Handler: "bootstrap",
		Timeout: time.Minute, Environment: map[string]string{"ROLE": "bootstrap"},
	}
	if change != nil {
		change(&cfg)
	}
	f, err := locallambda.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func invoke(f *locallambda.Function, o order) (a answer, err error) {
	event, err := json.Marshal(o)
	if err != nil {
		return a, err
	}
	reply, err := f.Invoke(context.Background(), event)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(reply, &a)
}

func mustInvoke(t *testing.T, f *locallambda.Function, o order) answer {
	t.Helper()
	a, err := invoke(f, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func wantError(t *testing.T, err error, kind, message string) {
	t.Helper()
	failure, ok := errors.AsType[*locallambda.Error](err)
	if !ok {
		t.Fatalf("error %v, want a function error", err)
	}
	if failure.Type != kind || !strings.Contains(failure.Message, message) {
		t.Errorf("error %s: %s, want %s: %s", failure.Type, failure.Message, kind, message)
	}
}

// gate is an HTTP server at which functions wait.
type gate struct {
	url     string
	arrived chan string   // the names of functions that came
	left    chan string   // the names of functions that went without being let through
	open    chan struct{} // lets one through
}

func newGate(t *testing.T) *gate {
	g := &gate{arrived: make(chan string, 10), left: make(chan string, 10), open: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		g.arrived <- name
		select {
		case <-g.open:
		case <-r.Context().Done():
			g.left <- name
		}
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func receive[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(time.Minute):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

// actAsGateway runs a function that waits at the gate, and then waits for ever.
func actAsGateway() {
	f, err := locallambda.New(locallambda.Config{
		Name: "Orphan", Command: []string{os.Args[0]}, Dir: ".", Timeout: time.Hour,
		Environment: map[string]string{"ROLE": "bootstrap", "GATE": os.Getenv("GATE")},
	})
	if err == nil {
		_, err = invoke(f, order{Do: "wait", Text: "orphan"})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
