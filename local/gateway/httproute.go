package gateway

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// httpRoute is a route of an HTTP API with its parsed key.
type httpRoute struct {
	Route
	key string
	// method is "ANY" or a method; empty for $default.
	method string
	// segments of the path are text, or a parameter's name in braces. The last one
	// may end in "+}".
	segments []string
}

// sortedRoutes puts the most specific route first: full paths before greedy
// ones before $default, text before parameters, longer greedy paths before
// shorter ones, methods before ANY.
func sortedRoutes(routes map[string]Route) ([]httpRoute, error) {
	var out []httpRoute
	for key, r := range routes {
		parsed, err := parseRouteKey(key)
		if err != nil {
			return nil, err
		}
		parsed.Route = r
		out = append(out, parsed)
	}
	slices.SortFunc(out, func(a, b httpRoute) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.key, b.key))
	})
	return out, nil
}

func parseRouteKey(key string) (httpRoute, error) {
	if key == "$default" {
		return httpRoute{key: key}, nil
	}
	method, path, ok := strings.Cut(key, " ")
	if !ok || method == "" || method != strings.ToUpper(method) || !strings.HasPrefix(path, "/") {
		return httpRoute{}, fmt.Errorf("route key %q is not a method and a path", key)
	}
	r := httpRoute{key: key, method: method, segments: strings.Split(path[1:], "/")}
	for i, s := range r.segments {
		if greedy(s) && i < len(r.segments)-1 {
			return httpRoute{}, fmt.Errorf("route key %q has {%s} before its end", key, parameter(s))
		}
		if strings.ContainsAny(s, "{}") && parameter(s) == "" {
			return httpRoute{}, fmt.Errorf("route key %q has the malformed parameter %q", key, s)
		}
	}
	return r, nil
}

// rank returns a key that sorts as text: one character for the kind of route,
// one for each segment, one for the method.
func (r httpRoute) rank() string {
	if r.method == "" {
		return "3"
	}
	kind, rank := "1", ""
	for _, s := range r.segments {
		switch {
		case greedy(s):
			kind, rank = "2", rank+"c"
		case parameter(s) != "":
			rank += "b"
		default:
			rank += "a"
		}
	}
	if r.method == "ANY" {
		return kind + rank + "z"
	}
	return kind + rank + "y"
}

// parameter returns the name of a segment in braces, "" for text.
func parameter(segment string) string {
	inner, opened := strings.CutPrefix(segment, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !opened || !closed || strings.ContainsAny(inner, "{}") {
		return ""
	}
	return strings.TrimSuffix(inner, "+")
}

func greedy(segment string) bool { return strings.HasSuffix(segment, "+}") }

// match returns the most specific route for a request, and the decoded values
// of its parameters. escaped is the path as the client sent it.
func (a *httpAPI) match(method, escaped string) (httpRoute, map[string]string, bool) {
	escaped, ok := a.withoutStage(escaped)
	if !ok {
		return httpRoute{}, nil, false
	}
	segments := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	for _, r := range a.routes {
		if r.method == "" {
			return r, nil, true
		}
		if r.method != method && r.method != "ANY" {
			continue
		}
		if parameters, ok := r.matchPath(segments); ok {
			return r, parameters, true
		}
	}
	return httpRoute{}, nil, false
}

// withoutStage removes the stage from a path. It reports false if the path has
// another stage.
func (a *httpAPI) withoutStage(escaped string) (string, bool) {
	if a.stage == "" {
		return escaped, true
	}
	rest, ok := strings.CutPrefix(escaped, "/"+a.stage)
	return rest, ok && (rest == "" || rest[0] == '/')
}

func (r httpRoute) matchPath(segments []string) (map[string]string, bool) {
	last := len(r.segments) - 1
	if isGreedy := greedy(r.segments[last]); len(segments) <= last || !isGreedy && len(segments) > last+1 {
		return nil, false
	}
	var parameters map[string]string
	for i, pattern := range r.segments {
		value := segments[i]
		if greedy(pattern) {
			value = strings.Join(segments[i:], "/")
		}
		value, err := url.PathUnescape(value)
		name := parameter(pattern)
		switch {
		case err != nil, name == "" && value != pattern, name != "" && value == "":
			return nil, false
		case name == "":
			continue
		case parameters == nil:
			parameters = map[string]string{}
		}
		parameters[name] = value
	}
	return parameters, true
}
