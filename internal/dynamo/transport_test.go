package dynamo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// request is one request to DynamoDB: its operation and its fields.
type request struct {
	op   string
	body map[string]any
}

// recorder records each request before it passes it on.
type recorder struct {
	next dynamodb.HTTPClient

	mu       sync.Mutex
	requests []request
}

// Do implements [dynamodb.HTTPClient].
func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	_, op, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	note := request{op: op}
	if err := json.Unmarshal(body, &note.body); err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.requests = append(r.requests, note)
	r.mu.Unlock()
	return r.next.Do(req)
}

// take returns the requests since it was last called.
func (r *recorder) take() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.requests
	r.requests = nil
	return taken
}

func ops(requests []request) []string {
	var names []string
	for _, r := range requests {
		names = append(names, r.op)
	}
	return names
}

// answerLost passes requests on and loses their answers, as often as told.
type answerLost struct {
	next  dynamodb.HTTPClient
	times int
}

var errLost = errors.New("connection reset by peer")

// Do implements [dynamodb.HTTPClient].
func (l *answerLost) Do(req *http.Request) (*http.Response, error) {
	response, err := l.next.Do(req)
	if err != nil || l.times == 0 {
		return response, err
	}
	l.times--
	response.Body.Close()
	return nil, errLost
}

// answers is a DynamoDB that returns the given answers in turn, and the last
// one from then on.
type answers struct {
	mu    sync.Mutex
	calls int
	list  []answer
}

type answer struct {
	status int
	body   string
}

// Do implements [dynamodb.HTTPClient].
func (a *answers) Do(*http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.list[min(a.calls, len(a.list)-1)]
	a.calls++
	return &http.Response{
		StatusCode: next.status,
		Header:     http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:       io.NopCloser(strings.NewReader(next.body)),
	}, nil
}

// failure makes an error in DynamoDB's form.
func failure(status int, code, more string) answer {
	return answer{status, `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"no"` + more + `}`}
}

// silence is a DynamoDB that never answers.
type silence struct{}

// Do implements [dynamodb.HTTPClient].
func (silence) Do(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// cannedStore makes a store that reaches no network.
func cannedStore(t *testing.T, client dynamodb.HTTPClient) *Store {
	t.Helper()
	cfg := localConfig("http://dynamodb.invalid")
	cfg.HTTPClient = client
	return New(NewClient(cfg), "table", time.Now)
}
