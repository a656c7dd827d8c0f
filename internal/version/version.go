// Package version tells which release a program is of.
package version

import "runtime/debug"

// number is set by the Makefile: -ldflags '-X …/internal/version.number=0.1.0'.
var number string

// Number is the release as CHANGELOG.md has it, or else as Go knows it: that is
// what `go install …@v0.1.0` was asked for, or the commit.
func Number() string {
	if number != "" {
		return number
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
