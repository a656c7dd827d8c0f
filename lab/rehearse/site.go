package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// site stands in for CloudFront, whose distribution the emulator only stores: one origin with
// the page from the bucket, the HTTP API and the WebSocket API behind it.
type site struct {
	address  string // http://127.0.0.1:port
	emulator *url.URL
	bucket   string
	server   *http.Server
}

// newSite serves a stack at a free port of this machine.
func newSite(e *emulator, outputs map[string]string) (*site, error) {
	target, err := url.Parse(e.address)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the site: %w", err)
	}
	s := &site{address: "http://" + listener.Addr().String(), emulator: target, bucket: outputs["SiteBucket"]}
	mux := http.NewServeMux()
	for pattern, output := range map[string]string{"/api/": "HttpUrl", "/ws": "WebSocketUrl"} {
		origin, err := url.Parse(outputs[output])
		if err != nil || origin.Host == "" {
			return nil, fmt.Errorf("the stack's output %s is %q", output, outputs[output])
		}
		mux.Handle(pattern, s.api(origin.Host))
	}
	mux.Handle("/", s.page())
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go s.server.Serve(listener)
	return s, nil
}

func (s *site) stop() { s.server.Close() }

// api forwards to an API; the emulator knows it by the first part of its name.
func (s *site) api(host string) http.Handler {
	id, _, _ := strings.Cut(host, ".")
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(s.emulator)
		r.SetXForwarded()
		r.Out.Host = id + ".execute-api.localhost:" + s.emulator.Port()
	}}
}

// page serves the bucket, as the distribution may read it: files by their names, and the page
// for every other path.
func (s *site) page() http.Handler {
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		key := r.In.URL.Path
		if file := key[strings.LastIndex(key, "/")+1:]; !strings.Contains(file, ".") {
			key = "/index.html"
		}
		r.Out.URL = s.emulator.JoinPath(s.bucket, key)
		r.Out.Host = s.emulator.Host
		r.Out.Header = http.Header{}
		sign(r.Out.Context(), r.Out)
	}}
}

// sign signs a request for S3 as the account's owner.
func sign(ctx context.Context, r *http.Request) {
	empty := sha256.Sum256(nil)
	hash := hex.EncodeToString(empty[:])
	r.Header.Set("X-Amz-Content-Sha256", hash)
	keys := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	_ = v4.NewSigner().SignHTTP(ctx, keys, r, hash, "s3", region, time.Now()) // a request without a signature is refused
}
