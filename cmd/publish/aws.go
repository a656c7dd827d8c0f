package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// remote is the site in AWS.
type remote struct {
	bucket, distribution string
	aws                  func(ctx context.Context, args ...string) ([]byte, error)
}

// runAWS runs the AWS CLI and returns its output.
func runAWS(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "aws", args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("aws is missing: install the AWS CLI, so that `aws --version` works")
	}
	if err != nil {
		return nil, fmt.Errorf("aws %s: %w: %s", strings.Join(args[:min(2, len(args))], " "), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out.Bytes(), nil
}

// list returns the ETag of every object, by key.
func (r *remote) list(ctx context.Context) (map[string]string, error) {
	out, err := r.aws(ctx, "s3api", "list-objects-v2", "--bucket", r.bucket, "--output", "json",
		"--query", "Contents[].{Key: Key, ETag: ETag}")
	if err != nil {
		return nil, err
	}
	var objects []struct{ Key, ETag string }
	if err := json.Unmarshal(out, &objects); err != nil {
		return nil, fmt.Errorf("list of %s: %w", r.bucket, err)
	}
	etags := map[string]string{}
	for _, o := range objects {
		etags[o.Key] = strings.Trim(o.ETag, `"`)
	}
	return etags, nil
}

// put uploads files of one kind (see [file.kind]), several at a time.
func (r *remote) put(ctx context.Context, batch map[string]file) error {
	dir, err := os.MkdirTemp("", "publish-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var kind file
	for key, f := range batch {
		link := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(f.path, link); err != nil {
			return err
		}
		kind = f
	}
	_, err = r.aws(ctx, "s3", "cp", dir, "s3://"+r.bucket+"/", "--recursive", "--only-show-errors",
		"--content-type", kind.contentType, "--cache-control", kind.cacheControl)
	return err
}

func (r *remote) remove(ctx context.Context, key string) error {
	_, err := r.aws(ctx, "s3api", "delete-object", "--bucket", r.bucket, "--key", key)
	return err
}

func (r *remote) readLedger(ctx context.Context) (map[string]time.Time, error) {
	out, err := r.aws(ctx, "s3", "cp", "s3://"+r.bucket+"/"+ledger, "-")
	if err != nil {
		return nil, err
	}
	since := map[string]time.Time{}
	if err := json.Unmarshal(out, &since); err != nil {
		return nil, fmt.Errorf("%s: %w", ledger, err)
	}
	return since, nil
}

func (r *remote) writeLedger(ctx context.Context, since map[string]time.Time) error {
	text, err := json.Marshal(since)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp("", "obsolete-*.json")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text)
	if err := errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	return r.put(ctx, map[string]file{ledger: {path: temporary.Name(), contentType: contentTypes[".json"], cacheControl: "no-cache"}})
}

func (r *remote) invalidate(ctx context.Context, keys []string) error {
	args := []string{"cloudfront", "create-invalidation", "--distribution-id", r.distribution, "--paths"}
	for _, key := range slices.Sorted(slices.Values(keys)) {
		args = append(args, "/"+key)
	}
	_, err := r.aws(ctx, args...)
	return err
}
