package apigw

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// LoadAWS returns the SDK's configuration from Lambda's environment: Region,
// the role's credentials, and the SDK's own variables for other endpoints
// (AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL). An error names the variable.
//
// The SDK's own loader also reads profiles, single sign-on and instance
// metadata, which Lambda does not have. Without it a function is a third
// smaller and starts sooner.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
func LoadAWS(getenv func(string) string) (aws.Config, error) {
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if getenv(name) == "" {
			return aws.Config{}, fmt.Errorf("%s is not set", name)
		}
	}
	role := aws.Credentials{
		AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken: getenv("AWS_SESSION_TOKEN"), Source: "environment",
	}
	return aws.Config{
		Region:        getenv("AWS_REGION"),
		Credentials:   aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return role, nil }),
		ConfigSources: []any{endpoints(getenv)},
	}, nil
}

// endpoints tells the SDK's clients the endpoints that environment variables
// name.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
type endpoints func(name string) string

// GetServiceBaseEndpoint returns the endpoint for a service by its SDK id.
func (getenv endpoints) GetServiceBaseEndpoint(_ context.Context, sdkID string) (string, bool, error) {
	const name = "AWS_ENDPOINT_URL"
	service := strings.ToUpper(strings.ReplaceAll(sdkID, " ", "_"))
	for _, variable := range []string{name + "_" + service, name} {
		if value := getenv(variable); value != "" {
			return value, true, nil
		}
	}
	return "", false, nil
}
