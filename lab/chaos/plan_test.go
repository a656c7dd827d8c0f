package main

import (
	"strings"
	"testing"
	"time"

	"projectchat/lab/netproxy"
)

func printed(p plan) string {
	var out strings.Builder
	p.print(&out)
	return out.String()
}

func TestPlanIsOfTheSeed(t *testing.T) {
	for name, p := range profiles {
		t.Run(name, func(t *testing.T) {
			a, b, c := printed(newPlan(p, 7)), printed(newPlan(p, 7)), printed(newPlan(p, 8))
			if a != b {
				t.Error("one seed made two plans")
			}
			if a == c {
				t.Error("two seeds made one plan")
			}
		})
	}
}

func TestPlanKeepsToItsProfile(t *testing.T) {
	for name, p := range profiles {
		t.Run(name, func(t *testing.T) {
			plan := newPlan(p, 3)
			count := plan.count()
			for what, want := range map[string]int{
				storm: p.storms, killServer: p.serverKills, killDatabase: p.databaseKills, brownout: p.brownouts,
			} {
				if count[what] != want {
					t.Errorf("%d times %s, want %d", count[what], what, want)
				}
			}
			last := 0
			for _, s := range plan.all() {
				if s.at < last || s.at > plan.second || s.tab >= p.tabs() {
					t.Errorf("out of order or of bounds: %v", s)
				}
				last = s.at
			}
			for _, s := range plan.seen {
				if s.what == string(netproxy.Silence) || s.at < plan.first {
					t.Errorf("in the second part: %v", s)
				}
			}
		})
	}
}

func TestProfileMHasItsKills(t *testing.T) {
	count := newPlan(profiles["M"], 1).count()
	kills := count[string(netproxy.Reset)] + count[string(netproxy.Finish)] + count[string(netproxy.Silence)] + count[reload]
	if kills < 1800 { // and two storms of 1,000
		t.Errorf("%d connections are to be killed", kills)
	}
	if count[string(netproxy.Silence)] < 100 {
		t.Errorf("%v", count)
	}
}

func TestDelays(t *testing.T) {
	slow := 0
	for n := range 1000 {
		d := delayOf(5, 3, n, 0.2)
		if d != delayOf(5, 3, n, 0.2) || d < 0 || d > 80*time.Millisecond {
			t.Fatalf("connection %d: %v", n, d)
		}
		if d > 0 {
			slow++
		}
	}
	if slow < 130 || slow > 270 {
		t.Errorf("%d of 1000 connections are slow, want about 200", slow)
	}
}
