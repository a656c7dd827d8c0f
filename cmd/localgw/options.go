package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// options say what to serve, and where.
type options struct {
	template, addr string
	// lambda is the address of an Invoke API, build a folder with one folder for
	// each function; "": not given.
	lambda, build string
	// bootstraps are programs by function.
	bootstraps pairs
	parameters pairs
	// env holds variables for all functions, or for one: "Function.NAME".
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

// pairs is a flag NAME=VALUE that may come more than once.
type pairs map[string]string

// String is for package flag.
func (p pairs) String() string { return "" }

// Set adds one.
func (p pairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", s)
	}
	p[name] = value
	return nil
}

// parseOptions reads the command line. It writes help to usage.
func parseOptions(args []string, usage io.Writer) (options, error) {
	o := options{bootstraps: pairs{}, parameters: pairs{}, env: pairs{}}
	flags := flag.NewFlagSet("localgw", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.template, "template", "template.yaml", "the SAM or CloudFormation template")
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "where to serve; port 0 takes a free one")
	flags.StringVar(&o.lambda, "lambda", "", "run the functions there: the address of sam local start-lambda, http://127.0.0.1:3001")
	flags.StringVar(&o.build, "build", "", "run the functions as processes from this folder, which holds one folder for each function: .aws-sam/build")
	flags.Var(o.bootstraps, "bootstrap", "run one function as this program: Function=path (repeatable)")
	flags.Var(o.parameters, "parameter", "a parameter of the template: Name=Value (repeatable)")
	flags.Var(o.env, "env", "a variable for the functions that run as processes: NAME=value, or Function.NAME=value (repeatable)")
	flags.BoolVar(&o.createTables, "create-tables", false, "make the template's DynamoDB tables in the database that AWS_ENDPOINT_URL_DYNAMODB names")
	flags.BoolVar(&o.ignoreAuth, "ignore-auth", false, "let everybody in: ignore the template's authorizers")
	flags.BoolVar(&o.noQuotas, "no-quotas", false, "without the account's limits of 10,000 requests and 500 new connections a second")
	flags.BoolVar(&o.quiet, "quiet", false, "no line for each event")
	flags.StringVar(&o.faults, "faults", "", "go wrong on purpose: post-drop=0.1,slow-reader=1:5s (docs/gateway.md lists them)")
	flags.StringVar(&o.admin, "admin", "", "switch faults at run time at this address: 127.0.0.1:8081 (docs/gateway.md explains it)")
	flags.Uint64Var(&o.seed, "seed", 1, "the seed of the faults")
	flags.BoolVar(&o.version, "version", false, "say which release this is")
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
