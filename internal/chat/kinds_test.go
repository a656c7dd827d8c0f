package chat

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/internal/golden"
	"projectchat/internal/refusal"
)

// texts has one text of each sort, with the forms that it may stand for.
var texts = map[string][]string{
	"":      {"none", "reaction"}, // a reaction that is taken back
	"👍":     {"message", "reaction"},
	"hello": {"message"},
}

// TestKindsAreThoseOfTheTable compares the kinds with the table that clients
// have.
func TestKindsAreThoseOfTheTable(t *testing.T) {
	want, got := golden.ReadKinds(t).Kinds, map[string]golden.Kind{}
	for kind, rule := range kinds {
		got[kind] = golden.Kind{
			Revision: want[kind].Revision, Text: want[kind].Text, // the rule does not have these
			Target: rule.target, AuthorOnly: rule.authorOnly, OfDeleted: rule.ofDeleted, Overwrites: rule.overwrites,
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds (-kinds.json +kinds):\n%s", diff)
	}
}

// TestEveryDraftOfEveryKind: each draft is accepted or refused as the table
// says.
func TestEveryDraftOfEveryKind(t *testing.T) {
	for kind, rule := range golden.ReadKinds(t).Kinds {
		for _, target := range []int64{-1, 0, 1, maxSeq, maxSeq + 1} {
			for text, sorts := range texts {
				d := Draft{Kind: kind, Target: target, Text: text}
				is := target >= 1 && target <= maxSeq
				code := refusal.BadRequest
				if slices.Contains(sorts, rule.Text) && is == rule.Target && (is || target == 0) {
					code = ""
				}
				t.Run(fmt.Sprintf("%s of %d with %q", kind, target, text), func(t *testing.T) {
					wantCode(t, d.checkKind(), code)
				})
			}
		}
	}
}

// TestEveryKindByEverybody tries each kind on a message that is there and on
// one that is not.
func TestEveryKindByEverybody(t *testing.T) {
	s, ann, bob := &Service{now: time.Now}, Person{UID: "u_ann"}, Person{UID: "u_bob"}
	for kind, rule := range golden.ReadKinds(t).Kinds {
		for name, c := range map[string]struct {
			by      Person
			deleted int64
			code    refusal.Code
		}{
			"the author's":          {ann, 0, ""},
			"another's":             {bob, 0, unless(!rule.Target || !rule.AuthorOnly, refusal.Forbidden)},
			"the author's, deleted": {ann, 2, unless(!rule.Target || rule.OfDeleted, refusal.NotFound)},
		} {
			t.Run(kind+" of "+name, func(t *testing.T) {
				wantCode(t, s.refuseTarget(Draft{Kind: kind, Target: 1}, Message{Seq: 1, UID: ann.UID, Deleted: c.deleted}, c.by), c.code)
			})
		}
	}
}

func unless(may bool, code refusal.Code) refusal.Code {
	if may {
		return ""
	}
	return code
}
