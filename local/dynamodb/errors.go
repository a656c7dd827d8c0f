package dynamodb

import (
	"errors"
	"fmt"
	"strings"
)

// Requirements that a machine may lack. Each text is one line and says how to
// go on.
var (
	// ErrNoNPM means that Dynoxide is not fetched yet and there is no npm command.
	ErrNoNPM = errors.New("no npm, which fetches Dynoxide, the database, once: install Node.js (nodejs.org) so that `npm -v` works, or take DynamoDB Local (DB=dynamodb-local), which needs Java and Maven")
	// ErrNoBinary means that npm has no package of Dynoxide for this system.
	ErrNoBinary = errors.New("no binary of Dynoxide for this system: take DynamoDB Local (DB=dynamodb-local)")
	// ErrFetchDynoxide means that npm could not fetch Dynoxide, or fetched another
	// file.
	ErrFetchDynoxide = errors.New("npm could not fetch Dynoxide: check the network and `npm config get registry`, and try again, or take DynamoDB Local (DB=dynamodb-local)")
	// ErrNoJava means that there is no working java command.
	ErrNoJava = errors.New("no Java: install Java 17 or newer (apt install openjdk-17-jre-headless, brew install openjdk) so that `java -version` works")
	// ErrOldJava means that the java command is older than [MinJava].
	ErrOldJava = errors.New("this Java is too old: DynamoDB Local needs Java 17 or newer; see `java -version`, and put a newer one first in PATH")
	// ErrNoMaven means that DynamoDB Local is not fetched yet and there is no mvn
	// command.
	ErrNoMaven = errors.New("no Maven, which fetches DynamoDB Local once: install it (apt install maven, brew install maven) so that `mvn -v` works")
	// ErrFetch means that Maven could not fetch DynamoDB Local.
	ErrFetch = errors.New("DynamoDB Local could not be fetched with Maven: check the network and ~/.m2/settings.xml, and try again")
	// ErrPortTaken means that another program listens on the port.
	ErrPortTaken = errors.New("the port for the database is taken: choose another, or end the program that listens there")
	// ErrInUse means that another running process has a server on the same data
	// folder.
	ErrInUse = errors.New("the data folder is in use: end the other process, or choose another data folder")
)

// A DamagedError means that a database cannot use the files in its data folder,
// or cannot write there.
type DamagedError struct {
	Engine Engine
	Dir    string // the data folder
	Line   string // the most useful line of the database's output
}

// Error returns one line that says how to go on.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s cannot use the data folder %s (%s): move it away (mv %[2]s %[2]s.broken) to start with an empty one", e.Engine.Title(), e.Dir, e.Line)
}

// usefulLine returns the most useful line of a program's output: the last one
// that names an exception or an error, or else the last one with text.
func usefulLine(output string) string {
	last := ""
	best := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "at ") || strings.HasPrefix(line, "...") {
			continue
		}
		last = line
		if strings.Contains(line, "Exception") || strings.Contains(line, "Error") || strings.HasPrefix(line, "error: ") {
			best = line
		}
	}
	switch {
	case best != "":
		return best
	case last != "":
		return last
	}
	return "it printed nothing"
}
