package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const localSettings = `{"Parameters":{"TABLE_NAME":"projectchat",
"AWS_ENDPOINT_URL_DYNAMODB":"http://host.docker.internal:8000",
"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI":"http://host.docker.internal:8080/ws"}}`

func mustReadSettings(t *testing.T, text string) (samSettings, string) {
	t.Helper()
	root := t.TempDir()
	writeFile(t, filepath.Join(root, ".sam", "local.json"), text)
	s, err := readSAMSettings(root)
	if err != nil {
		t.Fatal(err)
	}
	return s, root
}

func TestSettingsLeadContainersToThisMachine(t *testing.T) {
	s, root := mustReadSettings(t, localSettings)
	if got := s.port(databaseVariable); got != 8000 {
		t.Errorf("port %d", got)
	}
	if got := s.port("TABLE_NAME"); got != 0 {
		t.Errorf("port %d of a name", got)
	}
	for address, want := range map[string]string{
		"http://127.0.0.1:1234":    "http://host.docker.internal:1234",
		"http://localhost:1234/ws": "http://host.docker.internal:1234/ws",
		"http://[::1]:1234":        "http://host.docker.internal:1234",
		"http://192.0.2.1:1234":    "http://192.0.2.1:1234", // another machine is so for containers too
	} {
		if s.lead(databaseVariable, address); s.Parameters[databaseVariable] != want {
			t.Errorf("%s: %s, want %s", address, s.Parameters[databaseVariable], want)
		}
	}
	written := filepath.Join(root, ".sam", "local.json")
	if err := s.write(written); err != nil {
		t.Fatal(err)
	}
	again, err := readSAMSettings(root)
	if diff := cmp.Diff(s, again); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestSettingsOfTheProjectAreThoseOfItsCommands(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	s, err := readSAMSettings(root)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"TABLE_NAME": tableName, "METRICS_NAMESPACE": "",
		databaseVariable:   "http://" + containerHost + ":8000",
		managementVariable: "http://" + containerHost + ":8080/ws",
	}
	if diff := cmp.Diff(want, s.Parameters); diff != "" {
		t.Error(diff)
	}
}

// TestDatabaseIsWhereContainersLook, also where it is the watcher's, which outlives
// the gateway.
func TestDatabaseIsWhereContainersLook(t *testing.T) {
	_, root := mustReadSettings(t, localSettings)
	o := options{Root: root}
	if _, err := o.meetDatabase(); err != nil || o.DatabasePort != 8000 {
		t.Errorf("port %d, %v", o.DatabasePort, err)
	}
	err := watch(t.Context(), options{Root: t.TempDir(), Lambda: "http://127.0.0.1:3001"})
	if err == nil || !strings.Contains(err.Error(), "read the functions' variables") {
		t.Errorf("a watcher that does not know where: %v", err)
	}
}

func TestSettingsThatCannotBeRead(t *testing.T) {
	root := t.TempDir()
	if _, err := readSAMSettings(root); err == nil {
		t.Error("none at all")
	}
	writeFile(t, filepath.Join(root, ".sam", "local.json"), "{")
	if _, err := readSAMSettings(root); err == nil {
		t.Error("damaged")
	}
}

func TestSAMGetsNothingOfAnAccount(t *testing.T) {
	got := withoutAWS([]string{"PATH=/bin", "AWS_PROFILE=work", "AWS_ACCESS_KEY_ID=AKIA", "SAWS_X=1"})
	if diff := cmp.Diff([]string{"PATH=/bin", "SAWS_X=1"}, got); diff != "" {
		t.Error(diff)
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

func TestCommandSaysThatDockerOrSAMIsMissing(t *testing.T) {
	p := newProject(t)
	p.runWith([]string{"-sam"}, "DOCKER_HOST=unix:///nowhere/docker.sock").
		refuses(`^sam local runs the functions in Docker: no Docker engine answers at unix:///nowhere/docker.sock .*DOCKER_HOST`)
	socket := filepath.Join(t.TempDir(), "docker.sock")
	server := serveUnix(t, socket)
	defer server.Close()
	p.runWith([]string{"-sam"}, "DOCKER_HOST=unix://"+socket, "DOCKER_TLS_VERIFY=").
		refuses("^SAM CLI is missing: `make sam-local` installs it")
}

// serveUnix stands for a Docker engine that lives.
func serveUnix(t *testing.T, socket string) *httptest.Server {
	t.Helper()
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
	}}
	server.Start()
	return server
}
