package docker

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// forwarding is the kernel's switch for IP forwarding. dockerd sets it and
// never resets it.
const forwarding = "/proc/sys/net/ipv4/ip_forward"

// keepFirewall records the machine-wide state that dockerd changes. It returns
// functions that restore it.
func keepFirewall(ctx context.Context) (undo []func() error) {
	for _, command := range []string{"iptables", "ip6tables"} {
		before, err := exec.CommandContext(ctx, command+"-save").Output()
		if err != nil {
			continue // without the command, dockerd cannot use it either
		}
		undo = append(undo, func() error { return restoreFirewall(command, string(before)) })
	}
	if _, err := net.InterfaceByName(bridge); err != nil {
		undo = append(undo, removeBridge)
	}
	if before, err := os.ReadFile(forwarding); err == nil {
		undo = append(undo, func() error { return restoreForwarding(before) })
	}
	return undo
}

func removeBridge() error {
	if _, err := net.InterfaceByName(bridge); err != nil {
		return nil
	}
	return exec.Command("ip", "link", "delete", bridge).Run()
}

func restoreForwarding(before []byte) error {
	now, err := os.ReadFile(forwarding)
	if err != nil || string(now) == string(before) {
		return err
	}
	return os.WriteFile(forwarding, before, 0o644)
}

func restoreFirewall(command, before string) error {
	after, err := exec.Command(command + "-save").Output()
	if err != nil {
		return fmt.Errorf("%s-save: %w", command, err)
	}
	script := takeBack(before, string(after))
	if script == "" {
		return nil
	}
	cmd := exec.Command(command+"-restore", "--noflush")
	cmd.Stdin = strings.NewReader(script)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("take back the firewall rules: %w: %s", err, output)
	}
	return nil
}

// table is a table of a firewall in iptables-save's format.
type table struct {
	name     string
	policies map[string]string // of chains; "-" for one that is not built in
	rules    []string          // "-A chain …"
}

func parseTables(text string) (tables []table) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "*"):
			tables = append(tables, table{name: line[1:], policies: map[string]string{}})
		case len(tables) == 0:
		case strings.HasPrefix(line, ":"):
			if f := strings.Fields(line[1:]); len(f) > 1 {
				tables[len(tables)-1].policies[f[0]] = f[1]
			}
		case strings.HasPrefix(line, "-A "):
			t := &tables[len(tables)-1]
			t.rules = append(t.rules, line)
		}
	}
	return tables
}

// takeBack returns input for `iptables-restore --noflush`; before and after are
// in iptables-save's format. The input removes the chains and rules that are in
// after but not in before, and resets changed policies. It leaves everything
// that both have. It cannot distinguish dockerd's additions from those that
// another program has made meanwhile, and removes both. An empty result means
// that there is nothing to do.
func takeBack(before, after string) string {
	var script strings.Builder
	old := parseTables(before)
	for _, t := range parseTables(after) {
		was := table{}
		if i := slices.IndexFunc(old, func(o table) bool { return o.name == t.name }); i >= 0 {
			was = old[i]
		}
		if lines := t.since(was); len(lines) > 0 {
			fmt.Fprintf(&script, "*%s\n%s\nCOMMIT\n", t.name, strings.Join(lines, "\n"))
		}
	}
	return script.String()
}

// since returns the lines that lead from t back to was.
func (t table) since(was table) (lines []string) {
	var added []string
	for chain, policy := range t.policies {
		switch before := was.policies[chain]; {
		case policy == "-" && before == "":
			added = append(added, chain)
		case policy != "-" && policy != or(before, "ACCEPT"):
			lines = append(lines, ":"+chain+" "+or(before, "ACCEPT")+" [0:0]")
		}
	}
	slices.Sort(added)
	slices.Sort(lines)
	for _, rule := range t.rules {
		if chain := strings.Fields(rule)[1]; !slices.Contains(added, chain) && !slices.Contains(was.rules, rule) {
			lines = append(lines, "-D"+rule[2:])
		}
	}
	for _, option := range []string{"-F ", "-X "} {
		for _, chain := range added {
			lines = append(lines, option+chain)
		}
	}
	return lines
}

func or(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}
