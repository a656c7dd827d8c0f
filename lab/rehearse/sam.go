package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// These variables tell the stand-ins for the SAM CLI and the AWS CLI where things are.
const (
	samVariable    = "REHEARSE_SAM"    // the real SAM CLI
	awsVariable    = "REHEARSE_AWS"    // the real AWS CLI
	folderVariable = "REHEARSE_FOLDER" // where it builds
)

// standInForSAM is the SAM CLI of the scripts. It is the real one, but builds elsewhere, so
// that it disturbs no other build. Then it deploys the build with the changes that the
// emulator needs.
func standInForSAM(ctx context.Context, args []string) error {
	folder := filepath.Join(os.Getenv(folderVariable), "build")
	built := filepath.Join(folder, "template.yaml")
	switch args[0] {
	case "build":
		if err := actual(ctx, samVariable, append(slices.Clone(args), "--build-dir", folder)...); err != nil {
			return err
		}
		return adapt(ctx, built, built)
	case "deploy":
		// SAM looks for its settings beside the template.
		settings, err := filepath.Abs("samconfig.toml")
		if err != nil {
			return err
		}
		return actual(ctx, samVariable, append(slices.Clone(args), "--template-file", built, "--config-file", settings)...)
	}
	return actual(ctx, samVariable, args...)
}

// standInForAWS is the AWS CLI of the scripts. It is the real one, but deploys ops.yaml with
// the changes that the emulator needs.
func standInForAWS(ctx context.Context, args []string) error {
	if i := slices.Index(args, "ops.yaml"); i >= 0 {
		adapted := filepath.Join(os.Getenv(folderVariable), "ops.yaml")
		if err := adapt(ctx, "ops.yaml", adapted); err != nil {
			return err
		}
		args = slices.Replace(slices.Clone(args), i, i+1, adapted)
	}
	return actual(ctx, awsVariable, args...)
}

// actual runs the tool that a variable names.
func actual(ctx context.Context, variable string, args ...string) error {
	cmd := exec.CommandContext(ctx, os.Getenv(variable), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// adapt writes a template with the changes for the emulator.
func adapt(ctx context.Context, from, to string) error {
	python := filepath.Join(filepath.Dir(os.Getenv(samVariable)), "python")
	script := filepath.Join("lab", "rehearse", "transform.py")
	cmd := exec.CommandContext(ctx, python, script, from)
	cmd.Stderr = os.Stderr
	printed, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("SAM's transform: %w", err)
	}
	var t template
	if err := json.Unmarshal(printed, &t); err != nil {
		return fmt.Errorf("SAM's transform: %w", err)
	}
	out, changes, err := emulated(t, os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		return err
	}
	for _, change := range changes {
		fmt.Println("for the emulator:", change)
	}
	text, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}
