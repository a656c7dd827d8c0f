package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"projectchat/local/gateway"
)

// admin switches faults while the gateway runs:
//
//	GET    /_gateway/faults                     lists the active faults with their counts
//	POST   /_gateway/faults post-drop=0.1,…     activates faults, in the syntax of -faults
//	DELETE /_gateway/faults?fault=post-drop     deactivates a fault; all if none is named
//	POST   /_gateway/disrupt cut                disrupts all connections at once
type admin struct {
	faults *gateway.Faults
	apis   []*gateway.WebSocket
	log    *console
}

// serveAdmin serves admin at addr, which must be a loopback address.
func (g *running) serveAdmin(addr string, b *builder, log *console) error {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("-admin %s: must be an address like 127.0.0.1:8081, which other machines cannot reach", addr)
	}
	listener, err := listen(addr, "-admin")
	if err != nil {
		return err
	}
	a := admin{faults: b.faults, apis: g.apis.webSockets, log: log}
	g.admin = &http.Server{Handler: a.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := g.admin.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			g.failed <- fmt.Errorf("serve -admin: %w", err)
		}
	}()
	log.say("admin      http://%s/_gateway/faults", listener.Addr())
	return nil
}

func (a admin) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_gateway/faults", a.list)
	mux.HandleFunc("POST /_gateway/faults", a.set)
	mux.HandleFunc("DELETE /_gateway/faults", a.clear)
	mux.HandleFunc("POST /_gateway/disrupt", a.disrupt)
	return rejectPages(mux)
}

// rejectPages rejects requests of pages in a browser. It also rejects host names,
// because a page can make a name of its own resolve to this machine (DNS
// rebinding).
func rejectPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		byName := host != "localhost" && net.ParseIP(strings.Trim(host, "[]")) == nil
		if byName || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
			http.Error(w, "not for pages", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// activeFault is an active fault, as JSON.
type activeFault struct {
	Share      float64 `json:"share"`
	For        string  `json:"for,omitempty"`
	Skip       int     `json:"skip,omitempty"`
	Times      int     `json:"times,omitempty"`
	Connection string  `json:"connection,omitempty"`
	Happened   int     `json:"happened"`
}

func (a admin) list(w http.ResponseWriter, _ *http.Request) {
	out := map[gateway.Fault]activeFault{}
	for fault, r := range a.faults.Rules() {
		one := activeFault{Share: r.P, Skip: r.Skip, Times: r.Times, Connection: r.Connection, Happened: a.faults.Count(fault)}
		if r.For > 0 {
			one.For = r.For.String()
		}
		out[fault] = one
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func (a admin) set(w http.ResponseWriter, r *http.Request) {
	list, ok := bodyText(w, r)
	if !ok {
		return
	}
	if err := a.faults.Parse(list); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.log.say("faults     on: %s", list)
	a.list(w, r)
}

func (a admin) clear(w http.ResponseWriter, r *http.Request) {
	names := r.URL.Query()["fault"]
	named := make([]gateway.Fault, len(names))
	for i, name := range names {
		if named[i] = gateway.Fault(name); !slices.Contains(gateway.AllFaults(), named[i]) {
			http.Error(w, fmt.Sprintf("no fault is called %q", name), http.StatusBadRequest)
			return
		}
	}
	a.faults.Clear(named...)
	a.log.say("faults     off: %s", cmp.Or(strings.Join(names, ", "), "all"))
	a.list(w, r)
}

func (a admin) disrupt(w http.ResponseWriter, r *http.Request) {
	fault, ok := bodyText(w, r)
	if !ok {
		return
	}
	switch gateway.Fault(fault) {
	case gateway.Cut, gateway.CutSilent, gateway.CloseEarly:
	default:
		http.Error(w, fmt.Sprintf("%q is not cut, cut-silent or close-early", fault), http.StatusBadRequest)
		return
	}
	n := 0
	for _, api := range a.apis {
		n += api.Disrupt(gateway.Fault(fault), nil)
	}
	a.log.say("faults     %s: %d connections", fault, n)
	fmt.Fprintln(w, n)
}

// bodyText returns the body of a request, which must be short.
func bodyText(w http.ResponseWriter, r *http.Request) (string, bool) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16<<10))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return "", false
	}
	return strings.TrimSpace(string(b)), true
}
