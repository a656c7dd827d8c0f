package laptop

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"projectchat/internal/dynamo"
	localdb "projectchat/local/dynamodb"
	"projectchat/local/template"
)

// TableName is the table's name on a laptop; in AWS CloudFormation chooses one.
const TableName = "projectchat"

// StartDatabase starts a database on a folder's data ("": in memory), at a port
// (0: any), keeps it running, and points the AWS SDK to it. engine is the
// engine to use; "" is the one that suits. If the environment names a database,
// it uses that one and returns nil.
func (p Project) StartDatabase(ctx context.Context, engine localdb.Engine, data string, port int) (*localdb.Kept, error) {
	if endpoint := os.Getenv(localdb.EndpointVariable); endpoint != "" {
		p.Say("database", "%s, as %s says", endpoint, localdb.EndpointVariable)
		// A database on this machine belongs to no account.
		if u, err := url.Parse(endpoint); err == nil && isLoopback(u.Hostname()) {
			useLocalDatabase(endpoint)
		}
		return nil, nil
	}
	began := time.Now()
	server, err := localdb.Keep(ctx, localdb.Options{
		Dir: filepath.Join(p.Root, ".local"), Engine: engine, DataDir: data, Port: port,
		Log: func(line string) { p.Say("database", "%s", line) },
	})
	if err != nil {
		return nil, err
	}
	where := "in memory"
	if data != "" {
		where = "data in " + p.Relative(data)
	}
	p.Say("database", "%s at %s, %s (%.1f s); to use the other: make run %s=%s",
		server.Engine.Title(), server.Endpoint, where, time.Since(began).Seconds(), localdb.EngineVariable, server.Engine.Other())
	useLocalDatabase(server.Endpoint)
	return server, nil
}

// useLocalDatabase points the AWS SDK to the database by the SDK's own
// variables, and keeps it away from the account that this machine may be set up
// for.
func useLocalDatabase(endpoint string) {
	for name, value := range map[string]string{
		localdb.EndpointVariable:      endpoint,
		"AWS_REGION":                  "us-east-1",
		"AWS_ACCESS_KEY_ID":           "local",
		"AWS_SECRET_ACCESS_KEY":       "local",
		"AWS_SESSION_TOKEN":           "",
		"AWS_PROFILE":                 "",
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_CA_BUNDLE":               "",
	} {
		os.Setenv(name, value)
	}
}

// CreateTable makes the template's table, unless it exists.
func CreateTable(ctx context.Context, client *dynamodb.Client, t template.Table) error {
	spec := dynamo.TableSpec{Name: TableName, Attributes: map[string]string{}, TTLAttribute: t.TTLAttribute}
	for _, k := range t.Keys {
		spec.Keys = append(spec.Keys, dynamo.TableKey{Attribute: k.Attribute, Type: k.Type})
	}
	for _, a := range t.Attributes {
		spec.Attributes[a.Name] = a.Type
	}
	return dynamo.CreateTable(ctx, client, spec)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
