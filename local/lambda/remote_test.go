package lambda_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	locallambda "projectchat/local/lambda"
)

// startLambda serves an API with the answers of `sam local start-lambda`.
func startLambda(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /2015-03-31/functions/Echo/invocations":
		r.Body.Read(make([]byte, 1))
		w.Write([]byte(`{"statusCode":200}`))
	case "POST /2015-03-31/functions/Fails/invocations":
		w.Header().Set("x-amz-function-error", "Unhandled")
		w.Write([]byte(`{"errorMessage":"Unauthorized","errorType":"Error","stackTrace":[]}`))
	case "POST /2015-03-31/functions/Garbles/invocations":
		w.Header().Set("x-amz-function-error", "Unhandled")
		w.Write([]byte(`Traceback`))
	default:
		http.Error(w, `{"Message":"Function not found"}`, http.StatusNotFound)
	}
}

func TestRemoteFunctions(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(startLambda))
	defer server.Close()
	remote, err := locallambda.NewRemote(server.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := remote.Function("Echo").Invoke(t.Context(), []byte(`{}`))
	if err != nil || string(reply) != `{"statusCode":200}` {
		t.Errorf("reply %s, error %v", reply, err)
	}
	_, err = remote.Function("Fails").Invoke(t.Context(), []byte(`{}`))
	wantError(t, err, "Error", "Unauthorized")
	_, err = remote.Function("Garbles").Invoke(t.Context(), []byte(`{}`))
	wantError(t, err, "Unhandled", "Traceback")
	_, err = remote.Function("None").Invoke(t.Context(), []byte(`{}`))
	if !errors.Is(err, locallambda.ErrRejected) || !strings.Contains(err.Error(), "404 Not Found") {
		t.Errorf("error %v", err)
	}
}

func TestARemoteThatIsNotThereIsSaidOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	var out output
	remote, err := locallambda.NewRemote("http://"+address, out.add)
	if err != nil {
		t.Fatal(err)
	}
	f := remote.Function("Echo")
	for range 3 {
		if _, err := f.Invoke(t.Context(), []byte(`{}`)); err == nil {
			t.Fatal("no error")
		}
	}
	if got := out.String(); strings.Count(got, "is `sam local start-lambda` running?") != 1 || !strings.Contains(got, address) {
		t.Errorf("log:\n%s", got)
	}

	if listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(startLambda)}
	go server.Serve(listener)
	if _, err := f.Invoke(t.Context(), []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if _, err := f.Invoke(t.Context(), []byte(`{}`)); err == nil {
		t.Fatal("no error")
	}
	if got := strings.Count(out.String(), "running?"); got != 2 {
		t.Errorf("said %d times, want again after it was there", got)
	}
}

func TestNewRemoteWantsAnAddress(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:3001", "ftp://x", "http://"} {
		if _, err := locallambda.NewRemote(address, nil); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}
