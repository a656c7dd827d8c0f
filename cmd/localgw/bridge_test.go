package main

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

func TestContainersReachTheManagementAPIOnly(t *testing.T) {
	apis := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for path, want := range map[string]int{
		"/ws/@connections/L0SM9cOFvHcCIhw=": http.StatusTeapot, "/ws/%40connections/L0SM9cOFvHcCIhw%3D": http.StatusTeapot,
		"/ws": http.StatusForbidden, "/api/session": http.StatusForbidden, "/": http.StatusForbidden,
	} {
		w := httptest.NewRecorder()
		managementOnly(apis).ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

// TestTheProjectsOwnTemplateInSAM runs the functions in the containers of `sam
// local start-lambda`. They post through Docker's network.
func TestTheProjectsOwnTemplateInSAM(t *testing.T) {
	if os.Getenv("SAM_LOCAL") == "" {
		t.Skip("needs SAM CLI and a Docker engine: make test-sam")
	}
	_, port, _ := net.SplitHostPort(freeAddress(t))
	lambda := startSAM(t, port)
	p := startProcess(t, nil, "-template", filepath.Join("..", "..", "template.yaml"), "-lambda", lambda, "-addr", "127.0.0.1:"+port)
	p.twoTalk(t)
	p.interrupt(t)
}

// startSAM runs `sam local start-lambda` with its database, for a gateway at a
// port, and returns its address.
func startSAM(t *testing.T, port string) (lambda string) {
	t.Helper()
	cmd := exec.Command("../../.local/bin/samlocal", "-start-lambda", "127.0.0.1:0", "-gateway-port", port)
	cmd.Env = append(os.Environ(), "ADDR=127.0.0.1:0", "DATA="+t.TempDir())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("start SAM: %v", err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	address := regexp.MustCompile(`^lambda +(http://\S+)`)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			lambda = m[1]
		}
		if lambda != "" && regexp.MustCompile(`^ready `).MatchString(lines.Text()) {
			return lambda
		}
	}
	t.Fatal("SAM does not start")
	return ""
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
