package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// TableSpec describes a table as a template does.
type TableSpec struct {
	Name         string
	Keys         []TableKey        // the HASH key first
	Attributes   map[string]string // attribute of a key → S, N or B
	TTLAttribute string            // "": no TTL
}

// TableKey is one element of a KeySchema.
type TableKey struct {
	Attribute string
	Type      string // HASH or RANGE
}

// CreateTable makes a table with on-demand billing and its TTL, and waits until
// it can be used. It keeps an existing table of that name, and adds its TTL. It
// is for laptops and tests: in AWS the template makes the table.
func CreateTable(ctx context.Context, client *dynamodb.Client, spec TableSpec) error {
	_, err := client.CreateTable(ctx, createInput(spec))
	_, exists := errors.AsType[*types.ResourceInUseException](err)
	if err != nil && !exists {
		return fmt.Errorf("create table %s: %w", spec.Name, err)
	}
	if err := awaitTable(ctx, client, spec.Name); err != nil {
		return fmt.Errorf("create table %s: %w", spec.Name, err)
	}
	if err := enableTTL(ctx, client, spec); err != nil {
		return fmt.Errorf("create table %s: enable TTL: %w", spec.Name, err)
	}
	return nil
}

func createInput(spec TableSpec) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:   &spec.Name,
		BillingMode: types.BillingModePayPerRequest,
	}
	for _, key := range spec.Keys {
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{
			AttributeName: aws.String(key.Attribute), KeyType: types.KeyType(key.Type),
		})
	}
	for name, kind := range spec.Attributes {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(name), AttributeType: types.ScalarAttributeType(kind),
		})
	}
	return in
}

func awaitTable(ctx context.Context, client *dynamodb.Client, name string) error {
	const timeout = time.Minute
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, time.Second
	})
	return waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, timeout)
}

func enableTTL(ctx context.Context, client *dynamodb.Client, spec TableSpec) error {
	if spec.TTLAttribute == "" {
		return nil
	}
	out, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &spec.Name})
	if err != nil {
		return err
	}
	// Enabling TTL again is an error.
	if d := out.TimeToLiveDescription; d != nil {
		switch d.TimeToLiveStatus {
		case types.TimeToLiveStatusEnabled, types.TimeToLiveStatusEnabling:
			return nil
		}
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: &spec.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: &spec.TTLAttribute, Enabled: aws.Bool(true),
		},
	})
	// Another process that made the table at the same time was first.
	if refused, ok := errors.AsType[smithy.APIError](err); ok && strings.Contains(refused.ErrorMessage(), "already enabled") {
		return nil
	}
	return err
}
