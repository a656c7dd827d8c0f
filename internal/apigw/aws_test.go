package apigw_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/google/go-cmp/cmp"

	"projectchat/internal/apigw"
)

var lambdaEnvironment = map[string]string{
	"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "ASIA0", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
}

// TestLoadAWS compares the configuration with the SDK's own loader.
func TestLoadAWS(t *testing.T) {
	tests := map[string]map[string]string{
		"in Lambda":             {"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "https://a.execute-api.eu-west-1.amazonaws.com/ws"},
		"empty is no endpoint":  {"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": ""},
		"one for all":           {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
		"its own before others": {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://127.0.0.1:8080/ws"},
		"another service's":     {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"},
		"no session":            {"AWS_SESSION_TOKEN": ""},
	}
	for name, more := range tests {
		t.Run(name, func(t *testing.T) {
			environment := maps.Clone(lambdaEnvironment)
			maps.Copy(environment, map[string]string{"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_DYNAMODB": "", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": ""})
			maps.Copy(environment, more)
			for name, value := range environment {
				t.Setenv(name, value)
			}
			for _, file := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
				t.Setenv(file, "/dev/null")
			}
			ours, err := apigw.LoadAWS(func(name string) string { return environment[name] })
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := config.LoadDefaultConfig(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(asked(t, theirs), asked(t, ours)); diff != "" {
				t.Errorf("(-the SDK's +ours):\n%s", diff)
			}
		})
	}
}

// asked returns the values that a client takes from a configuration.
func asked(t *testing.T, cfg aws.Config) map[string]string {
	t.Helper()
	credentials, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o := management.NewFromConfig(cfg).Options()
	return map[string]string{
		"region": o.Region, "endpoint": aws.ToString(o.BaseEndpoint),
		"key": credentials.AccessKeyID, "secret": credentials.SecretAccessKey, "token": credentials.SessionToken,
	}
}

func TestLoadAWSWantsItsVariables(t *testing.T) {
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		environment := maps.Clone(lambdaEnvironment)
		delete(environment, name)
		_, err := apigw.LoadAWS(func(name string) string { return environment[name] })
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
