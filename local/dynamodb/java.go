package dynamodb

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// MinJava is the oldest Java that DynamoDB Local 2.6 runs on.
const MinJava = 17

// findJava returns the path of a java command that is new enough.
func findJava(ctx context.Context) (string, error) {
	path, err := exec.LookPath("java")
	if err != nil {
		return "", ErrNoJava
	}
	// macOS has a java command even without Java; it fails when it is run.
	output, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if ctx.Err() != nil {
		return "", fmt.Errorf("run java -version: %w", ctx.Err())
	}
	if err != nil {
		return "", fmt.Errorf("%w (%s)", ErrNoJava, usefulLine(string(output)))
	}
	if major := javaMajor(string(output)); major != 0 && major < MinJava {
		return "", fmt.Errorf("%w (it is Java %d)", ErrOldJava, major)
	}
	return path, nil
}

var javaVersion = regexp.MustCompile(`version "(\d+)(?:\.(\d+))?`)

// javaMajor returns the major version in the output of java -version, 0 if
// there is none. Versions before 9 call themselves 1.x.
func javaMajor(output string) int {
	m := javaVersion.FindStringSubmatch(output)
	if m == nil {
		return 0
	}
	major, _ := strconv.Atoi(m[1])
	if major == 1 {
		major, _ = strconv.Atoi(m[2])
	}
	return major
}
