package main

import (
	"testing"

	"projectchat/internal/dynamolocal"
)

// TestAWSsSampleRunsUnchanged: two clients of the three functions, whose code
// makes the management API's address of the event, with https.
func TestAWSsSampleRunsUnchanged(t *testing.T) {
	database := dynamolocal.ForTest(t)
	build := t.TempDir()
	buildFunction(t, build, "OnConnectFunction", "./testdata/sample/onconnect")
	buildFunction(t, build, "OnDisconnectFunction", "./testdata/sample/ondisconnect")
	buildFunction(t, build, "SendMessageFunction", "./testdata/sample/sendmessage")
	p := startProcess(t, []string{databaseVariable + "=" + database},
		"-template", "testdata/sample/template.yaml", "-build", build,
		"-parameter", "TableName="+randomName(), "-create-tables")

	ann, bob := p.dial(t, "/Prod", nil), p.dial(t, "/Prod", nil)
	ann.send(`{"action":"sendmessage","data":"hello world"}`)
	for name, c := range map[string]*client{"Ann": ann, "Bob": bob} {
		if got := c.receive(); got != "hello world" {
			t.Errorf("%s got %q", name, got)
		}
	}

	// A client that left is no longer posted to.
	bob.conn.Close(1000, "")
	p.await(t, "$disconnect")
	ann.send(`{"action":"sendmessage","data":"alone"}`)
	if got := ann.receive(); got != "alone" {
		t.Errorf("Ann got %q", got)
	}
	p.interrupt(t)
}
