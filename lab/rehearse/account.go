package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const region = "us-east-1"

// account is the emulated account, as the AWS CLI, the SAM CLI and the scripts of .sam see
// it.
type account struct {
	cli         string // the AWS CLI
	environment []string
	log         *os.File // everything that the tools print
}

// newAccount makes the tools' environment: they reach the emulator and nothing else. It has
// no settings of this machine's AWS CLI, and stand-ins for both CLIs.
func newAccount(e *emulator, o options, folder string) (*account, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(folder, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return nil, err
	}
	for _, name := range []string{"sam", "aws"} {
		if err := os.Symlink(self, filepath.Join(bin, name)); err != nil {
			return nil, err
		}
	}
	log, err := os.Create(filepath.Join(folder, "tools.log"))
	if err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "AWS_") || strings.HasPrefix(v, "PATH=") || strings.HasPrefix(v, "MAKE") || strings.HasPrefix(v, "MFLAGS")
	})
	return &account{cli: filepath.Join(bin, "aws"), log: log, environment: append(kept,
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"AWS_ENDPOINT_URL="+e.address, "AWS_REGION="+region, "AWS_DEFAULT_REGION="+region,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_PAGER=",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"SAM="+filepath.Join(bin, "sam"), "SAM_CLI_TELEMETRY=0",
		samVariable+"="+o.sam, awsVariable+"="+filepath.Join(o.venv, "bin", "aws"), folderVariable+"="+folder,
	)}, nil
}

// script runs one of the scripts in .sam, with further variables, and returns its output.
func (a *account) script(ctx context.Context, variables []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(".sam", name), args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := a.run(cmd, variables, &said); err != nil {
		return "", err
	}
	return said.String(), nil
}

// aws asks the account by the AWS CLI and decodes the answer into v, if that is not nil.
func (a *account) aws(ctx context.Context, v any, args ...string) error {
	cmd := exec.CommandContext(ctx, a.cli, append(args, "--output", "json")...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := a.run(cmd, nil, &complaint); err != nil || v == nil {
		return err
	}
	if err := json.Unmarshal(out.Bytes(), v); err != nil {
		return fmt.Errorf("aws %s %s: %w in %q", args[0], args[1], err, tail(out.String()))
	}
	return nil
}

// run runs a tool; said is where it complains, which the log has, too.
func (a *account) run(cmd *exec.Cmd, variables []string, said *bytes.Buffer) error {
	cmd.Env = slices.Concat(a.environment, variables)
	began := time.Now()
	err := cmd.Run()
	fmt.Fprintf(a.log, "\n$ %s %s (%.1f s)\n%s", filepath.Base(cmd.Path), strings.Join(cmd.Args[1:], " "), time.Since(began).Seconds(), said)
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(cmd.Path), cmd.Args[1], err, tail(said.String()))
	}
	return nil
}

// tail is the end of a tool's output.
func tail(text string) string { return text[max(0, len(text)-3000):] }

// outputs are those of a stack.
func (a *account) outputs(ctx context.Context, stack string) (map[string]string, error) {
	var found []struct{ OutputKey, OutputValue string }
	err := a.aws(ctx, &found, "cloudformation", "describe-stacks", "--stack-name", stack, "--query", "Stacks[0].Outputs")
	out := map[string]string{}
	for _, o := range found {
		out[o.OutputKey] = o.OutputValue
	}
	return out, err
}

// changed is when a stack was last changed.
func (a *account) changed(ctx context.Context, stack string) (when string, err error) {
	err = a.aws(ctx, &when, "cloudformation", "describe-stacks", "--stack-name", stack,
		"--query", "Stacks[0].LastUpdatedTime || Stacks[0].CreationTime")
	return when, err
}

// rolePolicy is the policy that SAM gives a function's role.
type rolePolicy struct {
	role, name string
	document   map[string]any
}

// rolePolicy reads the one policy of a role of a stack.
func (a *account) rolePolicy(ctx context.Context, stack, logicalID string) (p rolePolicy, err error) {
	if err := a.aws(ctx, &p.role, "cloudformation", "describe-stack-resource", "--stack-name", stack,
		"--logical-resource-id", logicalID, "--query", "StackResourceDetail.PhysicalResourceId"); err != nil {
		return p, err
	}
	if err := a.aws(ctx, &p.name, "iam", "list-role-policies", "--role-name", p.role, "--query", "PolicyNames[0]"); err != nil {
		return p, err
	}
	return p, a.aws(ctx, &p.document, "iam", "get-role-policy", "--role-name", p.role, "--policy-name", p.name, "--query", "PolicyDocument")
}

// putRolePolicy replaces a policy's document.
func (a *account) putRolePolicy(ctx context.Context, p rolePolicy, document map[string]any) error {
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	return a.aws(ctx, nil, "iam", "put-role-policy", "--role-name", p.role, "--policy-name", p.name, "--policy-document", string(text))
}

// withoutPosts is a policy document that no longer allows posts to connections.
func withoutPosts(document map[string]any) (map[string]any, error) {
	statements, _ := document["Statement"].([]any)
	kept := slices.DeleteFunc(slices.Clone(statements), func(s any) bool {
		return at(s, "Action") == "execute-api:ManageConnections"
	})
	if len(kept) == len(statements) {
		return nil, errors.New("the policy has no right to post")
	}
	out := maps.Clone(document)
	out["Statement"] = kept
	return out, nil
}
