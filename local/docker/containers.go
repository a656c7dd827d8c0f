package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// RemoveKnowing removes the containers of an engine whose own list of hosts
// (`--add-host`) has a name, running or not: a way to know containers again that
// another program has made. Without a docker command it does nothing.
func RemoveKnowing(ctx context.Context, host, name string) error {
	if _, err := exec.LookPath("docker"); err != nil {
		return nil
	}
	docker := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "docker", args...)
		cmd.Env = append(os.Environ(), HostVariable+"="+host)
		out, err := cmd.Output()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("docker %s: %s", args[0], lastLine(exit.Stderr))
		}
		return string(out), err
	}
	all, err := docker("ps", "--all", "--quiet", "--no-trunc")
	if err != nil || all == "" {
		return err
	}
	// One that has gone in between is an error, though the others were looked at.
	hosts, _ := docker(append([]string{"inspect", "--format", "{{.Id}} {{.HostConfig.ExtraHosts}}"}, strings.Fields(all)...)...)
	ids := knowing(hosts, name)
	if len(ids) == 0 {
		return nil
	}
	_, err = docker(append([]string{"rm", "--force"}, ids...)...)
	return err
}

// knowing reads lines of an id and a list of hosts, "[name:address …]", and gives
// the ids of those with a name in it.
func knowing(lines, name string) (ids []string) {
	for line := range strings.Lines(lines) {
		id, hosts, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, entry := range strings.Fields(strings.Trim(hosts, "[]")) {
			if strings.HasPrefix(entry, name+":") || strings.HasPrefix(entry, name+"=") {
				ids = append(ids, id)
				break
			}
		}
	}
	return ids
}
