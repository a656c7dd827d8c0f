package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"projectchat/lab/check"
)

// TestMain lets the test binary be the server's process, too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		exit(serve(os.Args[2:], os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// tiny is a run of seconds. Many of its answers are lost.
var tiny = profile{
	name: "tiny", rooms: 3, inRoom: 4, messages: 150, rate: 60, cuts: 0.05, outsiders: 1, serverKills: 1, databaseKills: 1,
	gateway: "reply-error=0.06,post-429=0.03,post-500-delivered=0.02", store: storeFaults(0.05), calm: time.Second, hasty: true, brief: true,
}

// TestBrokenServers: a run with a server that is broken in a known way breaks the promise
// that it should; a run with a whole server breaks none.
func TestBrokenServers(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a database: not with -short")
	}
	for _, test := range []struct {
		broken string
		want   check.Name // "": nothing
	}{
		{"", ""},
		{ackWithoutPut, check.Lost},
		{forgetsRepeats, check.Duplicated},
		{pushToStrangers, check.Leaked},
	} {
		t.Run(fmt.Sprintf("broken %q", test.broken), func(t *testing.T) {
			t.Parallel() // most of the time each waits for messages that are lost
			r, err := perform(t.Context(), options{
				profile: tiny, seed: 1, root: "../..", out: t.TempDir(), broken: test.broken, say: io.Discard,
			})
			if err != nil {
				t.Fatal(err)
			}
			_, report, _ := judge(r)
			names := slices.DeleteFunc(report.Names(), func(n check.Name) bool { return slices.Contains(timed, string(n)) }) // the machine may be busy
			switch {
			case test.want == "" && len(names) > 0:
				t.Errorf("broken promises: %v\n%v", names, report.Violations[:min(5, len(report.Violations))])
			case test.want != "" && !slices.Contains(names, test.want):
				t.Errorf("the run noticed %v, want %s; %d messages", names, test.want, report.Sent)
			}
			if report.Acked < tiny.messages*9/10 || len(r.recovered) != 2 {
				t.Errorf("%d messages were acknowledged, %d processes came back", report.Acked, len(r.recovered))
			}
		})
	}
}

func TestUnknownBreakage(t *testing.T) {
	if _, err := broken(nil, "in-no-known-way"); err == nil {
		t.Error("an unknown breakage was accepted")
	}
}

// TestLogKeepsCanaries: a line of the server's log with a canary is kept whatever its level,
// as the run looks for it.
func TestLogKeepsCanaries(t *testing.T) {
	for line, want := range map[string]bool{
		`{"level":"ERROR","msg":"panic"}`:                         true,
		`{"level":"INFO","msg":"request"}`:                        false,
		`{"level":"WARN","err":"` + canaryPrefix + `0123456789"}`: true,
	} {
		var out strings.Builder
		if n, err := (onlyErrors{&out, &sync.Mutex{}}).Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("%s: %d, %v", line, n, err)
		}
		if kept := out.Len() > 0; kept != want {
			t.Errorf("%s is kept: %v", line, kept)
		}
	}
}

// TestEndOfARunThatHardlyBegan: a tab that has no network yet must not hide why the run
// failed.
func TestEndOfARunThatHardlyBegan(t *testing.T) {
	if err := (&run{tabs: []*tab{{}}}).end(); err != nil {
		t.Error(err)
	}
}
