package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Version is the version of com.amazonaws:DynamoDBLocal on Maven Central: the
// newest 2.x, which runs on Java 17.
const Version = "2.6.1"

const (
	copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
	stampName        = "complete.json"
)

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>dynamodb-local-libs</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>` + Version + `</version>
    </dependency>
  </dependencies>
</project>
`

// Fetch sees to it that dir holds DynamoDB Local, and gives the folder of its
// libraries. The first time it takes about 50 MB from Maven's registry; after
// that it only compares the files with what was fetched. A fetch that was
// interrupted, or files that were lost since, are repaired. Several processes
// may call it at once: one fetches, the others wait.
func Fetch(ctx context.Context, dir string, log func(string)) (lib string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	lib = filepath.Join(dir, "lib-"+Version)
	if complete(lib) {
		return lib, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(dir, "fetch.lock"))
	if err != nil {
		return "", fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	defer unlock()
	if complete(lib) { // another process fetched it while we waited
		return lib, nil
	}
	return lib, fetch(ctx, dir, lib, log)
}

// fetch fills a new folder and renames it to lib only when it is complete.
func fetch(ctx context.Context, dir, lib string, log func(string)) error {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return ErrNoMaven
	}
	log("fetching DynamoDB Local " + Version + " with Maven (about 50 MB, once)")
	work := filepath.Join(dir, "fetching")
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(work, 0o755)); err != nil {
		return fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	defer os.RemoveAll(work)
	pomPath := filepath.Join(work, "pom.xml")
	if err := os.WriteFile(pomPath, []byte(pom), 0o644); err != nil {
		return fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	fresh := filepath.Join(work, "lib")
	cmd := exec.CommandContext(ctx, mvn, "-B", "-q", "-f", pomPath, copyDependencies,
		"-DoutputDirectory="+fresh, "-DincludeScope=runtime")
	cmd.WaitDelay = time.Second // mvn is a script: what it started may hold its output open
	if output, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("fetch DynamoDB Local: %w", ctx.Err())
		}
		return fmt.Errorf("%w (%s)", ErrFetch, usefulLine(string(output)))
	}
	if err := stamp(fresh); err != nil {
		return fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	if err := errors.Join(os.RemoveAll(lib), os.Rename(fresh, lib)); err != nil {
		return fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	return nil
}

// stamp writes down the names and sizes of a folder's files.
func stamp(lib string) error {
	sizes, err := fileSizes(lib)
	if err != nil {
		return err
	}
	if len(sizes) == 0 {
		return errors.New("no files were copied")
	}
	text, err := json.Marshal(sizes)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(lib, stampName), text, 0o644)
}

// complete tells whether a folder still has all files of its stamp.
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
