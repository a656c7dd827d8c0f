// Package version knows the release of a program.
package version

import "runtime/debug"

// number is set by the Makefile: -ldflags '-X …/internal/version.number=0.1.0'.
var number string

// Number returns the release as CHANGELOG.md has it. Without the Makefile it is
// the version that Go knows: the one that `go install …@v0.1.0` asked for, or
// the commit.
func Number() string {
	if number != "" {
		return number
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
