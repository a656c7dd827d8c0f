package wire_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"projectchat/internal/golden"
	"projectchat/internal/wire"
)

// TestRevisionIsThatOfTheTable: Revision is the table's, and nothing in the
// table is newer.
func TestRevisionIsThatOfTheTable(t *testing.T) {
	table := golden.ReadKinds(t)
	since := map[string]int{}
	for kind, rule := range table.Kinds {
		since[kind] = rule.Revision
	}
	for action, rule := range table.Actions {
		since[action] = rule.Revision
	}
	if wire.Revision != table.Revision || slices.Max(slices.Collect(maps.Values(since))) > table.Revision {
		t.Errorf("revision %d is told, kinds.json has %d: %v", wire.Revision, table.Revision, since)
	}
}

func TestActionsAreThoseOfTheTable(t *testing.T) {
	got := []string{
		wire.ActionJoin, wire.ActionLeave, wire.ActionSend, wire.ActionHistory, wire.ActionPing, wire.ActionTyping,
	}
	want := slices.Sorted(maps.Keys(golden.ReadKinds(t).Actions))
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("actions are %v, want %v", got, want)
	}
}

// TestEveryKindHasAGoldenFrame: each kind has a golden frame of its form, and a
// place in the specification.
func TestEveryKindHasAGoldenFrame(t *testing.T) {
	kinds, found := golden.ReadKinds(t).Kinds, map[string]bool{}
	for name, zero := range goldens {
		if _, is := zero.(wire.Send); !is {
			continue
		}
		var frame wire.Send
		if err := wire.Decode(readGolden(t, name), &frame); err != nil {
			t.Fatal(err)
		}
		if frame.Kind == "" {
			frame.Kind = "message"
		}
		rule, known := kinds[frame.Kind]
		if !known || rule.Target != (frame.Target != 0) || rule.Text == "none" && frame.Text != "" {
			t.Errorf("%s is not as kinds.json has it: %+v", name, rule)
		}
		found[frame.Kind] = true
	}
	_, specified := readSpecification(t).schema(t, "Kind")
	for kind := range kinds {
		if !found[kind] || !strings.Contains(specified["description"].(string), kind) {
			t.Errorf("%s has no golden frame, or is not in docs/asyncapi.yaml", kind)
		}
	}
}
