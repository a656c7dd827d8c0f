package dynamodb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const childVariable = "DYNAMODB_TEST_DATA"

// asked is the engine under test.
var asked = Engine(os.Getenv(EngineVariable))

// TestMain lets the test binary be the parent process that a test kills.
func TestMain(m *testing.M) {
	if dataDir := os.Getenv(childVariable); dataDir != "" {
		serveUntilKilled(dataDir)
		return
	}
	os.Exit(m.Run())
}

func serveUntilKilled(dataDir string) {
	dir, err := cacheDir()
	if err != nil {
		fmt.Println("error", err)
		return
	}
	server, err := Start(context.Background(), Options{Dir: dir, Engine: asked, DataDir: dataDir})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println(server.PID)
	select {}
}

// options returns o with the engine under test.
func options(t *testing.T, o Options) Options {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a database: not with -short")
	}
	dir, err := cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	o.Dir, o.Engine = dir, asked
	return o
}

func mustStart(t *testing.T, o Options) *Server {
	t.Helper()
	server, err := Start(t.Context(), options(t, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Stop(context.Background()) })
	return server
}

// mustCall makes a request by hand, so that this package needs no AWS SDK.
func mustCall(t *testing.T, endpoint, op, body string) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, endpoint, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+op)
	request.Header.Set("X-Amz-Date", "20260101T000000Z")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", op, response.Status, text, err)
	}
	return string(text)
}

const tableNotes = `{"TableName":"notes","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}`

func TestDataOutlivesTheServer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "new", "data")
	first := mustStart(t, Options{DataDir: data})
	mustCall(t, first.Endpoint, "CreateTable", tableNotes)
	mustCall(t, first.Endpoint, "PutItem", `{"TableName":"notes","Item":{"pk":{"S":"kept"}}}`)
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, pidFileName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the pid file is still there: %v", err)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Errorf("second Stop: %v", err)
	}
	second := mustStart(t, Options{DataDir: data})
	got := mustCall(t, second.Endpoint, "GetItem", `{"TableName":"notes","Key":{"pk":{"S":"kept"}}}`)
	if !strings.Contains(got, "kept") {
		t.Errorf("after a restart the item is %s", got)
	}
}

func TestOneServerPerDataFolder(t *testing.T) {
	data := t.TempDir()
	server := mustStart(t, Options{DataDir: data})
	_, err := Start(t.Context(), options(t, Options{DataDir: data}))
	if !errors.Is(err, ErrInUse) {
		t.Errorf("a second server: got %v, want ErrInUse", err)
	}
	select {
	case <-server.Done():
		t.Error("the first server was ended")
	default:
	}
}

func TestDoneTellsOfACrash(t *testing.T) {
	server := mustStart(t, Options{})
	server.cmd.Process.Kill()
	<-server.Done()
}

func TestPortTaken(t *testing.T) {
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, err = freePort(listener.Addr().(*net.TCPAddr).Port)
	if !errors.Is(err, ErrPortTaken) {
		t.Errorf("got %v, want ErrPortTaken", err)
	}
}

// The port may be taken in the moment before the server listens.
func TestPortTakenUnderTheServer(t *testing.T) {
	first := mustStart(t, Options{})
	var port int
	fmt.Sscanf(first.Endpoint, "http://127.0.0.1:%d", &port)
	o := options(t, Options{Log: func(string) {}})
	program, err := choose(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	second, err := launch(t.Context(), program, port, "")
	if err != nil {
		t.Fatal(err)
	}
	<-second.Done()
	if err := second.explain(""); !errors.Is(err, ErrPortTaken) {
		t.Errorf("got %v, want ErrPortTaken", err)
	}
}

func TestDamagedDataFolder(t *testing.T) {
	engine, data := mustStart(t, Options{}).Engine, t.TempDir()
	garbage := strings.Repeat("this is no such thing ", 2000)
	if err := os.WriteFile(engine.file(data), []byte(garbage), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), options(t, Options{DataDir: data}))
	damaged, ok := errors.AsType[*DamagedError](err)
	if !ok {
		t.Fatalf("got %v, want a DamagedError", err)
	}
	if damaged.Engine != engine || damaged.Dir != data || !strings.Contains(damaged.Line, "not a ") {
		t.Errorf("got %+v", damaged)
	}
	if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "mv "+data+" ") {
		t.Errorf("not one line that says what to do: %q", err)
	}
	if err := takeAndLeave(t, data); err != nil {
		t.Errorf("the folder is still taken: %v", err)
	}
}

func TestDataFolderCannotBeWritten(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(data, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), options(t, Options{DataDir: data})); err == nil || !strings.Contains(err.Error(), data) {
		t.Errorf("got %v", err)
	}
}

func TestStartIsGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, options(t, Options{})); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// When a parent is killed its server ends, or the next start ends it.
func TestParentKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a database: not with -short")
	}
	data := t.TempDir()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), childVariable+"="+data)
	stdout, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	parent.Process.Kill()
	parent.Wait()
	var pid int
	if _, err := fmt.Sscan(line, &pid); err != nil {
		t.Fatalf("the parent said %q", line)
	}
	mustStart(t, Options{DataDir: data}) // takes over the folder
	if _, err := startTime(pid); err == nil {
		t.Errorf("process %d is still there", pid)
	}
}

func TestWatchEndsAProcessWhenThePipeEnds(t *testing.T) {
	sleep := exec.Command("sleep", "1000")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	cmd, pipe, err := watchdog(sleep.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	pipe.Close() // as the kernel does when this process dies
	if err := sleep.Wait(); err == nil {
		t.Error("sleep was not ended")
	}
	cmd.Wait()
}

func TestUnwatchEndsNothing(t *testing.T) {
	cat := exec.Command("cat")
	pipe, err := cat.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cat.Start(); err != nil {
		t.Fatal(err)
	}
	unwatch, err := watch(cat.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	unwatch()
	pipe.Close() // the shell ends by itself, unless a signal came first
	if err := cat.Wait(); err != nil {
		t.Errorf("it was ended: %v", err)
	}
}

func TestJavaOptionsComeBeforeTheClass(t *testing.T) {
	args := localArguments("lib", []string{"-XX:+UseSerialGC"}, 8000, "")
	if option, class := slices.Index(args, "-XX:+UseSerialGC"), slices.Index(args, "-cp"); option < 0 || option > class {
		t.Errorf("java %v", args)
	}
}
