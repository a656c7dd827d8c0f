package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"projectchat/internal/chat"
	"projectchat/internal/dynamo"
	localdb "projectchat/local/dynamodb"
)

// mustTable makes a table with one room. The SDK finds its database as usual:
// by the environment.
func mustTable(t *testing.T) (*dynamo.Store, string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": localdb.ForTest(t), "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client, table := dynamo.NewClient(cfg), "test-"+rand.Text()
	spec := dynamo.TableSpec{Name: table, Keys: []dynamo.TableKey{{Attribute: "pk", Type: "HASH"}, {Attribute: "sk", Type: "RANGE"}}, Attributes: map[string]string{"pk": "S", "sk": "S"}}
	if err := dynamo.CreateTable(t.Context(), client, spec); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &table}); err != nil {
			t.Error(err)
		}
	})
	store := dynamo.New(client, table, nil)
	if err := store.CreateRoom(t.Context(), chat.Room{Key: "general", Title: "General", Epoch: "k3v9x2m7q1"}); err != nil {
		t.Fatal(err)
	}
	return store, table
}

func epoch(t *testing.T, s *dynamo.Store) string {
	t.Helper()
	r, err := s.Room(t.Context(), "general")
	if err != nil {
		t.Fatal(err)
	}
	return r.Epoch
}

func TestRun(t *testing.T) {
	store, table := mustTable(t)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-to", table, "-dry-run"}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "dry run") || !strings.Contains(out.String(), "1  rooms with a new epoch") || epoch(t, store) != "k3v9x2m7q1" {
		t.Errorf("a dry run: epoch %s\n%s", epoch(t, store), &out)
	}
	out.Reset()
	if err := run(t.Context(), []string{"-to", table}, &out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "dry run") || !strings.Contains(out.String(), "1  rooms with a new epoch") || epoch(t, store) == "k3v9x2m7q1" {
		t.Errorf("epoch %s\n%s", epoch(t, store), &out)
	}
}

func TestRunRefuses(t *testing.T) {
	_, table := mustTable(t)
	for _, args := range [][]string{{}, {"-from", table}, {"-to", table, "more"}, {"-to", "no-such-table"}, {"-to", table, "-from", "no-such-table"}, {"-now"}} {
		var out bytes.Buffer
		if err := run(t.Context(), args, &out); err == nil || errors.Is(err, flag.ErrHelp) {
			t.Errorf("%v: %v\n%s", args, err, &out)
		}
	}
}
