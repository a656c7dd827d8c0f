package apigw_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	static "github.com/aws/aws-sdk-go-v2/credentials"

	"projectchat/internal/apigw"
)

// TestWarm: the function starts soon, even if opening fails or hangs.
func TestWarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := make(chan struct{})
		tests := map[string]struct {
			open []func(context.Context) error
			took time.Duration
			logs string
		}{
			"nothing to open": {nil, 0, ""},
			"all at once":     {[]func(context.Context) error{after(20), after(30), after(25)}, 30 * time.Millisecond, ""},
			"a failure":       {[]func(context.Context) error{failing, after(20)}, 20 * time.Millisecond, "no route to host"},
			"too slow":        {[]func(context.Context) error{after(5), after(60_000)}, 300 * time.Millisecond, ""},
			"deaf":            {[]func(context.Context) error{func(context.Context) error { <-never; return nil }}, 300 * time.Millisecond, ""},
		}
		for name, test := range tests {
			log, began := &lockedBuffer{}, time.Now()
			apigw.Warm(apigw.NewLogger(log), test.open...)
			if took := time.Since(began); took != test.took {
				t.Errorf("%s: took %v", name, took)
			}
			if !strings.Contains(log.String(), test.logs) || !strings.Contains(log.String(), `"msg":"warmed","version":"`) {
				t.Errorf("%s: logged %s", name, log)
			}
		}
		close(never)
	})
}

func after(ms int) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(time.Duration(ms) * time.Millisecond):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func failing(context.Context) error { return errors.New("no route to host") }

// TestOpenIsUsedByTheFirstPush: there is one connection, opened before, and the
// push uses no other.
func TestOpenIsUsedByTheFirstPush(t *testing.T) {
	var dials atomic.Int64
	var paths []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.Method+" "+r.URL.Path)
		if r.Header.Get("Authorization") == "" {
			http.Error(w, `{"message":"Missing Authentication Token"}`, http.StatusForbidden)
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dials.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	b := apigw.NewBroadcaster(trusting(server, server.URL+"/ws"), apigw.NewLogger(&lockedBuffer{}))
	if err := b.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if gone := b.Push(t.Context(), []string{"c"}, onePush); len(gone) > 0 || dials.Load() != 1 {
		t.Errorf("%d connections, requests %v", dials.Load(), paths)
	}
	if len(paths) != 2 || paths[0] != "GET /ws/@connections" {
		t.Errorf("requests %v", paths)
	}
}

func trusting(server *httptest.Server, endpoint string) aws.Config {
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: &endpoint, Credentials: static.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.TLSClientConfig = &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
		}),
	}
}

// TestOpenNothing: over plain http nothing is opened. A missing endpoint is an
// error and does no harm.
func TestOpenNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked %s", r.URL) }))
	t.Cleanup(server.Close)
	b := apigw.NewBroadcaster(aws.Config{Region: "eu-west-1", BaseEndpoint: aws.String(server.URL + "/ws")}, apigw.NewLogger(&lockedBuffer{}))
	if err := b.Open(t.Context()); err != nil {
		t.Error(err)
	}
	b = apigw.NewBroadcaster(aws.Config{Region: "eu-west-1", BaseEndpoint: aws.String("https://127.0.0.1:1/ws")}, apigw.NewLogger(&lockedBuffer{}))
	if err := b.Open(t.Context()); err == nil {
		t.Error("opened a connection to nowhere")
	}
}
