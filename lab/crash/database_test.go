package crash

import (
	"context"
	"crypto/rand"
	"flag"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"projectchat/internal/chat/chattest"
	"projectchat/internal/compose"
	"projectchat/internal/dynamo"
	localdb "projectchat/local/dynamodb"
)

var onDatabase = flag.Bool("crash.database", false, "let each route fail on the database that DB names, not in memory")

// onlyInMemory skips a test of thousands of pairs of mishaps on a database. It would take
// many minutes there, for steps that TestEveryStepOfEveryRoute has.
func onlyInMemory(t *testing.T) {
	if *onDatabase {
		t.Skip("too many pairs for a database")
	}
}

// mustStore makes an empty store. It runs in a bubble of virtual time, which stands still
// while a connection is open; so it keeps none open.
func mustStore(t *testing.T) compose.Store {
	t.Helper()
	if !*onDatabase {
		return chattest.NewStore(time.Now)
	}
	client := dynamo.NewClient(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(localdb.ForTest(t)),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
	table := "crash-" + rand.Text()
	// No row expires: virtual time is long past.
	err := dynamo.CreateTable(t.Context(), client, dynamo.TableSpec{
		Name: table, Keys: []dynamo.TableKey{{Attribute: "pk", Type: "HASH"}, {Attribute: "sk", Type: "RANGE"}},
		Attributes: map[string]string{"pk": "S", "sk": "S"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &table}); err != nil {
			t.Error(err)
		}
	})
	return dynamo.New(client, table, time.Now)
}
