package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"projectchat/internal/compose"
	locallambda "projectchat/local/lambda"
	"projectchat/local/template"
)

// function is one of the template's, and a first event for it.
type function struct {
	name, route, frame string
	reply              string // the type of the frame that it answers
}

// first are frames that a function may get first, by the route.
var first = []struct{ route, frame, reply string }{
	{"ping", `{"action":"ping","rooms":["general"]}`, "pong"},
	{"send", `{"action":"send","room":"general","cid":"c1","text":"hi","since":{"epoch":"` + epoch + `","seq":0}}`, "sent"},
	{"history", `{"action":"history","room":"general"}`, "history"},
	{"leave", `{"action":"leave","room":"general"}`, "left"},
}

// functions are those of the template, by name. A function without one of the first frames
// has no event; only its size is measured.
func functions() ([]function, error) {
	declared, err := template.Load("template.yaml", template.Options{})
	if err != nil {
		return nil, err
	}
	var all []function
	for _, id := range slices.Sorted(maps.Keys(declared.Functions)) {
		f := function{name: compose.Folder(id)}
		for _, one := range first {
			if declared.WebSocketAPIs[0].Routes[one.route].Function == id {
				f.route, f.frame, f.reply = one.route, one.frame, one.reply
			}
		}
		all = append(all, f)
	}
	return all, nil
}

// build builds the function as the Makefile does for SAM.
func (f function) build(ctx context.Context, dir, arch string) (path string, err error) {
	path = filepath.Join(dir, f.name+"-"+arch)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags", "lambda.norpc", "-o", path, "./functions/"+f.name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build it for %s: %w\n%s", arch, err, out)
	}
	return path, nil
}

// size returns the bytes of the deployed function: for arm64, as a file and in a zip.
func (f function) size(ctx context.Context, dir string) (file, zipped int, err error) {
	path, err := f.build(ctx, dir, "arm64")
	if err != nil {
		return 0, 0, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
	entry, err := w.Create("bootstrap")
	if err == nil {
		_, err = entry.Write(b)
	}
	return len(b), out.Len(), errors.Join(err, w.Close())
}

// start is the measurements of one start of a process.
type start struct {
	poll   time.Duration // from its start until it asked for an event
	answer time.Duration // from there until its first answer
	rssKiB int           // the most memory until then
}

func (f function) start(ctx context.Context, program string, w *way) (s start, err error) {
	var asked time.Time
	var pid int
	local, err := locallambda.New(locallambda.Config{
		Name: f.name, Command: []string{program}, Environment: w.environment, Timeout: 10 * time.Second,
		Started: func(p int, took time.Duration) { pid, s.poll, asked = p, took, time.Now() },
	})
	if err != nil {
		return start{}, err
	}
	defer local.Close()
	reply, err := local.Invoke(ctx, f.event())
	if err != nil {
		return start{}, err
	}
	s.answer = time.Since(asked)
	if !bytes.Contains(reply, []byte(`{\"type\":\"`+f.reply+`\"`)) {
		return start{}, fmt.Errorf("answered %s", reply)
	}
	s.rssKiB, err = peak(pid)
	return s, err
}

func (f function) event() []byte {
	// The event is ours, and made of strings.
	b, _ := json.Marshal(map[string]any{
		"requestContext": map[string]any{"routeKey": f.route, "eventType": "MESSAGE", "requestId": "PJqCFEqHqRcFd0w=", "connectionId": "TXzPWdnOjoECGjA=", "stage": "ws", "apiId": "a"},
		"body":           f.frame, "isBase64Encoded": false,
	})
	return b
}

// peak is the most memory that a process has had so far, in KiB: proc(5), VmHWM.
func peak(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")))
		}
	}
	return 0, errors.New("the system does not tell a process's peak memory")
}
