package apigw

import (
	"context"
	"net/http"
	"strconv"

	"projectchat/internal/people"
	"projectchat/internal/refusal"
	"projectchat/internal/wire"
)

// createSession gives a name to a new person, or to the person whose valid
// credentials come with the request.
func createSession(persons *people.Service) httpRoute {
	return func(ctx context.Context, r httpRequest) (httpReply, error) {
		var body wire.SessionRequest
		if err := r.decode(&body); err != nil {
			return httpReply{}, err
		}
		who := r.caller()
		if who.err != nil {
			return httpReply{}, who.err
		}
		if body.Bearer || who.bearer {
			return createForProgram(ctx, persons, who, body)
		}
		return createForPage(ctx, persons, r, who, body.Name)
	}
}

func createForPage(ctx context.Context, persons *people.Service, r httpRequest, who caller, name string) (httpReply, error) {
	if !who.hasOrigin() || who.site != "" && who.site != "same-origin" {
		return httpReply{}, refusal.Errorf(refusal.Forbidden, "Only a page of this site may ask for a cookie.")
	}
	token := who.token
	session, err := who.forChange(ctx, persons)
	if err == nil {
		session, err = persons.Rename(ctx, session, name)
	} else if isSignedOut(err) || refusal.Is(err, refusal.Forbidden) {
		// A cookie of another site on this host name (cookies ignore ports) is
		// replaced.
		session, token, err = persons.SignIn(ctx, name, who.origin)
	}
	if err != nil {
		return httpReply{}, err
	}
	return withCookie(r, httpReply{status: http.StatusCreated, body: sessionObject(session)}, token), nil
}

// createForProgram returns a token in the body, where only a program can see
// it.
func createForProgram(ctx context.Context, persons *people.Service, who caller, body wire.SessionRequest) (httpReply, error) {
	if who.origin != "" {
		return httpReply{}, refusal.Errorf(refusal.Forbidden, "A bearer token is not for pages.")
	}
	if who.bearer {
		session, err := who.forChange(ctx, persons)
		if err == nil {
			session, err = persons.Rename(ctx, session, body.Name)
		}
		return httpReply{status: http.StatusCreated, body: sessionObject(session)}, err
	}
	if !who.none() {
		return httpReply{}, refusal.Errorf(refusal.BadRequest, "There is a cookie, and the request asks for a bearer token.")
	}
	session, token, err := persons.SignIn(ctx, body.Name, "")
	object := sessionObject(session)
	object.Token = token
	return httpReply{status: http.StatusCreated, body: object}, err
}

// readSession returns the caller's session. It is a use of the session, which
// may extend the session and its cookie.
func readSession(persons *people.Service) httpRoute {
	return func(ctx context.Context, r httpRequest) (httpReply, error) {
		who := r.caller()
		if who.err == nil && who.none() {
			return noSession(), nil
		}
		session, err := who.forRead(ctx, persons)
		if isSignedOut(err) && !who.bearer {
			return noSession(), nil
		}
		if err != nil {
			return httpReply{}, err
		}
		if session.Name == "" {
			return httpReply{status: http.StatusOK, body: sessionObject(session)}, nil
		}
		session, renewed, err := persons.Use(ctx, session)
		if err != nil {
			return httpReply{}, err
		}
		reply := httpReply{status: http.StatusOK, body: sessionObject(session)}
		if renewed && !who.bearer {
			reply = withCookie(r, reply, who.token)
		}
		return reply, nil
	}
}

// endSession ends the caller's session, if there is one, and deletes the
// cookie. Credentials that are invalid or contradict each other end nothing,
// and that is no error.
func endSession(persons *people.Service) httpRoute {
	return func(ctx context.Context, r httpRequest) (httpReply, error) {
		who := r.caller()
		reply := httpReply{status: http.StatusNoContent}
		session, err := who.forChange(ctx, persons)
		if err == nil {
			err = persons.SignOut(ctx, session)
		} else if who.err != nil || isSignedOut(err) || refusal.Is(err, refusal.Forbidden) {
			err = nil
		}
		if err == nil && !who.bearer && (who.err != nil || !who.none()) {
			reply.cookie = setCookie(r.headers, "", "0")
		}
		return reply, err
	}
}

// isSignedOut reports whether credentials lead to no session. It is false if
// they lead to one but may not be used in this way.
func isSignedOut(err error) bool {
	return refusal.Is(err, refusal.Unauthorized)
}

func noSession() httpReply { return httpReply{status: http.StatusOK, body: wire.NoSession{}} }

func withCookie(r httpRequest, reply httpReply, token string) httpReply {
	reply.cookie = setCookie(r.headers, token, strconv.Itoa(int(people.SessionLife.Seconds())))
	return reply
}

func sessionObject(s people.Session) wire.Session {
	return wire.Session{UID: s.UID, Name: s.Name, Expires: wire.Time(s.Expires)}
}
