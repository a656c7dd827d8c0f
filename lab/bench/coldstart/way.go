package main

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
)

const epoch = "k3v9x2m7q1"

// way is how functions reach DynamoDB and the management API.
type way struct {
	name        string
	server      *httptest.Server
	environment map[string]string
}

func newWays(dir string) ([]*way, error) {
	plain := &way{name: "http", server: quiet(answer)}
	plain.server.Start()
	warm := &way{name: "TLS", server: quiet(answer)}
	warm.server.StartTLS()
	cold := &way{name: "TLS, nothing kept", server: quiet(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Connection", "close")
		}
		answer(w, r)
	})}
	cold.server.StartTLS()
	ways := []*way{plain, warm, cold}
	for i, w := range ways {
		authority := filepath.Join(dir, fmt.Sprint("authority", i))
		w.environment = map[string]string{
			"TABLE_NAME": "t", "METRICS_NAMESPACE": "ProjectChat/t",
			"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
			"AWS_ENDPOINT_URL_DYNAMODB":                w.server.URL,
			"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": w.server.URL + "/ws",
			"SSL_CERT_FILE":                            authority,
		}
		var text []byte
		if certificate := w.server.Certificate(); certificate != nil {
			text = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
		}
		if err := os.WriteFile(authority, text, 0o600); err != nil {
			return nil, err
		}
	}
	return ways, nil
}

// quiet is a server that does not log the end of processes that talk to it.
func quiet(h http.HandlerFunc) *httptest.Server {
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

func (w *way) close() { w.server.Close() }

// answer answers for both services: a person is in the room general, with one other, and the
// log is empty.
func answer(w http.ResponseWriter, r *http.Request) {
	_, op, isDynamo := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !isDynamo {
		return // a post, or the request that opens a connection
	}
	var request struct {
		Key                       map[string]struct{ S string }
		ExpressionAttributeValues map[string]struct{ S string }
	}
	json.NewDecoder(r.Body).Decode(&request) // a number in it is not a string; nothing asks for it
	pk := request.Key["pk"].S
	for _, v := range request.ExpressionAttributeValues {
		if strings.Contains(v.S, "#") {
			pk = v.S
		}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Write([]byte(reply(op, pk)))
}

func reply(op, pk string) string {
	const live = `{"pk":{"S":"LIVE#general"},"sk":{"S":"00000001#eHrdFcnvvHcCE-w="},"uid":{"S":"u_b"},"name":{"S":"Bo"},` +
		`"joinedAt":{"N":"4000000000000"},"seen":{"N":"4000000000000"},"expires":{"N":"4000000000"}}`
	switch {
	case op == "GetItem" && strings.HasPrefix(pk, "CONN#"):
		return `{"Item":{"pk":{"S":"CONN#TXzPWdnOjoECGjA="},"sk":{"S":"CONN"},"uid":{"S":"u_a"},"name":{"S":"Ann"},"session":{"S":"h"},` +
			`"rooms":{"M":{"general":{"S":"` + epoch + `"}}},"expires":{"N":"4000000000"}}}`
	case op == "GetItem":
		return `{"Item":` + live + `}`
	case op == "Query" && strings.HasPrefix(pk, "LIVE#"):
		return `{"Items":[` + live + `],"Count":1}`
	case op == "Query":
		return `{"Items":[],"Count":0}`
	}
	return `{}`
}
