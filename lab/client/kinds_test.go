package client

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/golden"
	"projectchat/internal/wire"
)

// TestKindsAreThoseOfTheTable that the server and the page have.
func TestKindsAreThoseOfTheTable(t *testing.T) {
	table, want := golden.ReadKinds(t), map[string]bool{}
	for kind, rule := range table.Kinds {
		if !rule.Target {
			continue
		}
		want[kind] = rule.Overwrites
		if rule.Revision != withChanges {
			t.Errorf("%s came with revision %d, want %d", kind, rule.Revision, withChanges)
		}
	}
	if diff := cmp.Diff(want, changing); diff != "" {
		t.Errorf("kinds (-kinds.json +changing):\n%s", diff)
	}
	if since := table.Actions[wire.ActionTyping].Revision; since != withChanges {
		t.Errorf("typing came with revision %d, want %d", since, withChanges)
	}
}

// TestFoldKnowsEveryKind, and lets a row of another person count where it may.
func TestFoldKnowsEveryKind(t *testing.T) {
	for kind, rule := range golden.ReadKinds(t).Kinds {
		for _, by := range []string{"u_ann", "u_bob"} {
			text := map[string]string{"message": "new", "reaction": "👍"}[rule.Text]
			f := fold{}
			f.take([]wire.Message{{Seq: 1, UID: "u_ann", Text: "old"}})
			before := f[1].Folded
			before.Reactions = map[string]string{}
			f.take([]wire.Message{{Seq: 2, Kind: kind, UID: by, Target: 1, Text: text}})
			changed, may := !cmp.Equal(before, f[1].Folded), by == "u_ann" || !rule.AuthorOnly
			if rule.Target && changed != may {
				t.Errorf("%s by %s: it changes the message: %v, want %v", kind, by, changed, may)
			}
		}
	}
}
