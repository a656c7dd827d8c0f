// Package docker finds the Docker engine of this machine, and runs a private
// one where there is none: `sam local` needs one for its containers.
//
// See https://docs.docker.com/reference/cli/dockerd/.
package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// HostVariable is the variable by which Docker's programs, SAM CLI among them,
// are told where the engine is.
const HostVariable = "DOCKER_HOST"

// ErrNoEngine is the error where no engine answers.
var ErrNoEngine = errors.New("no Docker engine answers")

// Find gives the address of an engine that answers, as [HostVariable] wants it:
// the one that the variable names, or else the one that the docker command uses,
// or else the one at the usual socket. The error is [ErrNoEngine] with the
// address that was tried.
func Find(ctx context.Context) (host string, err error) {
	host = os.Getenv(HostVariable)
	if host == "" {
		host = contextHost(ctx)
	}
	if host == "" {
		host = "unix:///var/run/docker.sock"
	}
	if err := ping(ctx, host); err != nil {
		return "", fmt.Errorf("%w at %s (%v)", ErrNoEngine, host, err)
	}
	return host, nil
}

// contextHost asks the docker command, if there is one: Docker Desktop, Colima
// and others make a context with a socket of their own.
func contextHost(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// ping asks an engine whether it lives. What needs keys (ssh, TLS) the docker
// command asks.
func ping(ctx context.Context, host string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	u, err := url.Parse(host)
	if err != nil {
		return err
	}
	plain := u.Scheme == "unix" || u.Scheme == "tcp" && os.Getenv("DOCKER_TLS_VERIFY") == ""
	if !plain {
		cmd := exec.CommandContext(ctx, "docker", "version", "--format", "{{.Server.Version}}")
		cmd.Env = append(os.Environ(), HostVariable+"="+host)
		return cmd.Run()
	}
	network, address := u.Scheme, u.Host
	if network == "unix" {
		address = u.Path
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker/_ping", nil)
	if err != nil {
		return err
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return nil
}

// bridge is the interface by which containers reach this machine on Linux.
const bridge = "docker0"

// BridgeAddress is this machine's IPv4 address on Docker's bridge, at which
// containers find it as host.docker.internal (host-gateway); "" where there is no
// such bridge: elsewhere than on Linux, Docker leads that name to 127.0.0.1.
func BridgeAddress() string {
	i, err := net.InterfaceByName(bridge)
	if err != nil {
		return ""
	}
	addresses, err := i.Addrs()
	if err != nil {
		return ""
	}
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil {
			return ip.IP.String()
		}
	}
	return ""
}
