package lambda

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// nodeBootstrap stands for Lambda's Node.js runtime.
//
//go:embed bootstrap.mjs
var nodeBootstrap []byte

// Command is the program for a function's code in dir: its file "bootstrap" if
// there is one, else Node.js with a bootstrap of ours for the runtimes nodejs*,
// which is written into scratch. Python and the other managed runtimes are not
// supported.
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
		return nil, fmt.Errorf("no file bootstrap in %s, and the runtime %q is not run here", dir, runtime)
	}
	script := filepath.Join(scratch, "bootstrap.mjs")
	if err := os.WriteFile(script, nodeBootstrap, 0o600); err != nil {
		return nil, fmt.Errorf("write the Node.js bootstrap: %w", err)
	}
	return []string{"node", script}, nil
}
