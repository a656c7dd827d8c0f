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

// Variables by which the rehearsal tells its stand-in for the SAM CLI what to do.
const (
	samVariable    = "REHEARSE_SAM"    // the real SAM CLI
	folderVariable = "REHEARSE_FOLDER" // where it builds
)

// standInForSAM is what the scripts run as the SAM CLI: the real one, which
// builds elsewhere, so that no other build is disturbed, and then deploys what it
// built with the changes that the emulator needs.
func standInForSAM(ctx context.Context, args []string) error {
	folder := filepath.Join(os.Getenv(folderVariable), "build")
	built := filepath.Join(folder, "template.yaml")
	switch args[0] {
	case "build":
		if err := realSAM(ctx, append(slices.Clone(args), "--build-dir", folder)...); err != nil {
			return err
		}
		return adapt(ctx, built)
	case "deploy":
		// SAM looks for its settings beside the template.
		settings, err := filepath.Abs("samconfig.toml")
		if err != nil {
			return err
		}
		return realSAM(ctx, append(slices.Clone(args), "--template-file", built, "--config-file", settings)...)
	}
	return realSAM(ctx, args...)
}

func realSAM(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, os.Getenv(samVariable), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// adapt changes a built template for the emulator, in its place.
func adapt(ctx context.Context, built string) error {
	python := filepath.Join(filepath.Dir(os.Getenv(samVariable)), "python")
	script := filepath.Join("lab", "rehearse", "transform.py")
	cmd := exec.CommandContext(ctx, python, script, built)
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
	return os.WriteFile(built, text, 0o644)
}
