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

// contentTypes are fixed here because machines have different lists of types,
// and with nosniff a wrong type breaks the page.
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
	path         string // on this machine, absolute
	etag         string // S3's name for its content: the MD5 sum in hex
	contentType  string
	cacheControl string
}

// maxFileBytes is the size that a file must not reach. The AWS CLI uploads a larger
// file in parts, and then S3 has no MD5 sum of it.
const maxFileBytes = 8 << 20

// kind returns the properties that all files of one upload share.
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
	if len(content) >= maxFileBytes {
		return file{}, fmt.Errorf("%s is larger than %d MiB", key, maxFileBytes>>20)
	}
	sum := md5.Sum(content)
	return file{path: name, etag: hex.EncodeToString(sum[:]), contentType: kind, cacheControl: cacheControl(key)}, nil
}

// cacheControl returns the header that cmd/dev sends, too: a file with a hashed
// name never changes its content.
func cacheControl(key string) string {
	if hashed(key) {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func hashed(key string) bool { return strings.HasPrefix(key, "assets/") }
