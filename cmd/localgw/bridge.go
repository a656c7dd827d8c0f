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

// serveContainers serves only @connections, at the same port on Docker's
// bridge, where functions in `sam local start-lambda` find it. It does nothing
// on systems other than Linux, and if all addresses are listened on.
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

// managementOnly lets only the requests of functions pass, which are signed;
// the APIs themselves are not for Docker's network.
func managementOnly(apis http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !gateway.IsManagement(r) {
			http.Error(w, "Only @connections is answered here.", http.StatusForbidden)
			return
		}
		apis.ServeHTTP(w, r)
	})
}
