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

// environment makes functions' variables.
type environment struct {
	region string
	// addresses replaces APIs' addresses in AWS by those here.
	addresses *strings.Replacer
	// base is for all functions, under what they declare.
	base map[string]string
	// given are the flags.
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
	// For code that makes https://{domainName}/{stage} of an event.
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

// setCredentials takes this shell's if it has some in variables. Else they are good
// for nothing but a local database: no account is touched by accident.
func setCredentials(into map[string]string) {
	into["AWS_ACCESS_KEY_ID"], into["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	if os.Getenv("AWS_ACCESS_KEY_ID") == "" {
		return
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		into[name] = os.Getenv(name)
	}
}

// of is a function's environment. A variable that the template declares has the
// shell's value if the shell has one, as with sam local; flags win over both.
// missing are those without a value, with the reason.
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
