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
)

// DynoxideVersion is the version of the npm packages @dynoxide/<system>-<processor>.
const DynoxideVersion = "1.2.1"

// dynoxideHashes are the packages' hashes, as npm tells them ("integrity"), of the
// systems for which somebody here has seen a package. On other systems there is
// only npm's own check, that the package is the one that the registry has.
var dynoxideHashes = map[string]string{
	"linux-x64": "sha512-sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTtofqwn4NWQ2k0Tn5mNTjgUg==",
}

// platform names this system as npm does.
func platform() string {
	processor := runtime.GOARCH
	if processor == "amd64" {
		processor = "x64"
	}
	return runtime.GOOS + "-" + processor
}

// fetchDynoxide sees to it that dir holds Dynoxide, and gives the path of its
// binary. The package is unpacked here and nothing of it is run by npm.
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

// pack has npm put a package into a folder, and gives what it has put there.
func pack(ctx context.Context, dir, name string, log func(string)) (archive []byte, err error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, ErrNoNPM
	}
	log("fetching Dynoxide " + DynoxideVersion + " with npm (about 4 MB, once)")
	cmd := exec.CommandContext(ctx, npm, "pack", name, "--json", "--pack-destination", dir)
	cmd.Dir = dir
	cmd.WaitDelay = 1e9 // npm is a script: what it started may hold its output open
	var said bytes.Buffer
	cmd.Stderr = &said
	output, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, packFailed(output, said.String())
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%w (npm pack made %d files)", ErrFetchDynoxide, len(found))
	}
	return os.ReadFile(found[0])
}

// packFailed tells a package that is not there from a registry that cannot be
// reached, by the JSON that npm has written.
func packFailed(output []byte, said string) error {
	var answer struct {
		Error struct{ Code, Summary string }
	}
	if json.Unmarshal(output, &answer) != nil || answer.Error.Summary == "" {
		return fmt.Errorf("%w (%s)", ErrFetchDynoxide, usefulLine(said))
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

// unpack writes one file of an archive as a program.
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
