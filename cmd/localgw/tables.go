package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"projectchat/internal/dynamo"
	"projectchat/local/template"
)

const databaseVariable = "AWS_ENDPOINT_URL_DYNAMODB"

// createTables creates the template's tables in a local database, never in an
// account.
func createTables(ctx context.Context, t *template.Template, log *console) error {
	endpoint := os.Getenv(databaseVariable)
	if endpoint == "" {
		return errors.New("-create-tables is for a local database: set " + databaseVariable)
	}
	keys := map[string]string{}
	setCredentials(keys)
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region()), config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], keys["AWS_SESSION_TOKEN"])))
	if err != nil {
		return fmt.Errorf("configure the AWS SDK: %w", err)
	}
	client := dynamo.NewClient(cfg)
	for _, table := range t.Tables {
		if table.Indexed {
			log.say("note       the indexes of %s are not created", table.LogicalID)
		}
		spec := dynamo.TableSpec{Name: table.Name, Attributes: map[string]string{}, TTLAttribute: table.TTLAttribute}
		for _, k := range table.Keys {
			spec.Keys = append(spec.Keys, dynamo.TableKey{Attribute: k.Attribute, Type: k.Type})
		}
		for _, a := range keyAttributes(table) {
			spec.Attributes[a.Name] = a.Type
		}
		if err := dynamo.CreateTable(ctx, client, spec); err != nil {
			return err
		}
		log.say("table      %s at %s", table.Name, endpoint)
	}
	return nil
}

// keyAttributes returns the attributes of the table's key. DynamoDB rejects the
// definition of any other attribute on a table without indexes.
func keyAttributes(t template.Table) []template.Attribute {
	var out []template.Attribute
	for _, a := range t.Attributes {
		for _, k := range t.Keys {
			if k.Attribute == a.Name {
				out = append(out, a)
			}
		}
	}
	return out
}
