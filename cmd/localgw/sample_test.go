package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	localdb "projectchat/local/dynamodb"
)

// TestAWSsSampleRunsUnchanged runs the sample's three functions with two clients.
// Their code derives the management API's address from the event, with https.
func TestAWSsSampleRunsUnchanged(t *testing.T) {
	database := localdb.ForTest(t)
	build := t.TempDir()
	buildFunction(t, build, "OnConnectFunction", "./testdata/sample/onconnect")
	buildFunction(t, build, "OnDisconnectFunction", "./testdata/sample/ondisconnect")
	buildFunction(t, build, "SendMessageFunction", "./testdata/sample/sendmessage")
	chatThroughTheSample(t, database, "-template", "testdata/sample/template.yaml", "-build", build)
}

// TestAWSsSampleRunsUnchangedInNode is the same with functions in Node.js and the
// AWS SDK for JavaScript, which `make test-sdks` installs.
func TestAWSsSampleRunsUnchangedInNode(t *testing.T) {
	modules := os.Getenv("SDK_NODE_MODULES")
	if modules == "" {
		t.Skip("SDK_NODE_MODULES does not say where the AWS SDK for JavaScript is; make test-sdks does")
	}
	database := localdb.ForTest(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/sample-node")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	template, err := os.ReadFile("testdata/sample/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inNode := strings.NewReplacer("Handler: bootstrap", "Handler: app.handler", "provided.al2023", "nodejs20.x").Replace(string(template))
	chatThroughTheSample(t, database, "-template", writeFile(t, filepath.Join(dir, "template.yaml"), inNode))
}

// chatThroughTheSample expects that two clients hear each other, and that nothing
// fails after one has left.
func chatThroughTheSample(t *testing.T, database string, args ...string) {
	t.Helper()
	p := startProcess(t, []string{databaseVariable + "=" + database}, append(args, "-parameter", "TableName="+randomName(), "-create-tables")...)
	ann, bob := p.dial(t, "/Prod", nil), p.dial(t, "/Prod", nil)
	ann.send(`{"action":"sendmessage","data":"hello world"}`)
	for name, c := range map[string]*client{"Ann": ann, "Bob": bob} {
		if got := c.receive(); got != "hello world" {
			t.Errorf("%s got %q", name, got)
		}
	}

	// The functions no longer post to a client that has left.
	bob.conn.Close(1000, "")
	p.await(t, "closed 1000")
	ann.send(`{"action":"sendmessage","data":"alone"}`)
	if got := ann.receive(); got != "alone" {
		t.Errorf("Ann got %q", got)
	}
	p.interrupt(t)
	if strings.Contains(p.output(), " ms  410:") {
		t.Errorf("what happened:\n%s", p.output())
	}
}
