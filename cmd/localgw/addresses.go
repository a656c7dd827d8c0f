package main

import (
	"net"
	"strings"

	"projectchat/local/template"
)

// addresses holds the addresses of the APIs.
type addresses struct {
	host string
	// shared are the stage names that several APIs have. These stages are found
	// only under their API's id.
	shared map[string]bool
	// management is the address to which functions post, if there is only one.
	management string
	// inAWS and here are the APIs' addresses in AWS and on this machine, in pairs.
	inAWS []string
	here  []string
}

func newAddresses(t *template.Template, host string) addresses {
	a := addresses{host: host, shared: map[string]bool{}}
	seen := map[string]bool{}
	count := func(stages []template.Stage) {
		for _, stage := range stages {
			a.shared[stage.Name] = seen[stage.Name]
			seen[stage.Name] = true
		}
	}
	for _, api := range t.WebSocketAPIs {
		count(api.Stages)
	}
	for _, api := range t.HTTPAPIs {
		count(api.Stages)
	}
	for _, api := range t.WebSocketAPIs {
		a.add(api.LogicalID, api.Stages)
	}
	for _, api := range t.HTTPAPIs {
		a.add(api.LogicalID, api.Stages)
	}
	if ws := t.WebSocketAPIs; len(ws) == 1 && len(ws[0].Stages) == 1 {
		a.management = a.of("http", ws[0].LogicalID, ws[0].Stages[0].Name)
	}
	return a
}

// add records the address of an API in AWS, in the form of local/template.
func (a *addresses) add(id string, stages []template.Stage) {
	base := a.host
	for _, stage := range stages {
		if a.shared[stage.Name] {
			base = a.host + "/" + id
		}
	}
	name := id + ".execute-api." + region() + ".amazonaws.com"
	a.inAWS = append(a.inAWS, "https://"+name, "wss://"+name, name)
	a.here = append(a.here, "http://"+base, "ws://"+base, base)
}

// of returns the address of a stage.
func (a addresses) of(scheme, id, stage string) string {
	address := scheme + "://" + a.host
	if a.shared[stage] {
		address += "/" + id
	}
	if stage == "$default" {
		return address
	}
	return address + "/" + stage
}

func (a addresses) replacer() *strings.Replacer {
	var pairs []string
	for i := range a.inAWS {
		pairs = append(pairs, a.inAWS[i], a.here[i])
	}
	return strings.NewReplacer(pairs...)
}

// reachable returns the address at which a client reaches the listener. A
// client cannot dial an unspecified address (0.0.0.0), so it returns 127.0.0.1
// for it.
func reachable(addr string, listener net.Listener) string {
	host, _, _ := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return net.JoinHostPort(host, port)
}
