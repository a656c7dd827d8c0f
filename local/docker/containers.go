package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// RemoveKnowing removes containers of the engine at host, whether they run or
// not: those whose own list of hosts (`--add-host`) contains name. So a program
// can recognize the containers that another program made for it. Without a
// docker command RemoveKnowing does nothing.
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
	// An error may mean that a container has just ended. The output has the others.
	hosts, _ := docker(append([]string{"inspect", "--format", "{{.Id}} {{.HostConfig.ExtraHosts}}"}, strings.Fields(all)...)...)
	ids := idsKnowing(hosts, name)
	if len(ids) == 0 {
		return nil
	}
	_, err = docker(append([]string{"rm", "--force"}, ids...)...)
	return err
}

// idsKnowing reads lines with an id and a list of hosts, "[name:address …]". It
// returns the ids of the lines with name in the list.
func idsKnowing(lines, name string) (ids []string) {
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
