package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"projectchat/internal/wire"
)

// TestSignInTriesAgain: a busy machine may refuse a sign-in for now, and may have claimed the
// name all the same.
func TestSignInTriesAgain(t *testing.T) {
	const (
		busy  = `503 {"type":"error","code":"busy","temporary":true}`
		taken = `409 {"type":"error","code":"name_taken","temporary":false}`
		done  = `201 {"uid":"u_a","token":"t"}`
	)
	tests := map[string]struct {
		answers []string
		names   []string
		fails   bool
	}{
		"done at once":             {[]string{done}, []string{"Ann"}, false},
		"busy, then done":          {[]string{busy, busy, done}, []string{"Ann", "Ann", "Ann"}, false},
		"busy, and it had a claim": {[]string{busy, taken, done}, []string{"Ann", "Ann", "Ann b"}, false},
		"taken by another":         {[]string{taken}, []string{"Ann"}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var names []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var asked wire.SessionRequest
				if err := json.UnmarshalRead(r.Body, &asked); err != nil {
					t.Error(err)
				}
				status, body, _ := strings.Cut(test.answers[len(names)], " ")
				names = append(names, asked.Name)
				code := 0
				fmt.Sscan(status, &code)
				w.WriteHeader(code)
				fmt.Fprint(w, body)
			}))
			defer server.Close()
			session, err := newRoad(strings.TrimPrefix(server.URL, "http://"), "", 0).signIn(t.Context(), "Ann")
			if (err != nil) != test.fails || !test.fails && session.UID != "u_a" {
				t.Errorf("session %+v, %v", session, err)
			}
			if !slices.Equal(names, test.names) {
				t.Errorf("asked for %q, want %q", names, test.names)
			}
		})
	}
}
