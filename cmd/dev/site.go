package main

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"projectchat/local/gateway"
)

// securityHeaders are sent with the page and its files. In AWS CloudFront adds
// them, and two more that are for https only.
var securityHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types pc-url",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"X-Frame-Options":              "DENY",
	"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), interest-cohort=()",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

// site is the one origin that a browser sees, as CloudFront makes it in AWS.
type site struct {
	hosts  map[string]bool // the site's names, without a port
	page   http.Handler
	stage  string // the path of the WebSocket API
	socket http.Handler
	api    http.Handler
}

func newSite(addr string, page http.Handler, stage string, socket, api http.Handler) *site {
	s := &site{hosts: map[string]bool{"localhost": true}, page: page, stage: stage, socket: socket, api: api}
	if host, _, err := net.SplitHostPort(addr); err == nil && host != "" {
		s.hosts[host] = true
	}
	if name, err := os.Hostname(); err == nil {
		s.hosts[strings.ToLower(name)] = true
	}
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case isSignedManagement(r):
		s.socket.ServeHTTP(w, r)
	case !s.knows(r.Host):
		// A page elsewhere can reach into this machine by another name that leads
		// here (DNS rebinding).
		http.Error(w, "This is "+s.names()+"; ask for it by that name.", http.StatusMisdirectedRequest)
	case r.URL.Path == s.stage || strings.HasPrefix(r.URL.Path, s.stage+"/"):
		s.socket.ServeHTTP(w, r)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		s.api.ServeHTTP(w, r)
	default:
		s.page.ServeHTTP(w, r)
	}
}

// isSignedManagement reports whether r is a function's request for
// @connections.
func isSignedManagement(r *http.Request) bool {
	return gateway.IsManagement(r) && strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
}

// knows reports whether a Host header names this site: by one of its names, or
// by an address, which no foreign name server can fake.
func (s *site) knows(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return s.hosts[host] || net.ParseIP(host) != nil
}

func (s *site) names() string {
	return strings.Join(slices.Sorted(maps.Keys(s.hosts)), ", ")
}

// newPage returns the handler of the page: its built files, or a development
// server.
func newPage(o options) (http.Handler, error) {
	if o.PageFrom == "" {
		return builtPage(o.Page), nil
	}
	target, err := url.Parse(o.PageFrom)
	if err != nil {
		return nil, fmt.Errorf("page from: %w", err)
	}
	return httputil.NewSingleHostReverseProxy(target), nil
}

// builtPage is the folder of the built page. It serves the page's files, and the
// page itself for / and /<room>/.
type builtPage string

func (p builtPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	for name, value := range securityHeaders {
		w.Header().Set(name, value)
	}
	file := filepath.Join(string(p), filepath.FromSlash(path.Clean("/"+r.URL.Path)))
	if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && !strings.HasSuffix(r.URL.Path, "/") {
		w.Header().Set("Cache-Control", "no-cache")
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		http.ServeFile(w, r, file)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/assets/") {
		http.NotFound(w, r)
		return
	}
	p.serveIndex(w, r)
}

func (p builtPage) serveIndex(w http.ResponseWriter, r *http.Request) {
	index, err := os.Open(filepath.Join(string(p), "index.html"))
	if err != nil {
		http.Error(w, "The page is not built.", http.StatusInternalServerError)
		return
	}
	defer index.Close()
	info, err := index.Stat()
	if err != nil {
		http.Error(w, "The page cannot be read.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "index.html", info.ModTime(), index)
}
