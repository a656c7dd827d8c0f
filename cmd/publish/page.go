package main

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// index is the page itself.
const index = "index.html"

// contentTypes are fixed here, since a machine's own list of types differs from
// the next one's, and with nosniff a wrong one breaks the page.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".json":        "application/json",
	".txt":         "text/plain; charset=utf-8",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".ico":         "image/x-icon",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
}

// file is a file of the built page.
type file struct {
	path         string // on this machine, from its root
	etag         string // what S3 calls its content: the MD5 sum in hex
	contentType  string
	cacheControl string
}

// largest is how much a file may hold. The AWS CLI uploads a larger one in parts,
// and S3 then has no MD5 sum of it.
const largest = 8 << 20

// kind is what files have in common that are uploaded in one call.
func (f file) kind() string { return f.cacheControl + "|" + f.contentType }

// pageFiles reads the built page, by key: the path below dir, with slashes.
func pageFiles(dir string) (map[string]file, error) {
	files := map[string]file{}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		key := filepath.ToSlash(rel)
		files[key], err = readFile(name, key)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the page in %s: %w", dir, err)
	}
	if _, ok := files[index]; !ok {
		return nil, fmt.Errorf("%s has no %s: build the page first", dir, index)
	}
	return files, nil
}

func readFile(name, key string) (file, error) {
	kind, ok := contentTypes[path.Ext(key)]
	if !ok {
		return file{}, fmt.Errorf("%s: no content type is known for %q", key, path.Ext(key))
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return file{}, err
	}
	if len(content) >= largest {
		return file{}, fmt.Errorf("%s is larger than %d MiB", key, largest>>20)
	}
	sum := md5.Sum(content)
	return file{path: name, etag: hex.EncodeToString(sum[:]), contentType: kind, cacheControl: cacheControl(key)}, nil
}

// cacheControl is what cmd/dev says, too: a hashed name never changes its content.
func cacheControl(key string) string {
	if hashed(key) {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func hashed(key string) bool { return strings.HasPrefix(key, "assets/") }
