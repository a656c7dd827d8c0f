package main

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// admins returns the address of p's admin server.
func (p *process) admins(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^admin +(http://\S+)/_gateway/faults$`).FindStringSubmatch(p.output())
	if found == nil {
		t.Fatalf("no address of an admin in\n%s", p.output())
	}
	return found[1]
}

// ask makes a request and returns the status and the body.
func ask(t *testing.T, method, url, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if r.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}

func TestFaultsAreSwitchedWhileItRuns(t *testing.T) {
	p := startSeveral(t, nil, "-admin", "127.0.0.1:0")
	faults := p.admins(t) + "/_gateway/faults"
	c := p.dial(t, "/Chat/dev", nil)
	say := func(want string) {
		t.Helper()
		c.send(`{"action":"say"}`)
		if got := c.receive(); !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	on := func(want map[string]activeFault) {
		t.Helper()
		status, body := ask(t, "GET", faults, "")
		var got map[string]activeFault
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 {
			t.Fatalf("%d %s: %v", status, body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("faults that are on (-want +got):\n%s", diff)
		}
	}
	say(`"route":"say"`)
	on(map[string]activeFault{})
	if status, body := ask(t, "POST", faults, "reply-error=1:times=1,post-delay=0.5:3s"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	say("Internal server error")
	say(`"route":"say"`)
	on(map[string]activeFault{"reply-error": {Share: 1, Times: 1, Happened: 1}, "post-delay": {Share: 0.5, For: "3s"}})
	p.await(t, "faults     on: reply-error=1:times=1,post-delay=0.5:3s")

	ask(t, "DELETE", faults+"?fault=reply-error", "")
	on(map[string]activeFault{"post-delay": {Share: 0.5, For: "3s"}})
	ask(t, "DELETE", faults, "")
	on(map[string]activeFault{})
	p.await(t, "faults     off: all")
	p.interrupt(t)
}

func TestConnectionsAreDisruptedWhileItRuns(t *testing.T) {
	p := startSeveral(t, nil, "-admin", "127.0.0.1:0")
	c := p.dial(t, "/Chat/dev", nil)
	if status, body := ask(t, "POST", p.admins(t)+"/_gateway/disrupt", "close-early"); status != 200 || body != "1\n" {
		t.Errorf("%d %s", status, body)
	}
	if _, _, err := c.conn.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "1001") && !strings.Contains(err.Error(), "GoingAway") {
		t.Errorf("the client saw %v, want 1001", err)
	}
}

func TestAdminRefuses(t *testing.T) {
	p := startSeveral(t, nil, "-admin", "localhost:0")
	base := p.admins(t) + "/_gateway/"
	tests := []struct {
		name, method, path, body string
		header                   []string
		status                   int
		want                     string
	}{
		{"an unknown fault", "POST", "faults", "rain=1", nil, 400, `no fault is called "rain"`},
		{"an unknown fault to switch off", "DELETE", "faults?fault=rain", "", nil, 400, `no fault is called "rain"`},
		{"an unknown disruption", "POST", "disrupt", "post-drop", nil, 400, `"post-drop" is not cut, cut-silent or close-early`},
		{"a long body", "POST", "faults", strings.Repeat("x", 17<<10), nil, 400, "too large"},
		{"a page", "POST", "faults", "post-drop=1", []string{"Origin", "https://example.com"}, 403, "not for pages"},
		{"a page's own fetch", "GET", "faults", "", []string{"Sec-Fetch-Site", "same-origin"}, 403, "not for pages"},
		{"another name", "GET", "faults", "", []string{"Host", "example.com:80"}, 403, "not for pages"},
		{"another method", "PUT", "faults", "", nil, 405, "Method Not Allowed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, body := ask(t, test.method, base+test.path, test.body, test.header...)
			if status != test.status || !strings.Contains(body, test.want) {
				t.Errorf("%d %q, want %d %q", status, body, test.status, test.want)
			}
		})
	}
	if _, body := ask(t, "GET", base+"faults", ""); body != "{}\n" {
		t.Errorf("faults that are on: %s", body)
	}
}
