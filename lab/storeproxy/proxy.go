// Package storeproxy is a DynamoDB that fails on purpose: an HTTP proxy in front of a local
// DynamoDB. It answers requests by errors, before or after they have had their effect, late,
// or not at all.
package storeproxy

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Proxy is the failing database. It is safe for concurrent use.
type Proxy struct {
	URL string // http://127.0.0.1:PORT

	seed   uint64
	target func() string
	client *http.Client
	server *http.Server

	mu     sync.Mutex
	faults Faults
	n      uint64
	calls  map[string]int
	failed map[Fault]int
}

// New starts a proxy without faults. It asks for the database's address, http://HOST:PORT, at
// each request.
func New(target func() string, seed uint64) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the failing database: %w", err)
	}
	const kept = 512
	p := &Proxy{
		URL: "http://" + listener.Addr().String(), seed: seed, target: target,
		client: &http.Client{Transport: &http.Transport{MaxIdleConns: kept, MaxIdleConnsPerHost: kept}},
		calls:  map[string]int{}, failed: map[Fault]int{},
	}
	p.server = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: 10 * time.Second}
	go p.server.Serve(listener)
	return p, nil
}

// Close ends the proxy, and every request under way.
func (p *Proxy) Close() {
	p.server.Close()
	p.client.CloseIdleConnections()
}

// Set sets the faults from now on.
func (p *Proxy) Set(f Faults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
}

// Counts returns how often each operation was asked for, and how often each fault has
// happened.
func (p *Proxy) Counts() (calls map[string]int, failed map[Fault]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.calls), maps.Clone(p.failed)
}

// next counts a request and draws its fault.
func (p *Proxy) next(operation string) (fault Fault, latest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	p.calls[operation]++
	fault, latest = p.faults.draw(p.seed, p.n)
	if fault != "" {
		p.failed[fault]++
	}
	return fault, latest
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has gone
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fault, wait := p.next(operation)
	if refusal, ok := refusals[fault]; ok {
		refusal.writeTo(w, operation)
		return
	}
	switch fault {
	case Lost:
		panic(http.ErrAbortHandler)
	case Hang:
		<-r.Context().Done()
		return
	case Late:
		if !pause(r, wait) {
			return
		}
	}
	response, answer, err := p.forward(r, body)
	if err != nil || fault == LostAfter {
		panic(http.ErrAbortHandler) // closes the connection
	}
	switch fault {
	case FailAfter:
		refusals[Fail].writeTo(w, operation)
	case HangAfter:
		<-r.Context().Done()
	default:
		maps.Copy(w.Header(), response.Header)
		w.WriteHeader(response.StatusCode)
		w.Write(answer)
	}
}

// pause waits. It returns false if the caller goes meanwhile.
func pause(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// forward asks the database itself. It goes on if the caller gives up, as a database does
// that has the request.
func (p *Proxy) forward(r *http.Request, body []byte) (*http.Response, []byte, error) {
	request, err := http.NewRequest(r.Method, p.target()+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.Header = r.Header.Clone()
	response, err := p.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response, answer, err
}
