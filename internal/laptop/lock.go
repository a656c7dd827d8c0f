package laptop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// errInUse says that another process holds a lock.
var errInUse = errors.New("in use by another process")

// openLocked opens a file and locks it until the file is closed or this process
// ends in any way; see flock(2).
func openLocked(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	switch err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case err == nil:
		return file, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		file.Close()
		return nil, errInUse
	default:
		file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
}

// maxLogs is how many stacks of one folder can have their own log.
const maxLogs = 20

// NewLog opens an empty log file: the first one in this folder that no other
// command writes to.
func (p Project) NewLog() (*os.File, error) {
	dir := filepath.Join(p.Root, ".local")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for n := 1; n <= maxLogs; n++ {
		name := "dev.log"
		if n > 1 {
			name = fmt.Sprintf("dev-%d.log", n)
		}
		file, err := openLocked(filepath.Join(dir, name))
		if errors.Is(err, errInUse) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return file, file.Truncate(0)
	}
	return nil, fmt.Errorf("%d stacks run in %s already", maxLogs, p.Root)
}

// lockPage waits until no other process builds the page in this folder.
func (p Project) lockPage(ctx context.Context) (*os.File, error) {
	path := filepath.Join(p.Root, ".local", "page.lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	for told := false; ; told = true {
		lock, err := openLocked(path)
		if !errors.Is(err, errInUse) {
			return lock, err
		}
		if !told {
			p.Say("page", "another stack of this folder is building it …")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}
