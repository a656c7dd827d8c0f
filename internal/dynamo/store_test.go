package dynamo

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"projectchat/internal/chat/chattest"
	localdb "projectchat/local/dynamodb"
)

// testSpec is the table of template.yaml, filled by hand because this package
// reads no templates.
func testSpec(name string) TableSpec {
	return TableSpec{
		Name:         name,
		Keys:         []TableKey{{"pk", "HASH"}, {"sk", "RANGE"}},
		Attributes:   map[string]string{"pk": "S", "sk": "S"},
		TTLAttribute: "expires",
	}
}

// localConfig reaches only the local database: it reads no environment and no
// files.
func localConfig(endpoint string) aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: &endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
	}
}

// mustCreateTable makes a table that only this test uses.
func mustCreateTable(t *testing.T, endpoint string) string {
	t.Helper()
	client := NewClient(localConfig(endpoint))
	table := "test-" + rand.Text()
	if err := CreateTable(t.Context(), client, testSpec(table)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &table})
		if err != nil {
			t.Error(err)
		}
	})
	return table
}

func mustStore(t *testing.T, now func() time.Time, options ...func(*dynamodb.Options)) *Store {
	t.Helper()
	endpoint := localdb.ForTest(t)
	s := New(NewClient(localConfig(endpoint), options...), mustCreateTable(t, endpoint), now)
	s.budget = time.Minute // a busy machine must not fail the test
	return s
}

func TestStoreConforms(t *testing.T) {
	chattest.StoreConformance(t, func(t *testing.T, now func() time.Time) chattest.Backend { return mustStore(t, now) })
}
