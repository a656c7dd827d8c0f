package dynamodb

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// DynoxideVersion is the version of the npm packages
// @dynoxide/<system>-<processor>.
const DynoxideVersion = "1.2.1"

// dynoxideHashes are the packages' hashes in npm's form ("integrity"), for the
// systems whose package was checked by hand. On other systems npm itself
// compares the package with its registry's hash; nothing else does.
var dynoxideHashes = map[string]string{
	"linux-x64": "sha512-sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTtofqwn4NWQ2k0Tn5mNTjgUg==",
}

// platform returns npm's name for this system.
func platform() string {
	processor := runtime.GOARCH
	if processor == "amd64" {
		processor = "x64"
	}
	return runtime.GOOS + "-" + processor
}

// fetchDynoxide makes sure that dir holds Dynoxide, and returns the path of its
// binary. It unpacks the package itself, so npm runs none of its scripts.
func fetchDynoxide(ctx context.Context, dir string, log func(string)) (path string, err error) {
	name := "dynoxide"
	folder, err := fetchOnce(ctx, dir, DynoxideVersion, func(fresh string) error {
		archive, err := pack(ctx, filepath.Dir(fresh), "@dynoxide/"+platform()+"@"+DynoxideVersion, log)
		if err != nil {
			return err
		}
		if want := dynoxideHashes[platform()]; want != "" && integrity(archive) != want {
			return fmt.Errorf("%w (its hash is %s, not %s)", ErrFetchDynoxide, integrity(archive), want)
		}
		return unpack(archive, "package/"+name, filepath.Join(fresh, name))
	})
	return filepath.Join(folder, name), err
}

// pack makes npm download a package into a folder, and returns the package.
func pack(ctx context.Context, dir, name string, log func(string)) (archive []byte, err error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, ErrNoNPM
	}
	log("fetching Dynoxide " + DynoxideVersion + " with npm (about 4 MB, once)")
	cmd := exec.CommandContext(ctx, npm, "pack", name, "--json", "--pack-destination", dir)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // npm is a script: its child may hold the output open
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, packFailed(output, stderr.String())
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%w (npm pack made %d files)", ErrFetchDynoxide, len(found))
	}
	return os.ReadFile(found[0])
}

// packFailed returns an error for a failed npm pack. npm's JSON distinguishes a
// package that does not exist from a registry that does not answer.
func packFailed(output []byte, stderr string) error {
	var answer struct {
		Error struct{ Code, Summary string }
	}
	if json.Unmarshal(output, &answer) != nil || answer.Error.Summary == "" {
		return fmt.Errorf("%w (%s)", ErrFetchDynoxide, usefulLine(stderr))
	}
	switch answer.Error.Code {
	case "E404", "ETARGET": // no such package; no such version
		return fmt.Errorf("%w (%s)", ErrNoBinary, platform())
	}
	return fmt.Errorf("%w (%s)", ErrFetchDynoxide, usefulLine(answer.Error.Summary))
}

func integrity(archive []byte) string {
	sum := sha512.Sum512(archive)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// unpack writes one file of an archive as an executable.
func unpack(archive []byte, name, path string) error {
	text, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return fmt.Errorf("%w (%v)", ErrFetchDynoxide, err)
	}
	files := tar.NewReader(text)
	for {
		header, err := files.Next()
		if err != nil {
			return fmt.Errorf("%w (%s in the package: %v)", ErrFetchDynoxide, name, err)
		}
		if header.Name == name {
			break
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, files)
	return errors.Join(err, file.Close())
}

func dynoxideArguments(port int, dataDir string) []string {
	args := []string{"serve", "--host", "127.0.0.1", "--port", strconv.Itoa(port)}
	if dataDir == "" {
		return args
	}
	return append(args, "--db-path", Dynoxide.file(dataDir))
}
