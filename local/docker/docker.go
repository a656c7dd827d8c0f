// Package docker finds the Docker engine of this machine, or runs a private
// one. `sam local` needs an engine for its containers.
//
//	host, err := docker.Find(ctx)
//	if errors.Is(err, docker.ErrNoEngine) && docker.CanStart() == nil {
//		engine, err := docker.Start(ctx)
//		if err != nil {
//			return err
//		}
//		defer engine.Stop()
//		host = engine.Host
//	}
//	cmd.Env = append(os.Environ(), docker.HostVariable+"="+host)
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

// HostVariable is the environment variable that tells Docker's programs, and
// SAM CLI, where the engine is.
const HostVariable = "DOCKER_HOST"

// ErrNoEngine means that no engine answers.
var ErrNoEngine = errors.New("no Docker engine answers")

// Find returns the address of an engine that answers, in the form of
// [HostVariable]. It tries one address only: that of the variable, or else that
// of the docker command's context, or else the usual socket. The error wraps
// [ErrNoEngine] and names the address.
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

// contextHost returns the address in the docker command's context, "" if there
// is no docker command. Docker Desktop, Colima and others make a context with a
// socket of their own.
func contextHost(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// ping reports as an error that an engine does not answer. For addresses that
// need keys (ssh, TLS) it uses the docker command.
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

// BridgeAddress returns the IPv4 address of Docker's bridge, which containers
// know as host.docker.internal (host-gateway). It returns "" if there is no
// bridge. Only Linux has one: on other systems Docker maps that name to
// 127.0.0.1.
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
