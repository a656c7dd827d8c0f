package lambda

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// call makes one request, as a runtime does.
func call(a *runtimeAPI, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, "/2018-06-01/runtime"+path, strings.NewReader(body))
	r.Header.Set("Lambda-Runtime-Function-Error-Type", "Runtime.Unknown")
	a.ServeHTTP(w, r)
	return w
}

// begun returns an API whose runtime has one event.
func begun(t *testing.T) (*runtimeAPI, *invocation, *httptest.ResponseRecorder) {
	t.Helper()
	a := newRuntimeAPI(Config{Name: "F", Region: "eu-west-1"})
	inv := newInvocation([]byte(`{"a":1}`), time.Minute)
	go func() { a.events <- inv }()
	return a, inv, call(a, "GET", "/invocation/next", "")
}

func TestNextHasTheEventAndItsHeaders(t *testing.T) {
	_, inv, w := begun(t)
	if w.Code != http.StatusOK || w.Body.String() != `{"a":1}` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Lambda-Runtime-Aws-Request-Id":       inv.id,
		"Lambda-Runtime-Deadline-Ms":          strconv.FormatInt(inv.deadline.UnixMilli(), 10),
		"Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:000000000000:function:F",
		"Lambda-Runtime-Trace-Id":             inv.traceID,
	} {
		if got := w.Header().Get(name); got != want || want == "" {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestOutcomesOfAnEvent(t *testing.T) {
	tests := []struct {
		name, path, body string
		status           int
		reply            string
		want             *Error
	}{
		{"reply", "response", `{"b":2}`, 202, `{"b":2}`, nil},
		{"error", "error", `{"errorType":"T","errorMessage":"m"}`, 202, "", &Error{"T", "m"}},
		{"error in the header only", "error", `?`, 202, "", &Error{"Runtime.Unknown", ""}},
		{"reply over the limit", "response", strings.Repeat("x", maxPayload+1), 413, "", &Error{"Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (6291556 bytes)."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, inv, _ := begun(t)
			if w := call(a, "POST", "/invocation/"+inv.id+"/"+test.path, test.body); w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			out := <-inv.done
			failure, _ := out.err.(*Error)
			if string(out.reply) != test.reply || (failure == nil) != (test.want == nil) || failure != nil && *failure != *test.want {
				t.Errorf("reply %s, error %v", out.reply, out.err)
			}
			if w := call(a, "POST", "/invocation/"+inv.id+"/response", `{}`); w.Code != http.StatusBadRequest {
				t.Errorf("a second response has status %d", w.Code)
			}
		})
	}
}

func TestARuntimeOutOfStep(t *testing.T) {
	a, _, _ := begun(t)
	if w := call(a, "POST", "/invocation/other/response", `{}`); w.Code != http.StatusBadRequest {
		t.Errorf("another's response: %d", w.Code)
	}
	if w := call(a, "POST", "/invocation/other/error", `{}`); w.Code != http.StatusBadRequest {
		t.Errorf("another's error: %d", w.Code)
	}
	if w := call(a, "GET", "/invocation/next", ""); w.Code != http.StatusForbidden {
		t.Errorf("next before the response: %d", w.Code)
	}
	if w := call(a, "GET", "/elsewhere", ""); w.Code != http.StatusNotFound {
		t.Errorf("another path: %d", w.Code)
	}
}

func TestInitErrorIsKept(t *testing.T) {
	a := newRuntimeAPI(Config{})
	for range 2 { // the second one must not block
		if w := call(a, "POST", "/init/error", `{"errorType":"T","errorMessage":"m"}`); w.Code != http.StatusAccepted {
			t.Errorf("status %d", w.Code)
		}
	}
	if err := <-a.initError; *err.(*Error) != (Error{"T", "m"}) {
		t.Errorf("error %v", err)
	}
}

func TestALineWithoutAnEndIsBounded(t *testing.T) {
	var got []int
	l := &lines{each: func(line string) { got = append(got, len(line)) }}
	for range 3 {
		l.Write(make([]byte, maxLine/2))
	}
	if len(got) != 1 || got[0] != maxLine {
		t.Errorf("lines of %v bytes", got)
	}
}
