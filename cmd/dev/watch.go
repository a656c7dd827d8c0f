package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"projectchat/internal/laptop"
)

// lookEvery is how often the watcher looks for a change of the sources.
const lookEvery = 300 * time.Millisecond

// watcher runs the chat for a person who is changing it. The database and the
// page's development server run all the time. The stack runs in a child, which
// is built and started again at each change of Go code or of the template. Open
// pages reconnect by themselves.
type watcher struct {
	options
	page  *laptop.Child // Vite, which sends changes of the page to the browser itself
	stack *laptop.Child
}

func watch(ctx context.Context, o options) (err error) {
	w := &watcher{options: o}
	database := &stack{failed: make(chan error, 1)}
	defer func() {
		limited, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		err = errors.Join(err, w.stack.Stop(), w.page.Stop(), database.stop(limited))
	}()
	if o.Lambda != "" {
		if _, err := o.meetDatabase(); err != nil {
			return err
		}
	}
	if err := database.startDatabase(ctx, o); err != nil {
		return err
	}
	if err := o.InstallPackages(ctx); err != nil {
		return err
	}
	from, err := w.startPage(ctx)
	if err != nil {
		return err
	}
	seen := ""
	for ctx.Err() == nil {
		now, err := stamp(o.Root)
		if err != nil {
			return err
		}
		if now != seen {
			seen = now
			w.restart(ctx, from)
		}
		select {
		case <-ctx.Done():
		case err := <-database.failed:
			return err
		case <-w.page.Done:
			return errors.New("the page's development server has stopped by itself")
		case <-time.After(lookEvery):
		}
	}
	return nil
}

// startPage starts Vite on a free port, and waits until it answers.
func (w *watcher) startPage(ctx context.Context) (from string, err error) {
	addr, err := freeAddress()
	if err != nil {
		return "", err
	}
	_, port, _ := net.SplitHostPort(addr)
	vite := filepath.Join("node_modules", ".bin", "vite")
	cmd := exec.Command(vite, "--host", "127.0.0.1", "--port", port, "--strictPort", "--clearScreen", "false")
	cmd.Dir = filepath.Join(w.Root, "web")
	// The browser connects past the stack, which comes and goes: see
	// web/vite.config.ts.
	cmd.Env = append(os.Environ(), "CHANGES_PORT="+port)
	if w.page, err = laptop.StartChild(cmd, os.Interrupt, w.Log); err != nil {
		return "", fmt.Errorf("start the page's development server: %w", err)
	}
	if err := w.page.AwaitListener(ctx, addr); errors.Is(err, laptop.ErrEnded) {
		return "", fmt.Errorf("the page's development server does not start: see %s", w.Relative(w.LogPath))
	} else if err != nil {
		return "", err
	}
	return "http://" + addr, nil
}

// restart builds the stack and, if that succeeds, replaces the running one.
// Otherwise the running one goes on.
func (w *watcher) restart(ctx context.Context, pageFrom string) {
	began := time.Now()
	binary := filepath.Join(w.Root, ".local", "bin", "dev-watched")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/dev")
	build.Dir = w.Root
	if output, err := build.CombinedOutput(); err != nil {
		w.Say("go", "%s", laptop.Beginning(output))
		return
	}
	if err := w.stack.Stop(); err != nil {
		w.Say("go", "%v", err)
	}
	cmd := exec.Command(binary, "-page-from", pageFrom, "-log", w.LogPath, "-trace="+strconv.FormatBool(w.Trace), "-lambda", w.Lambda)
	cmd.Dir = w.Root
	cmd.Env = append(os.Environ(), "ADDR="+w.Addr)
	var err error
	if w.stack, err = laptop.StartChild(cmd, os.Interrupt, os.Stdout); err != nil {
		w.Say("go", "%v", err)
		return
	}
	w.Say("go", "built and started (%.1f s)", time.Since(began).Seconds())
}

// stamp returns a text that changes with the Go code and the template.
func stamp(root string) (string, error) {
	var s strings.Builder
	for _, name := range []string{"cmd", "functions", "internal", "local", "template.yaml", "go.mod"} {
		err := filepath.WalkDir(filepath.Join(root, name), func(path string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // it was deleted meanwhile
			}
			if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			info, err := entry.Info()
			if err == nil {
				fmt.Fprintf(&s, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
			}
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("look for changes: %w", err)
		}
	}
	return s.String(), nil
}

// freeAddress finds a free port.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
