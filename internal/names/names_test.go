package names_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"projectchat/internal/golden"
	"projectchat/internal/names"
	"projectchat/internal/refusal"
)

func isBadRequest(err error) bool {
	e, ok := errors.AsType[*refusal.Error](err)
	return ok && e.Code == refusal.BadRequest
}

// table is names.json, which the page's tests read, too. The page refuses the
// bad names, but not the names that only the server knows to be bad.
type table struct {
	Bad              map[string]string `json:"bad"`
	BadForTheServer  map[string]string `json:"badForTheServer"`
	PeopleWithoutKey []string          `json:"peopleWithoutKey"`
	Good             []string          `json:"good"`
	Lengths          map[string]struct {
		Spelling string `json:"spelling"`
		Room     bool   `json:"room"` // the name is valid for a room
		Person   bool   `json:"person"`
	} `json:"lengths"`
	Rooms  map[string][]string `json:"rooms"`  // key → all spellings of one room
	People map[string][]string `json:"people"` // key → all spellings of one name
}

func readTable(t testing.TB) (names table) {
	t.Helper()
	golden.Read(t, "names.json", &names)
	return names
}

// badNames may name neither a room nor a person.
func badNames(t testing.TB) map[string]string {
	names := readTable(t)
	bad := map[string]string{ // JSON cannot hold these
		"not UTF-8":          "ab\xff\xfe",
		"overlong":           "ab\xc0\x80",
		"truncated":          "ab\xe2\x82",
		"surrogate in UTF-8": "ab\xed\xa0\x80",
	}
	maps.Copy(bad, names.Bad)
	maps.Copy(bad, names.BadForTheServer)
	return bad
}

func TestBadNames(t *testing.T) {
	for name, spelling := range badNames(t) {
		t.Run(name, func(t *testing.T) {
			if title, _, err := names.ParseRoom(spelling); !isBadRequest(err) {
				t.Errorf("room %q: %v", title, err)
			}
			if name, _, err := names.ParseName(spelling); !isBadRequest(err) {
				t.Errorf("name %q: %v", name, err)
			}
		})
	}
}

func TestGoodNames(t *testing.T) {
	for _, name := range readTable(t).Good {
		t.Run(name, func(t *testing.T) {
			got, key, err := names.ParseName("  " + name + "\n")
			if err != nil || got != name || key == "" {
				t.Errorf("ParseName gives %q, %q, %v", got, key, err)
			}
			got, key, err = names.ParseRoom("\u3000" + name + "\t")
			if err != nil || got != name || key == "" {
				t.Errorf("ParseRoom gives %q, %q, %v", got, key, err)
			}
		})
	}
}

// TestNameWithoutKey: two names of unassigned characters would have the same
// (empty) skeleton, so nobody could tell them apart.
func TestNameWithoutKey(t *testing.T) {
	for _, spelling := range readTable(t).PeopleWithoutKey {
		if name, key, err := names.ParseName(spelling); !isBadRequest(err) {
			t.Errorf("%+q has the key %q, and error %v", name, key, err)
		}
	}
}

func TestLengthOfNames(t *testing.T) {
	for name, c := range readTable(t).Lengths {
		if _, _, err := names.ParseRoom(c.Spelling); (err == nil) != c.Room {
			t.Errorf("%s as a room: %v", name, err)
		}
		if _, _, err := names.ParseName(c.Spelling); (err == nil) != c.Person {
			t.Errorf("%s as a name: %v", name, err)
		}
	}
}

// TestRoomKey: another key would be another room.
func TestRoomKey(t *testing.T) {
	wantKeys(t, readTable(t).Rooms, names.RoomKey)
}

// TestNameKey: claims are stored under the key, so another key is a migration.
func TestNameKey(t *testing.T) {
	wantKeys(t, readTable(t).People, names.NameKey)
}

func wantKeys(t *testing.T, spellings map[string][]string, key func(string) string) {
	t.Helper()
	for want, same := range spellings {
		for _, spelling := range same {
			if got := key(spelling); got != want {
				t.Errorf("%q has the key %q, want %q", spelling, got, want)
			}
		}
	}
}

func seedNames(f *testing.F) {
	for _, spelling := range badNames(f) {
		f.Add(spelling)
	}
	for _, spelling := range []string{
		"Ann", "\u0430lice", "Straße", "Σ", "\u0345a", "a\u0345\u0301", "ﬃ", "İ", "👩‍👩‍👧", "1l|I", "rnm", "\u0f75", "ǰ", "ΐ", "ᾳ̃",
		"a\u0327\u0301", "각", "\u1100\u1161\u11a8", "𝕬", "Ǆ", "ſ", "K", "½", "…", "℀",
	} {
		f.Add(spelling)
	}
}

// wantShown checks the properties of every accepted name.
func wantShown(t *testing.T, name, key string) {
	t.Helper()
	if !utf8.ValidString(name) || !utf8.ValidString(key) {
		t.Errorf("%q or its key %q is not valid", name, key)
	}
	if name != strings.TrimSpace(name) {
		t.Errorf("%q has white space at its ends", name)
	}
	if key == "" {
		t.Errorf("%q has no key", name)
	}
	hides := func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.M, unicode.Z, unicode.Other_Default_Ignorable_Code_Point)
	}
	if strings.TrimFunc(name, hides) == "" {
		t.Errorf("%q shows nothing", name)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) }) {
		t.Errorf("%q has controls", name)
	}
}

func FuzzParseRoom(f *testing.F) {
	seedNames(f)
	f.Fuzz(func(t *testing.T, spelling string) {
		title, key, err := names.ParseRoom(spelling)
		if err != nil {
			if !isBadRequest(err) {
				t.Error(err)
			}
			return
		}
		wantShown(t, title, key)
		if n := utf8.RuneCountInString(title); n < 1 || n > 64 || len(title) > 256 {
			t.Errorf("%q is accepted", title)
		}
		// A pk has at most 2,048 bytes, and each byte of a key may become three in
		// it.
		if len(key) > 1500 {
			t.Errorf("the key of %q has %d bytes", title, len(key))
		}
		if again := names.RoomKey(key); again != key {
			t.Errorf("key of %q: %+q, and key of that: %+q", title, key, again)
		}
		if again, _, err := names.ParseRoom(title); err != nil || again != title {
			t.Errorf("%q is parsed again as %q, %v", title, again, err)
		}
	})
}

func FuzzParseName(f *testing.F) {
	seedNames(f)
	f.Fuzz(func(t *testing.T, spelling string) {
		name, key, err := names.ParseName(spelling)
		if err != nil {
			if !isBadRequest(err) {
				t.Error(err)
			}
			return
		}
		wantShown(t, name, key)
		if n := utf8.RuneCountInString(name); n < 2 || n > 24 {
			t.Errorf("%q is accepted", name)
		}
		if again := names.NameKey(key); again != key {
			t.Errorf("key of %q: %+q, and key of that: %+q", name, key, again)
		}
		// Case does not distinguish names.
		for _, other := range []string{strings.ToLower(strings.ReplaceAll(name, "İ", "i\u0307")), "\u200d" + name, name + "\ufe0f"} {
			if got := names.NameKey(other); got != key {
				t.Errorf("%q has the key %+q, and %q has %+q", name, key, other, got)
			}
		}
	})
}
