package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// gateway is a running gateway: the addresses for clients and for posts.
type gateway struct {
	name    string
	version string
	started time.Duration // from exec to the first answer on its port
	socket  string        // ws://…
	posts   string        // http://…/@connections/
	list    string        // the file with the connections of a broadcast
	pid     int
	process *process
}

const here = "lab/bench/gateways"

// startOurs starts cmd/localgw with the function as a process of its own, by Lambda's Runtime
// API.
func startOurs(ctx context.Context) (*gateway, error) {
	binary, function := filepath.Join(".local", "bin", "localgw"), filepath.Join(".local", "bin", "echo", "bootstrap")
	for out, source := range map[string]string{binary: "./cmd/localgw", function: "./lab/bench/echo"} {
		if err := goBuild(ctx, out, source); err != nil {
			return nil, err
		}
	}
	return serveOurs(ctx, "localgw, Go", binary, "-template", filepath.Join(here, "testdata", "template.yaml"), "-bootstrap", "EchoFunction="+function)
}

// startOursWithNode starts it with the same function that serverless-offline has.
func startOursWithNode(ctx context.Context) (*gateway, error) {
	binary := filepath.Join(".local", "bin", "localgw")
	if err := goBuild(ctx, binary, "./cmd/localgw"); err != nil {
		return nil, err
	}
	dir, err := installOffline(ctx)
	if err != nil {
		return nil, err
	}
	template, err := os.ReadFile(filepath.Join(here, "testdata", "template.yaml"))
	if err != nil {
		return nil, err
	}
	inNode := strings.NewReplacer("Handler: bootstrap", "Handler: handler.all", "provided.al2023", "nodejs20.x").Replace(string(template))
	path := filepath.Join(dir, "template.yaml")
	if err := os.WriteFile(path, []byte(inNode), 0o644); err != nil {
		return nil, err
	}
	return serveOurs(ctx, "localgw, Node", binary, "-template", path)
}

func serveOurs(ctx context.Context, name, binary string, args ...string) (*gateway, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	list, err := listPath()
	if err != nil {
		return nil, err
	}
	args = append(args, "-quiet", "-no-quotas", "-addr", addr, "-env", "CONNECTIONS="+list, "-env", "ENDPOINT=http://"+addr+"/dev")
	p, took, err := startProcess(ctx, addr, nil, "", binary, args...)
	if err != nil {
		return nil, err
	}
	return &gateway{
		name: name, version: "", started: took, process: p, pid: p.cmd.Process.Pid, list: list,
		socket: "ws://" + addr + "/dev", posts: "http://" + addr + "/dev/@connections/",
	}, nil
}

// listPath is where a broadcast's connections are listed.
func listPath() (string, error) {
	return filepath.Abs(filepath.Join(".local", "bench-connections.json"))
}

const (
	offlineVersion   = "13.10.1"
	jsSDKVersion     = "3.1169.0"
	ministackVersion = "1.5.33"
)

// installOffline installs serverless-offline and the function for it, with the SDK, and
// returns their folder.
func installOffline(ctx context.Context) (dir string, err error) {
	dir = filepath.Join(".local", "bench-js")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@aws-sdk", "client-apigatewaymanagementapi")); err != nil {
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private":true}`), 0o644); err != nil {
			return "", err
		}
		if err := quietly(ctx, dir, "npm", "install", "--silent", "--ignore-scripts", "serverless@3.40.0",
			"serverless-offline@"+offlineVersion, "@aws-sdk/client-apigatewaymanagementapi@"+jsSDKVersion); err != nil {
			return "", err
		}
	}
	for _, name := range []string{"serverless.yml", "handler.js"} {
		b, err := os.ReadFile(filepath.Join(here, "testdata", "offline", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o644)
		}
		if err != nil {
			return "", err
		}
	}
	return dir, nil
}

