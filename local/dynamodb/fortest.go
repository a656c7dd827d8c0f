package dynamodb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// EndpointVariable is the variable by which the AWS SDKs are told of another
// DynamoDB. If it is set, [ForTest] uses that one.
const EndpointVariable = "AWS_ENDPOINT_URL_DYNAMODB"

// ForTest gives the address of a DynamoDB for tests: the one that
// [EndpointVariable] names, else one in memory that all tests of a process share
// and that ends with it. Each test takes a table of its own. Without Java or
// Maven the test fails; with -short it is skipped.
func ForTest(tb testing.TB) (endpoint string) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("needs a database: not with -short")
	}
	if endpoint := os.Getenv(EndpointVariable); endpoint != "" {
		return endpoint
	}
	server, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return server.Endpoint
}

// shared is never stopped: see [watch].
var shared = sync.OnceValues(func() (*Server, error) {
	dir, err := cacheDir()
	if err != nil {
		return nil, err
	}
	return Start(context.Background(), Options{Dir: dir, Engine: Engine(os.Getenv(EngineVariable))})
})

// cacheDir is .local beside the go.mod above the working folder,
// which for a test is the folder of its package.
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
