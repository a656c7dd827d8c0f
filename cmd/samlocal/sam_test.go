package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/laptop"
)

func TestSAMGetsNothingOfAnAccount(t *testing.T) {
	got := withoutAWS([]string{"PATH=/bin", "AWS_PROFILE=work", "AWS_ACCESS_KEY_ID=AKIA", "SAWS_X=1"})
	if diff := cmp.Diff([]string{"PATH=/bin", "SAWS_X=1"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDockerOrSAMIsMissing(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "docker.sock")
	defer serveUnix(t, socket).Close()
	tests := map[string]struct{ engine, says string }{
		"Docker": {"/nowhere/docker.sock", `^sam local runs the functions in Docker: no Docker engine answers at unix:///nowhere/docker.sock .*DOCKER_HOST`},
		"SAM":    {socket, "^SAM CLI is missing: `make sam-local` installs it"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for name, value := range map[string]string{"DOCKER_HOST": "unix://" + test.engine, "DOCKER_TLS_VERIFY": "", "SAM": ""} {
				t.Setenv(name, value)
			}
			s := &sam{Project: laptop.Project{Root: t.TempDir()}}
			err := s.run(t.Context())
			if err == nil || strings.Contains(err.Error(), "\n") || !regexp.MustCompile(test.says).MatchString(err.Error()) {
				t.Errorf("%v; want one line like %s", err, test.says)
			}
		})
	}
}

// serveUnix stands for a running Docker engine.
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
