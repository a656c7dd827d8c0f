package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const stampName = "complete.json"

// fetchOnce makes sure that dir has a folder of a name, and returns its path.
// The function fill fills the folder the first time. Later calls only compare
// the files' sizes. fetchOnce repeats an interrupted fetch, and one whose files
// were lost. Several processes may call it at once: one fetches and the others
// wait.
func fetchOnce(ctx context.Context, dir, name string, fill func(fresh string) error) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("fetch the database: %w", err)
	}
	whole := filepath.Join(dir, name)
	if complete(whole) {
		return whole, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("fetch the database: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(dir, "fetch.lock"))
	if err != nil {
		return "", fmt.Errorf("fetch the database: %w", err)
	}
	defer unlock()
	if complete(whole) { // another process has fetched it meanwhile
		return whole, nil
	}
	return whole, fetch(dir, whole, fill)
}

// fetch fills a new folder and gives it its name only when it is complete.
func fetch(dir, whole string, fill func(fresh string) error) error {
	work := filepath.Join(dir, "fetching")
	fresh := filepath.Join(work, "fresh")
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(fresh, 0o755)); err != nil {
		return fmt.Errorf("fetch the database: %w", err)
	}
	defer os.RemoveAll(work)
	if err := fill(fresh); err != nil {
		return err
	}
	err := stamp(fresh)
	if err == nil {
		err = errors.Join(os.RemoveAll(whole), os.Rename(fresh, whole))
	}
	if err != nil {
		return fmt.Errorf("fetch the database: %w", err)
	}
	return nil
}

// stamp records the names and sizes of a folder's files.
func stamp(lib string) error {
	sizes, err := fileSizes(lib)
	if err != nil {
		return err
	}
	if len(sizes) == 0 {
		return errors.New("no files were fetched")
	}
	text, err := json.Marshal(sizes)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(lib, stampName), text, 0o644)
}

// complete reports whether a folder still has all files of its stamp.
func complete(lib string) bool {
	text, err := os.ReadFile(filepath.Join(lib, stampName))
	if err != nil {
		return false
	}
	var want map[string]int64
	if json.Unmarshal(text, &want) != nil {
		return false
	}
	have, err := fileSizes(lib)
	for name, size := range want {
		if have[name] != size {
			return false
		}
	}
	return err == nil && len(want) > 0
}

func fileSizes(dir string) (map[string]int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	sizes := make(map[string]int64, len(entries))
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return nil, err
		}
		if entry.Name() != stampName {
			sizes[entry.Name()] = info.Size()
		}
	}
	return sizes, nil
}
