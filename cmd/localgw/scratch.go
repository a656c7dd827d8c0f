package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockName is a file in a scratch folder that its process keeps locked. The
// lock ends with the process, even after a crash.
const lockName = "lock"

// scratch is a temporary folder for the files of one run.
type scratch struct {
	dir  string
	lock *os.File
}

// newScratch makes a folder in the system's temporary folder. It also removes
// the folders of runs that were killed.
func newScratch() (*scratch, error) {
	removeOrphans()
	dir, err := os.MkdirTemp("", "localgw-")
	if err != nil {
		return nil, err
	}
	// The file is locked before it gets its name, so that no other run can find it
	// unlocked.
	path := filepath.Join(dir, lockName)
	lock, err := os.OpenFile(path+".new", os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
	if err == nil {
		if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			err = os.Rename(path+".new", path)
		}
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return &scratch{dir: dir, lock: lock}, nil
}

// close removes the folder.
func (s *scratch) close() error {
	defer s.lock.Close()
	return os.RemoveAll(s.dir)
}

// removeOrphans removes this user's scratch folders with a lock file that no
// process holds. A folder without a lock file may belong to another program and
// stays. So does one that cannot be removed.
func removeOrphans() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), "localgw-*"))
	for _, dir := range dirs {
		if ownedByUser(dir) && unlocked(filepath.Join(dir, lockName)) {
			os.RemoveAll(dir)
		}
	}
}

func ownedByUser(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

func unlocked(path string) bool {
	lock, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return false
	}
	defer lock.Close()
	return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
