package dynamodb

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// LocalVersion is the version of com.amazonaws:DynamoDBLocal on Maven Central:
// the newest 2.x, which runs on Java 17.
const LocalVersion = "2.6.1"

const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>dynamodb-local-libs</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>` + LocalVersion + `</version>
    </dependency>
  </dependencies>
</project>
`

// fetchLocal makes sure that dir holds DynamoDB Local, about 50 MB, and returns
// the folder of its libraries.
func fetchLocal(ctx context.Context, dir string, log func(string)) (lib string, err error) {
	return fetchOnce(ctx, dir, "lib-"+LocalVersion, func(fresh string) error {
		mvn, err := exec.LookPath("mvn")
		if err != nil {
			return ErrNoMaven
		}
		log("fetching DynamoDB Local " + LocalVersion + " with Maven (about 50 MB, once)")
		pomPath := filepath.Join(filepath.Dir(fresh), "pom.xml")
		if err := os.WriteFile(pomPath, []byte(pom), 0o644); err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, mvn, "-B", "-q", "-f", pomPath, copyDependencies,
			"-DoutputDirectory="+fresh, "-DincludeScope=runtime")
		cmd.WaitDelay = time.Second // mvn is a script: its child may hold the output open
		if output, err := cmd.CombinedOutput(); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w (%s)", ErrFetch, usefulLine(string(output)))
		}
		return nil
	})
}

func localArguments(lib string, java []string, port int, dataDir string) []string {
	args := append([]string{"-Xmx512m"}, java...)
	args = append(args,
		// No path to native libraries: the jar unpacks its own SQLite, which supports
		// more processors than Maven's copies.
		"-cp", filepath.Join(lib, "*"),
		"com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
		"-port", strconv.Itoa(port),
		"-sharedDb",         // one database for all credentials and regions
		"-disableTelemetry", // otherwise it looks up a host at AWS
	)
	if dataDir == "" {
		return append(args, "-inMemory")
	}
	return append(args, "-dbPath", dataDir)
}
