package lambda

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// nodeBootstrap replaces Lambda's Node.js runtime.
//
//go:embed bootstrap.mjs
var nodeBootstrap []byte

// Command returns the program for a function whose code is in dir, with its
// arguments. If dir has a file "bootstrap", that is the program. For the
// runtimes nodejs* it is Node.js with a bootstrap of this package, which
// Command writes into the folder scratch. Other runtimes (Python, Java and so
// on) are not supported: Command fails, and it fails if "bootstrap" is not
// executable.
func Command(dir, runtime, scratch string) ([]string, error) {
	bootstrap := filepath.Join(dir, "bootstrap")
	info, err := os.Stat(bootstrap)
	switch {
	case err == nil && info.Mode()&0o111 == 0:
		return nil, fmt.Errorf("%s is not executable", bootstrap)
	case err == nil:
		return []string{bootstrap}, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	case !strings.HasPrefix(runtime, "nodejs"):
		return nil, fmt.Errorf("no file bootstrap in %s, and the runtime %q cannot run here", dir, runtime)
	}
	script := filepath.Join(scratch, "bootstrap.mjs")
	if err := os.WriteFile(script, nodeBootstrap, 0o600); err != nil {
		return nil, fmt.Errorf("write the Node.js bootstrap: %w", err)
	}
	return []string{"node", script}, nil
}
