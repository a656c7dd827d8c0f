package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"syscall"
	"time"

	"projectchat/local/gateway"
	"projectchat/local/template"
)

// running is a started gateway.
type running struct {
	failed    chan error // receives an error if a server fails
	server    *http.Server
	admin     *http.Server // nil if there is none
	bridge    *http.Server // for functions in containers; nil if there is none
	apis      *apis
	functions *functions
	scratch   *scratch
}

// start starts all parts. If one fails, it stops those that have started.
func start(ctx context.Context, o options, log *console) (_ *running, err error) {
	began := time.Now()
	t, err := template.Load(o.template, template.Options{Parameters: o.parameters, Region: region()})
	if err != nil {
		return nil, err
	}
	if len(t.WebSocketAPIs)+len(t.HTTPAPIs) == 0 {
		return nil, fmt.Errorf("template %s has no WebSocket or HTTP API", o.template)
	}
	listener, err := listen(o.addr, "-addr")
	if err != nil {
		return nil, err
	}
	g := &running{failed: make(chan error, 1)}
	defer func() {
		if err != nil {
			listener.Close()
			g.stop(ctx)
		}
	}()
	if err := g.prepare(ctx, o, t, reachable(o.addr, listener), log); err != nil {
		return nil, err
	}
	if err := g.serve(listener, o); err != nil {
		return nil, err
	}
	if err := g.serveContainers(o, listener, log); err != nil {
		return nil, err
	}
	log.say("ready      in %d ms; Ctrl-C stops", time.Since(began).Milliseconds())
	return g, nil
}

// prepare makes the functions and the APIs.
func (g *running) prepare(ctx context.Context, o options, t *template.Template, host string, log *console) (err error) {
	if g.scratch, err = newScratch(); err != nil {
		return err
	}
	if o.createTables {
		if err := createTables(ctx, t, log); err != nil {
			return err
		}
	}
	where := newAddresses(t, host)
	env := newEnvironment(o, where, bundlePath(g.scratch.dir))
	if g.functions, err = newFunctions(o, t, env, g.scratch.dir, log); err != nil {
		return err
	}
	b, err := newBuilder(o, t, g.functions, where, log)
	if err != nil {
		return err
	}
	if g.apis, err = b.build(); err != nil {
		return err
	}
	if o.admin != "" {
		if err := g.serveAdmin(o.admin, b, log); err != nil {
			return err
		}
	}
	b.list(log, g.functions.where)
	return nil
}

// serve serves plain and TLS connections on one port.
func (g *running) serve(listener net.Listener, o options) error {
	certificate, err := newCertificate(o.addr, bundlePath(g.scratch.dir))
	if err != nil {
		return err
	}
	g.server = &http.Server{
		Handler: g.apis, ReadHeaderTimeout: 10 * time.Second, ConnContext: gateway.ConnContext,
		ErrorLog: stdlog.New(io.Discard, "", 0), // it would log aborted TLS handshakes
	}
	both := gateway.KeepHeaderNames(newBothListener(listener, certificate))
	go func() {
		if err := g.server.Serve(both); !errors.Is(err, http.ErrServerClosed) {
			g.failed <- fmt.Errorf("serve: %w", err)
		}
	}()
	return nil
}

// stop stops all parts. It closes the connections first: their $disconnect
// functions can then still post. The functions end last.
func (g *running) stop(ctx context.Context) error {
	var errs []error
	if g.admin != nil {
		errs = append(errs, g.admin.Close())
	}
	if g.apis != nil {
		for _, api := range g.apis.webSockets {
			errs = append(errs, api.Shutdown(ctx))
		}
	}
	if g.bridge != nil {
		errs = append(errs, g.bridge.Shutdown(ctx))
	}
	if g.server != nil {
		errs = append(errs, g.server.Shutdown(ctx))
	}
	if g.functions != nil {
		g.functions.close()
	}
	if g.scratch != nil {
		errs = append(errs, g.scratch.close())
	}
	return errors.Join(errs...)
}

func listen(addr, flag string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program: choose another address with %s", addr, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return listener, nil
}
