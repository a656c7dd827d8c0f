package dynamodb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// EndpointVariable is the variable that tells the AWS SDKs the address of
// another DynamoDB. If it is set, [ForTest] returns its value.
const EndpointVariable = "AWS_ENDPOINT_URL_DYNAMODB"

// ForTest returns the address of a DynamoDB for tests: the value of
// [EndpointVariable], or else a server in memory that all tests of a process
// share and that ends with the process. [EngineVariable] chooses its engine.
// Each test should create a table of its own. The test fails if the server
// cannot start; with -short it is skipped.
func ForTest(tb testing.TB) (endpoint string) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("needs a database: not with -short")
	}
	if endpoint := os.Getenv(EndpointVariable); endpoint != "" {
		return endpoint
	}
	server, err := sharedServer()
	if err != nil {
		tb.Fatal(err)
	}
	return server.Endpoint
}

// sharedServer is never stopped: watch ends it with the process.
var sharedServer = sync.OnceValues(func() (*Server, error) {
	dir, err := cacheDir()
	if err != nil {
		return nil, err
	}
	return Start(context.Background(), Options{Dir: dir, Engine: Engine(os.Getenv(EngineVariable))})
})

// cacheDir returns the folder .local next to the nearest go.mod, at or above
// the working folder. A test's working folder is that of its package.
func cacheDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, ".local"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the working folder")
		}
		dir = parent
	}
}
