package main

import (
	"cmp"
	"maps"
	"os"
	"strings"

	"projectchat/local/template"
)

// inherited are variables of this process that functions get although the
// template does not declare them. Credentials and profiles are not among them:
// see setCredentials.
var inherited = []string{"PATH", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_DIR"}

// environment makes the variables of functions.
type environment struct {
	region string
	// addresses replaces the APIs' addresses in AWS by the local ones.
	addresses *strings.Replacer
	// base has variables for all functions; declared ones override them.
	base map[string]string
	// given are the -env flags.
	given pairs
}

func newEnvironment(o options, a addresses, ca string) environment {
	base := map[string]string{}
	for _, name := range inherited {
		if value := os.Getenv(name); value != "" {
			base[name] = value
		}
	}
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_ENDPOINT_URL") && value != "" {
			base[name] = value
		}
	}
	setCredentials(base)
	// For code that posts to https://{domainName}/{stage} of an event.
	for _, name := range []string{"NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"} {
		base[name] = ca
	}
	if a.management != "" && base["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] == "" {
		base["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] = a.management
	}
	return environment{region: region(), addresses: a.replacer(), base: base, given: o.env}
}

func region() string {
	return cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), "us-east-1")
}

// setCredentials takes the credentials of this shell if its variables have
// some. Otherwise it sets ones that are valid only for a local database, so
// that no account is touched by accident.
func setCredentials(into map[string]string) {
	into["AWS_ACCESS_KEY_ID"], into["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	if os.Getenv("AWS_ACCESS_KEY_ID") == "" {
		return
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		into[name] = os.Getenv(name)
	}
}

// of returns a function's environment. A variable that the template declares
// has the shell's value if the shell has one, as with sam local; flags override
// both. missing are the variables without a value, with the reason.
func (e environment) of(f template.Function) (variables, missing map[string]string) {
	variables, missing = maps.Clone(e.base), maps.Clone(f.Unresolved)
	set := func(name, value string) {
		variables[name] = value
		delete(missing, name)
	}
	for name, value := range f.Environment {
		// "" is a template's way to let sam local override an endpoint.
		if value != "" || variables[name] == "" {
			set(name, e.addresses.Replace(value))
		}
	}
	for _, declared := range []map[string]string{f.Environment, f.Unresolved} {
		for name := range declared {
			if value := os.Getenv(name); value != "" {
				set(name, value)
			}
		}
	}
	for name, value := range e.given {
		if !strings.Contains(name, ".") {
			set(name, value)
		}
	}
	for name, value := range e.given {
		if own, ok := strings.CutPrefix(name, f.LogicalID+"."); ok {
			set(own, value)
		}
	}
	return variables, missing
}
