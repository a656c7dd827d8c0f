package dynamo

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// TestOpenIsUsedByTheFirstRequest: there is one connection, opened before.
func TestOpenIsUsedByTheFirstRequest(t *testing.T) {
	var dials, asked atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1); r.Method == http.MethodGet {
			w.Write([]byte("healthy: dynamodb.us-east-1.amazonaws.com "))
		} else {
			w.Write([]byte(`{"Item":{"pk":{"S":"CONN#c"},"uid":{"S":"u_a"},"expires":{"N":"99999999999"}}}`))
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dials.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	cfg := localConfig(server.URL)
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.TLSClientConfig = &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	})
	s := New(NewClient(cfg), "t", nil)
	if err := s.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Connection(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if dials.Load() != 1 || asked.Load() != 2 {
		t.Errorf("%d connections, %d requests", dials.Load(), asked.Load())
	}
}

// TestOpenNothing: over plain http nothing is opened. A missing endpoint is an
// error and does no harm.
func TestOpenNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked %s", r.URL) }))
	t.Cleanup(server.Close)
	if err := New(NewClient(localConfig(server.URL)), "t", nil).Open(t.Context()); err != nil {
		t.Error(err)
	}
	if err := New(NewClient(localConfig("https://127.0.0.1:1")), "t", nil).Open(t.Context()); err == nil {
		t.Error("opened a connection to nowhere")
	}
}
