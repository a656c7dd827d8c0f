package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// options are the command's flags.
type options struct {
	template, addr string
	// lambda is the address of a Lambda Invoke API. build is a folder with a
	// folder for each function. Both are empty if they are not given.
	lambda, build string
	// bootstraps are the functions' programs.
	bootstraps pairs
	parameters pairs
	// env holds variables: NAME for all functions, Function.NAME for one.
	env          pairs
	createTables bool
	ignoreAuth   bool
	noQuotas     bool
	quiet        bool
	faults       string
	admin        string
	seed         uint64
	version      bool
}

// pairs is a flag NAME=VALUE that may be repeated.
type pairs map[string]string

// String implements flag.Value.
func (p pairs) String() string { return "" }

// Set adds a pair. It implements flag.Value.
func (p pairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", s)
	}
	p[name] = value
	return nil
}

// parseOptions reads the command line. Like package flag, it writes help to
// usage.
func parseOptions(args []string, usage io.Writer) (options, error) {
	o := options{bootstraps: pairs{}, parameters: pairs{}, env: pairs{}}
	flags := flag.NewFlagSet("localgw", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.template, "template", "template.yaml", "the SAM or CloudFormation template")
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "where to serve; port 0 takes a free one")
	flags.StringVar(&o.lambda, "lambda", "", "the address of sam local start-lambda, to run the functions there: http://127.0.0.1:3001")
	flags.StringVar(&o.build, "build", "", "run the functions as processes from this folder, which holds one folder for each function: .aws-sam/build")
	flags.Var(o.bootstraps, "bootstrap", "the program of one function: Function=path (repeatable)")
	flags.Var(o.parameters, "parameter", "a parameter of the template: Name=Value (repeatable)")
	flags.Var(o.env, "env", "a variable for the functions that run as processes: NAME=value, or Function.NAME=value (repeatable)")
	flags.BoolVar(&o.createTables, "create-tables", false, "make the template's DynamoDB tables in the database that AWS_ENDPOINT_URL_DYNAMODB names")
	flags.BoolVar(&o.ignoreAuth, "ignore-auth", false, "let everybody in, without regard to the template's authorizers")
	flags.BoolVar(&o.noQuotas, "no-quotas", false, "do without the account's limits of 10,000 requests and 500 new connections a second")
	flags.BoolVar(&o.quiet, "quiet", false, "print no line for each event")
	flags.StringVar(&o.faults, "faults", "", "inject faults: post-drop=0.1,slow-reader=1:5s (docs/gateway.md lists them)")
	flags.StringVar(&o.admin, "admin", "", "the address at which to switch faults at run time: 127.0.0.1:8081 (docs/gateway.md explains it)")
	flags.Uint64Var(&o.seed, "seed", 1, "the seed of the faults")
	flags.BoolVar(&o.version, "version", false, "print the version")
	err := flags.Parse(args)
	if err == flag.ErrHelp {
		flags.SetOutput(usage)
		flags.Usage()
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("%q is not a flag; localgw -help lists them", flags.Arg(0))
	}
	if err == nil && o.lambda != "" && o.build != "" {
		err = fmt.Errorf("-lambda and -build exclude each other")
	}
	return o, err
}
