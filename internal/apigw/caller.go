package apigw

import (
	"context"
	"strings"

	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

// caller is the claimed origin of a request. A page has a cookie, which is
// valid only together with the origin that made it; a program has a bearer
// token. So no list of allowed origins is configured anywhere.
type caller struct {
	token  string // "": none
	bearer bool
	origin string // the Origin header
	site   string // the Sec-Fetch-Site header; "" from old browsers and programs
	err    error  // the reason why the credentials contradict each other
}

// handshakeCaller reads the headers of a $connect event.
func handshakeCaller(e socketEvent) caller {
	headers := map[string]string{}
	for name, value := range e.Headers {
		headers[strings.ToLower(name)] = value
	}
	var cookies []string
	for name, values := range e.MultiValueHeaders {
		if strings.EqualFold(name, "cookie") {
			cookies = append(cookies, values...)
		}
	}
	if len(cookies) == 0 && headers["cookie"] != "" {
		cookies = []string{headers["cookie"]}
	}
	return newCaller(headers, cookies)
}

func (r httpRequest) caller() caller {
	cookies := r.cookies
	if len(cookies) == 0 && r.headers["cookie"] != "" {
		cookies = []string{r.headers["cookie"]}
	}
	return newCaller(r.headers, cookies)
}

// newCaller reads credentials from headers (names in lower case) and from
// cookies, each of which may hold several pairs separated by semicolons.
func newCaller(headers map[string]string, cookies []string) caller {
	c := caller{origin: headers["origin"], site: headers["sec-fetch-site"]}
	tokens := cookieValues(cookies, cookieName(overPlainHTTP(headers)))
	scheme, bearer, _ := strings.Cut(headers["authorization"], " ")
	if headers["authorization"] != "" {
		c.bearer = true
		if strings.EqualFold(scheme, "Bearer") {
			c.token = strings.TrimSpace(bearer)
		}
	}
	switch {
	case len(tokens) > 1:
		c.err = refusal.Errorf(refusal.BadRequest, "There are two session cookies.")
	case len(tokens) == 1 && c.bearer:
		c.err = refusal.Errorf(refusal.BadRequest, "There are a cookie and a bearer token.")
	case len(tokens) == 1:
		c.token = tokens[0]
	}
	return c
}

// none reports whether the caller shows no credentials.
func (c caller) none() bool { return c.token == "" && !c.bearer }

// forChange finds the session of a request that changes something.
func (c caller) forChange(ctx context.Context, persons *people.Service) (people.Session, error) {
	switch {
	case c.err != nil:
		return people.Session{}, c.err
	case c.none():
		return people.Session{}, refusal.Errorf(refusal.Unauthorized, "You are not signed in.")
	case c.bearer:
		return persons.Session(ctx, c.token, "")
	case !c.hasOrigin():
		return people.Session{}, refusal.Errorf(refusal.Forbidden, "The request does not say which page it comes from.")
	}
	return persons.Session(ctx, c.token, c.origin)
}

// forRead finds the session of a request that changes nothing. A browser sends
// no Origin with it, so a page's session is valid unless the browser says that
// another site asks.
func (c caller) forRead(ctx context.Context, persons *people.Service) (people.Session, error) {
	if c.err != nil {
		return people.Session{}, c.err
	}
	if c.bearer {
		return persons.Session(ctx, c.token, "")
	}
	if c.site != "" && c.site != "same-origin" && c.site != "none" && !c.none() {
		return people.Session{}, refusal.Errorf(refusal.Forbidden, "Another site asks.")
	}
	session, err := persons.PeekSession(ctx, c.token)
	if err != nil {
		return people.Session{}, err
	}
	if session.Origin == "" {
		return people.Session{}, refusal.Errorf(refusal.Unauthorized, "A program's token is no cookie.")
	}
	if c.origin != "" && c.origin != session.Origin {
		return people.Session{}, refusal.Errorf(refusal.Forbidden, "Another site asks.")
	}
	return session, nil
}

// hasOrigin reports whether the caller names the page that it comes from.
func (c caller) hasOrigin() bool { return c.origin != "" && c.origin != "null" }

// overPlainHTTP reports whether the browser spoke plain http. Only the gateway
// of a laptop says so.
func overPlainHTTP(headers map[string]string) bool { return headers["x-forwarded-proto"] == "http" }

// cookieName returns the name of the session cookie. Safari stores no Secure
// cookie over plain http, and the __Host- prefix demands Secure.
func cookieName(plain bool) string {
	if plain {
		return "pc"
	}
	return "__Host-pc"
}

// setCookie returns the Set-Cookie header that stores a token for maxAge
// seconds; 0 deletes the cookie.
func setCookie(headers map[string]string, token string, maxAge string) string {
	plain := overPlainHTTP(headers)
	cookie := cookieName(plain) + "=" + token + "; Path=/; Max-Age=" + maxAge + "; HttpOnly; SameSite=Strict"
	if plain {
		return cookie
	}
	return cookie + "; Secure"
}

func cookieValues(headers []string, name string) (values []string) {
	for _, header := range headers {
		for pair := range strings.SplitSeq(header, ";") {
			if key, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && key == name {
				values = append(values, value)
			}
		}
	}
	return values
}
