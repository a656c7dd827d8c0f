package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"projectchat/internal/laptop"
	"projectchat/local/docker"
	localdb "projectchat/local/dynamodb"
	"projectchat/local/gateway"
	locallambda "projectchat/local/lambda"
	"projectchat/local/template"
)

// answerTime is how much longer than its own time limit a function in a
// container may take, so that the Lambda endpoint is the one that reports the
// timeout.
const answerTime = 10 * time.Second

// remoteFunctions returns the declared functions as calls of `sam local
// start-lambda`.
func remoteFunctions(o options, declared map[string]template.Function) (map[string]gateway.Invoker, error) {
	remote, err := locallambda.NewRemote(o.Lambda, func(line string) { o.Say("lambda", "%s", line) })
	if err != nil {
		return nil, fmt.Errorf("-lambda: %w", err)
	}
	functions := map[string]gateway.Invoker{}
	for id, f := range declared {
		functions[id] = gateway.WithTimeout(remote.Function(id), f.Timeout+answerTime)
	}
	return functions, nil
}

// listenForContainers listens at the same port on Docker's bridge, by which the
// functions in containers reach @connections. It returns nil if no second
// listener is needed: on systems other than Linux, or if the first one listens
// at all addresses.
func listenForContainers(o options, listener net.Listener) (net.Listener, error) {
	bridge := docker.BridgeAddress()
	at := listener.Addr().(*net.TCPAddr)
	if o.Lambda == "" || bridge == "" || at.IP.IsUnspecified() || at.IP.String() == bridge {
		return nil, nil
	}
	second, err := net.Listen("tcp", net.JoinHostPort(bridge, fmt.Sprint(at.Port)))
	if err != nil {
		return nil, fmt.Errorf("listen on Docker's bridge: %w", err)
	}
	o.Say("lambda", "%s; its containers post to %s", o.Lambda, second.Addr())
	return second, nil
}

// meetContainers makes the database listen where the functions in containers
// expect it, and warns if they would post to another gateway.
func (o *options) meetContainers(listener net.Listener) error {
	if o.Lambda == "" {
		return nil
	}
	settings, err := o.meetDatabase()
	if err != nil {
		return err
	}
	if at := listener.Addr().(*net.TCPAddr); settings.Port(laptop.ManagementVariable) != at.Port {
		o.Say("note", "this is port %d, and .sam/local.json has containers post to %s", at.Port, settings.Parameters[laptop.ManagementVariable])
	}
	return nil
}

// meetDatabase makes the database listen where the functions in containers
// expect it, and returns their other settings. It chooses DynamoDB Local:
// Dynoxide listens on loopback only, where no container can reach it.
func (o *options) meetDatabase() (laptop.ContainerSettings, error) {
	settings, err := laptop.ReadContainerSettings(o.Root)
	o.Engine, o.DatabasePort = localdb.Local, settings.Port(laptop.DatabaseVariable)
	return settings, err
}

// containersOnly lets only the requests of functions in containers pass: the
// page and the APIs are not for Docker's network.
func containersOnly(site *site) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isSignedManagement(r) {
			http.Error(w, "Only signed requests for @connections are answered here.", http.StatusForbidden)
			return
		}
		site.ServeHTTP(w, r)
	})
}

// serveContainers serves @connections on Docker's bridge.
func (s *stack) serveContainers(listener net.Listener, site *site) {
	s.bridge = &http.Server{Handler: containersOnly(site), ReadHeaderTimeout: 10 * time.Second, ConnContext: gateway.ConnContext}
	go func() {
		if err := s.bridge.Serve(gateway.KeepHeaderNames(listener)); !errors.Is(err, http.ErrServerClosed) {
			s.fail(fmt.Errorf("serve containers: %w", err))
		}
	}()
}
