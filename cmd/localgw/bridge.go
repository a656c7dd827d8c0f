package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"projectchat/local/docker"
	"projectchat/local/gateway"
)

// serveContainers serves @connections, and nothing else, at the same port of
// Docker's bridge. Functions in `sam local start-lambda` reach this machine
// there. The bridge exists on Linux only, and it needs no listener of its own
// if the gateway listens on all addresses.
func (g *running) serveContainers(o options, listener net.Listener, log *console) error {
	bridge := docker.BridgeAddress()
	at, ok := listener.Addr().(*net.TCPAddr)
	if o.lambda == "" || bridge == "" || !ok || at.IP.IsUnspecified() || at.IP.String() == bridge {
		return nil
	}
	second, err := net.Listen("tcp", net.JoinHostPort(bridge, fmt.Sprint(at.Port)))
	if err != nil {
		return fmt.Errorf("listen on Docker's bridge: %w", err)
	}
	log.say("containers post to http://host.docker.internal:%d (AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI)", at.Port)
	g.bridge = &http.Server{Handler: managementOnly(g.apis), ReadHeaderTimeout: 10 * time.Second, ConnContext: gateway.ConnContext}
	go func() {
		if err := g.bridge.Serve(gateway.KeepHeaderNames(second)); !errors.Is(err, http.ErrServerClosed) {
			g.failed <- fmt.Errorf("serve containers: %w", err)
		}
	}()
	return nil
}

// managementOnly passes requests to the management API, which must be signed.
// The APIs themselves are not for Docker's network.
func managementOnly(apis http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !gateway.IsManagement(r) {
			http.Error(w, "Only @connections is answered here.", http.StatusForbidden)
			return
		}
		apis.ServeHTTP(w, r)
	})
}
