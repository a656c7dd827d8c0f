package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Remote is a Lambda Invoke API without signatures, like that of `sam local
// start-lambda`. See
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
type Remote struct {
	url    string
	client http.Client
	log    func(string)

	mu          sync.Mutex
	unreachable bool
}

// NewRemote returns the API at an address like "http://127.0.0.1:3001". It
// fails if the address is not an HTTP URL. NewRemote does not connect. When the
// address does not answer, log is called once; after an answer it may be called
// again. Nil discards the line.
func NewRemote(address string, log func(line string)) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not the address of a Lambda endpoint, for example http://127.0.0.1:3001", address)
	}
	if log == nil {
		log = func(string) {}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = defaultLimit
	transport.Proxy = nil
	return &Remote{url: strings.TrimSuffix(address, "/"), client: http.Client{Transport: transport}, log: log}, nil
}

// Function returns the function with this name.
func (r *Remote) Function(name string) *RemoteFunction { return &RemoteFunction{remote: r, name: name} }

// RemoteFunction is a function behind a Lambda Invoke API.
type RemoteFunction struct {
	remote *Remote
	name   string
}

// ErrRejected means that the Invoke API did not run the function: it throttled
// the invocation, does not permit it, or does not know the function.
var ErrRejected = errors.New("the Lambda endpoint rejects the invocation")

// Invoke runs the function for one event and returns its reply, both in JSON. A
// failure of the function itself is an [*Error]. See also [ErrRejected].
func (f *RemoteFunction) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	address := f.remote.url + "/2015-03-31/functions/" + url.PathEscape(f.name) + "/invocations"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("invoke %s: %w", f.name, err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := f.remote.client.Do(req)
	if err != nil {
		return nil, f.remote.notReached(ctx, err)
	}
	defer res.Body.Close()
	f.remote.reached()
	reply, err := io.ReadAll(io.LimitReader(res.Body, maxPayload+1))
	if err != nil {
		return nil, fmt.Errorf("invoke %s: %w", f.name, err)
	}
	switch {
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("invoke %s: %w: it answered %s", f.name, ErrRejected, res.Status)
	case res.Header.Get("X-Amz-Function-Error") != "":
		return nil, functionError(reply)
	}
	return reply, nil
}

// functionError decodes the payload of a failed invocation.
func functionError(reply []byte) error {
	var body struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(reply, &body) != nil {
		return &Error{Type: "Unhandled", Message: string(reply)}
	}
	return &Error{Type: body.Type, Message: body.Message}
}

// errUnreachable is short, because notReached has logged the details once.
var errUnreachable = errors.New("no Lambda endpoint answers")

func (r *Remote) notReached(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.unreachable {
		r.log(fmt.Sprintf("nothing answers at %s: is `sam local start-lambda` running? (%v)", r.url, err))
	}
	r.unreachable = true
	return errUnreachable
}

func (r *Remote) reached() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unreachable = false
}