// startOffline starts serverless-offline, which runs the function in its own process, in
// Node.
func startOffline(ctx context.Context) (*gateway, error) {
	dir, err := installOffline(ctx)
	if err != nil {
		return nil, err
	}
	list, err := listPath()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	other, _ := freeAddress()
	_, httpPort, _ := net.SplitHostPort(other)
	third, _ := freeAddress()
	_, lambdaPort, _ := net.SplitHostPort(third)
	env := append(os.Environ(), "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "CONNECTIONS="+list, "ENDPOINT=http://"+addr)
	p, took, err := startProcess(ctx, addr, env, dir, "node", "node_modules/serverless/bin/serverless.js", "offline",
		"--host", "127.0.0.1", "--websocketPort", port, "--httpPort", httpPort, "--lambdaPort", lambdaPort, "--noTimeout")
	if err != nil {
		return nil, err
	}
	return &gateway{
		name: "serverless-offline", version: offlineVersion, started: took, process: p, pid: p.cmd.Process.Pid, list: list,
		socket: "ws://" + addr, posts: "http://" + addr + "/@connections/",
	}, nil
}

// startMinistack starts ministack, with the same binary of the function as ours.
func startMinistack(ctx context.Context) (*gateway, error) {
	venv := filepath.Join(".local", "venv-bench")
	if _, err := os.Stat(filepath.Join(venv, "bin", "ministack")); err != nil {
		if err := quietly(ctx, ".", "python3", "-m", "venv", venv); err != nil {
			return nil, err
		}
		if err := quietly(ctx, ".", filepath.Join(venv, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "ministack=="+ministackVersion); err != nil {
			return nil, err
		}
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	// With no other variables: the functions inherit them.
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GATEWAY_PORT=" + port, "LAMBDA_EXECUTOR=local", "LOG_LEVEL=ERROR"}
	p, took, err := startProcess(ctx, addr, env, "", filepath.Join(venv, "bin", "ministack"))
	if err != nil {
		return nil, err
	}
	list, err := listPath()
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	archive, err := zipFunction(filepath.Join(".local", "bin", "echo", "bootstrap"))
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	out, err := exec.CommandContext(ctx, filepath.Join(venv, "bin", "python"), filepath.Join(here, "testdata", "ministack", "deploy.py"), "http://"+addr, archive, list).Output()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("deploy to ministack: %w", err), p.stop())
	}
	path := addr + "/_aws/execute-api/" + strings.TrimSpace(string(out)) + "/dev"
	return &gateway{
		name: "ministack", version: ministackVersion, started: took, process: p, pid: p.cmd.Process.Pid, list: list,
		socket: "ws://" + path, posts: "http://" + path + "/@connections/",
	}, nil
}

func zipFunction(binary string) (string, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	entry, err := w.CreateHeader(header)
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return "", err
	}
	if _, err := entry.Write(content); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	path := binary + ".zip"
	return path, os.WriteFile(path, b.Bytes(), 0o644)
}

// process is a program with everything that it starts.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// startProcess starts a program and waits until something answers on addr.
func startProcess(ctx context.Context, addr string, env []string, dir, name string, args ...string) (*process, time.Duration, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, 0, fmt.Errorf("start %s: %w", filepath.Base(name), err)
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		_ = cmd.Wait() // how it ended does not matter
	}()
	for ctx.Err() == nil && time.Since(began) < time.Minute {
		if res, err := http.Get("http://" + addr + "/"); err == nil {
			res.Body.Close()
			return p, time.Since(began), nil
		}
		time.Sleep(time.Millisecond)
	}
	return nil, 0, errors.Join(fmt.Errorf("%s does not answer on %s", filepath.Base(name), addr), p.stop())
}

func (p *process) stop() error {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
	return nil
}

func goBuild(ctx context.Context, out, source string) error {
	return quietly(ctx, ".", "go", "build", "-o", out, source)
}

func quietly(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, output)
	}
	return nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// rss returns the resident memory of a process in KiB.
func rss(pid int) (int, error) {
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory of a process (Linux only): %w", err)
	}
	defer status.Close()
	text, err := io.ReadAll(status)
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(text), "VmRSS:")
	if !ok {
		return 0, errors.New("the system does not tell the memory of a process")
	}
	var kib int
	_, err = fmt.Sscan(rest, &kib)
	return kib, err
}
