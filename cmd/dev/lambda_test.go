package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"projectchat/internal/laptop"
)

// TestDatabaseIsWhereContainersLook: the database listens where containers
// expect it, also the watcher's, which outlives the gateway.
func TestDatabaseIsWhereContainersLook(t *testing.T) {
	o := options{Project: laptop.Project{Root: t.TempDir()}}
	writeFile(t, filepath.Join(o.Root, ".sam", "local.json"), `{"Parameters":{"AWS_ENDPOINT_URL_DYNAMODB":"http://host.docker.internal:8000"}}`)
	if _, err := o.meetDatabase(); err != nil || o.DatabasePort != 8000 {
		t.Errorf("port %d, %v", o.DatabasePort, err)
	}
	err := watch(t.Context(), options{Project: laptop.Project{Root: t.TempDir()}, Lambda: "http://127.0.0.1:3001"})
	if err == nil || !strings.Contains(err.Error(), "read the functions' variables") {
		t.Errorf("a watcher that does not know where: %v", err)
	}
}

func TestContainersReachConnectionsOnly(t *testing.T) {
	teapot := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	handler := containersOnly(newSite("localhost:8080", teapot, "/ws", teapot, teapot))
	const signature = "AWS4-HMAC-SHA256 Credential=local/20261124/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0"
	for name, test := range map[string]struct {
		path, authorization string
		want                int
	}{
		"signed":            {"/ws/@connections/L0SM9cOFvHcCIhw=", signature, http.StatusTeapot},
		"not signed":        {"/ws/@connections/L0SM9cOFvHcCIhw=", "", http.StatusForbidden},
		"the page":          {"/", signature, http.StatusForbidden},
		"the HTTP API":      {"/api/session", signature, http.StatusForbidden},
		"the WebSocket API": {"/ws", signature, http.StatusForbidden},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://host.docker.internal:8080"+test.path, nil)
		r.Header.Set("Authorization", test.authorization)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: %d, want %d", name, w.Code, test.want)
		}
	}
}
