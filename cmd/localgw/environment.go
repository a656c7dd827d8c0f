package main

import (
	"cmp"
	"maps"
	"os"
	"strings"

	"projectchat/local/template"
)

// inheritedVariables are the variables of this process that functions get
// although the template does not declare them. Credentials and profiles are
// missing on purpose: see setCredentials.
var inheritedVariables = []string{"PATH", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_DIR"}

// environment computes the variables of functions.
type environment struct {
	region string
	// addresses replaces the APIs' addresses in AWS with those on this machine.
	addresses *strings.Replacer
	// base is for all functions. A function's own variables override it.
	base map[string]string
	// given are the variables of the flag -env.
	given pairs
}

func newEnvironment(o options, a addresses, ca string) environment {
	base := map[string]string{}
	for _, name := range inheritedVariables {
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

// setCredentials copies the credentials of this shell's variables. Without them
// it sets credentials that only a local database accepts, so that no function
// touches an account by accident.
func setCredentials(into map[string]string) {
	into["AWS_ACCESS_KEY_ID"], into["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	if os.Getenv("AWS_ACCESS_KEY_ID") == "" {
		return
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		into[name] = os.Getenv(name)
	}
}

// of returns the variables of a function. As with sam local, the shell's value
// of a declared variable overrides the template's. The flag -env overrides
// both. missing holds the variables without a value, with the reasons.
func (e environment) of(f template.Function) (variables, missing map[string]string) {
	variables, missing = maps.Clone(e.base), maps.Clone(f.Unresolved)
	set := func(name, value string) {
		variables[name] = value
		delete(missing, name)
	}
	for name, value := range f.Environment {
		// A template declares "" so that sam local can override an endpoint.
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
