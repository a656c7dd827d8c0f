package dynamodb

import (
	"errors"
	"fmt"
	"strings"
)

// What can be missing on a machine. Each text is one line that says how to go on.
var (
	// ErrNoNPM: Dynoxide is not fetched yet, and there is no npm command.
	ErrNoNPM = errors.New("no npm, which fetches Dynoxide, the database, once: install Node.js (nodejs.org) so that `npm -v` works, or take DynamoDB Local (DB=dynamodb-local), which needs Java and Maven")
	// ErrNoBinary: npm has no package of Dynoxide for this system.
	ErrNoBinary = errors.New("no binary of Dynoxide for this system: take DynamoDB Local (DB=dynamodb-local)")
	// ErrFetchDynoxide: npm could not fetch Dynoxide, or something else than Dynoxide came.
	ErrFetchDynoxide = errors.New("npm could not fetch Dynoxide: check the network and `npm config get registry`, and try again, or take DynamoDB Local (DB=dynamodb-local)")
	// ErrNoJava: no working java command.
	ErrNoJava = errors.New("no Java: install Java 17 or newer (apt install openjdk-17-jre-headless, brew install openjdk) so that `java -version` works")
	// ErrOldJava: the java command is older than [MinJava].
	ErrOldJava = errors.New("this Java is too old: DynamoDB Local needs Java 17 or newer; see `java -version`, and put a newer one first in PATH")
	// ErrNoMaven: DynamoDB Local is not fetched yet, and there is no mvn command.
	ErrNoMaven = errors.New("no Maven, which fetches DynamoDB Local once: install it (apt install maven, brew install maven) so that `mvn -v` works")
	// ErrFetch: Maven could not fetch DynamoDB Local.
	ErrFetch = errors.New("DynamoDB Local could not be fetched with Maven: check the network and ~/.m2/settings.xml, and try again")
	// ErrPortTaken: something else listens on the port that was asked for.
	ErrPortTaken = errors.New("the port for the database is taken: choose another, or end the program that listens there")
	// ErrInUse: another running process has a server on the same data folder.
	ErrInUse = errors.New("the data folder is in use: end the other process, or choose another data folder")
)

// A DamagedError says that a database cannot work with the files in its data
// folder, or cannot write there.
type DamagedError struct {
	Engine Engine
	Dir    string // the data folder
	Line   string // the line of the database's output that tells most
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s cannot use the data folder %s (%s): move it away (mv %[2]s %[2]s.broken) to start with an empty one", e.Engine.Title(), e.Dir, e.Line)
}

// usefulLine picks the line that tells most from a program's last output: the last
// one that names an exception or an error, else the last one that says anything.
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
	return "it said nothing"
}
