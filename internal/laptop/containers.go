package laptop

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	localdb "projectchat/local/dynamodb"
)

const (
	// ContainerHost is the name of this machine in containers (samconfig.toml,
	// add_host).
	ContainerHost = "host.docker.internal"

	DatabaseVariable   = localdb.EndpointVariable
	ManagementVariable = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"
)

// ContainerSettings are the functions' environment variables in SAM's
// containers, as .sam/local.json has them (`sam local --env-vars`).
type ContainerSettings struct {
	Parameters map[string]string
}

// ReadContainerSettings reads the settings of the project in a folder.
func ReadContainerSettings(root string) (s ContainerSettings, err error) {
	name := filepath.Join(root, ".sam", "local.json")
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read the functions' variables: %w", err)
	}
	return s, nil
}

// Port returns the port of the address that a variable holds; 0 if there is
// none.
func (s ContainerSettings) Port(variable string) int {
	u, err := url.Parse(s.Parameters[variable])
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(u.Port())
	return port
}

// Point sets a variable to an address. It replaces an address of this machine,
// so that the address is right inside a container.
func (s ContainerSettings) Point(variable, address string) {
	u, err := url.Parse(address)
	if err == nil && isLoopback(u.Hostname()) {
		u.Host = net.JoinHostPort(ContainerHost, u.Port())
		address = u.String()
	}
	s.Parameters[variable] = address
}

// Write writes the settings to a file for `sam local --env-vars`.
func (s ContainerSettings) Write(name string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o600)
}
