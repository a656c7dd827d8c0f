package dynamo

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	localdb "projectchat/local/dynamodb"
)

func TestCreateTable(t *testing.T) {
	endpoint := localdb.ForTest(t)
	table := mustCreateTable(t, endpoint)
	client := NewClient(localConfig(endpoint))
	for range 2 {
		if err := CreateTable(t.Context(), client, testSpec(table)); err != nil {
			t.Errorf("again: %v", err)
		}
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	if d := ttl.TimeToLiveDescription; d.TimeToLiveStatus != types.TimeToLiveStatusEnabled || aws.ToString(d.AttributeName) != "expires" {
		t.Errorf("TTL is %v on %q", d.TimeToLiveStatus, aws.ToString(d.AttributeName))
	}
	out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	keys := out.Table.KeySchema
	if len(keys) != 2 || *keys[0].AttributeName != "pk" || keys[0].KeyType != types.KeyTypeHash || *keys[1].AttributeName != "sk" {
		t.Errorf("keys: %+v", keys)
	}
}

func TestCreateTableFails(t *testing.T) {
	endpoint := localdb.ForTest(t)
	spec := testSpec("test-bad-spec")
	spec.Attributes = map[string]string{"pk": "S"}
	if err := CreateTable(t.Context(), NewClient(localConfig(endpoint)), spec); err == nil {
		t.Error("a key without a type was accepted")
	}
}
