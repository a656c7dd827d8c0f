package names_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"projectchat/internal/names"
	"projectchat/internal/refusal"
)

func isBadRequest(err error) bool {
	e, ok := errors.AsType[*refusal.Error](err)
	return ok && e.Code == refusal.BadRequest
}

// badNames may name neither a room nor a person.
var badNames = map[string]string{
	"nothing":                 "",
	"spaces":                  " \t\u00a0\u3000",
	"not UTF-8":               "ab\xff\xfe",
	"overlong":                "ab\xc0\x80",
	"truncated":               "ab\xe2\x82",
	"surrogate in UTF-8":      "ab\xed\xa0\x80",
	"NUL":                     "a\x00b",
	"newline":                 "a\nb",
	"carriage return":         "a\r\nSet-Cookie: b",
	"escape":                  "\x1b[31mred",
	"DEL":                     "a\x7fb",
	"C1":                      "a\u0085b",
	"line separator":          "a\u2028b",
	"paragraph separator":     "a\u2029b",
	"noncharacter":            "a\ufffeb",
	"noncharacter, last":      "a\U0010ffffb",
	"right-to-left override":  "a\u202eb",
	"left-to-right override":  "a\u202db",
	"isolate":                 "a\u2066b\u2069",
	"right-to-left mark":      "a\u200fb",
	"Arabic letter mark":      "a\u061cb",
	"zero width space":        "a\u200bb",
	"word joiner":             "a\u2060b",
	"soft hyphen":             "a\u00adb",
	"byte order mark":         "\ufeffab",
	"tag":                     "ab\U000e0061",
	"joiners only":            "\u200d\u200d\u200c",
	"variation selectors":     "\ufe0f\ufe0f",
	"Hangul fillers":          "\u3164\u3164",
	"Hangul choseong filler":  "\u115f\u1160",
	"halfwidth filler":        "\uffa0\uffa0",
	"Mongolian separator":     "a\u180eb",
	"braille blanks":          "\u2800\u2800",
	"combining marks only":    "\u0301\u0301\u0301",
	"grapheme joiner":         "a\u034fb",
	"Khmer inherent vowels":   "a\u17b4b",
	"musical null noteheads":  "\U0001d159\U0001d159",
	"hieroglyph blanks":       "\U00013441\U00013442",
	"interlinear annotation":  "ab\ufff9\ufffa\ufffb",
	"hieroglyph joiners":      "ab\U00013430",
	"invisible after the end": "ab\u2064",
}

func TestBadNames(t *testing.T) {
	for name, spelling := range badNames {
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
	for _, name := range []string{
		"Ann", "O'Brien", "李小龙", "Дмитрий", "عبد الله", "ศรีสุข", "क्षत्रिय", "می\u200cخواهم", "👩‍👩‍👧", "🇩🇪🇫🇷", "❤️❤️",
		"null", "undefined", "[object Object]", "../..", "CON", "a#b", "ROOM#x", "%00", "<script>", "&lt;b&gt;",
		"javascript:alert(1)", "{{7*7}}", "${x}", "__proto__", "a  b", "z̷̧̢̛̪̫", "İstanbul", "straße", "ﬀﬁ", "Ⅷ Ⅸ",
	} {
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
	for _, spelling := range []string{"\u0378\u0379", "\u0295\u0295", "\u02e4\u02e4"} {
		if name, key, err := names.ParseName(spelling); !isBadRequest(err) {
			t.Errorf("%+q has the key %q, and error %v", name, key, err)
		}
	}
}

func TestLengthOfNames(t *testing.T) {
	for _, c := range []struct {
		what       string
		spelling   string
		room, name bool // may name it
	}{
		{"one", "a", true, false},
		{"two", "ab", true, true},
		{"24", strings.Repeat("ä", 24), true, true},
		{"25", strings.Repeat("ä", 25), true, false},
		{"64", strings.Repeat("ä", 64), true, false},
		{"65", strings.Repeat("a", 65), false, false},
		{"64 of four bytes", strings.Repeat("😀", 64), true, false},
		{"64 and spaces", "  " + strings.Repeat("a", 64) + "  ", true, false},
	} {
		if _, _, err := names.ParseRoom(c.spelling); (err == nil) != c.room {
			t.Errorf("%s as a room: %v", c.what, err)
		}
		if _, _, err := names.ParseName(c.spelling); (err == nil) != c.name {
			t.Errorf("%s as a name: %v", c.what, err)
		}
	}
}

func TestRoomKey(t *testing.T) {
	for _, same := range [][]string{
		{"General", "GENERAL", "general"},
		{"Straße", "STRASSE", "strasse"},
		{"Caf\u00e9", "CAFE\u0301", "cafe\u0301"},
		{"ΣΊΣΥΦΟΣ", "σίσυφος", "σίσυφοσ"},
		{"\u1fb3", "\u0391\u0345", "\u03b1\u03b9"},
		{"Å", "\u212b", "A\u030a"},
		{"ŉ", "\u02bcn"},
		{"\u13a0\u13f8", "\uab70\u13f0", "\uab70\u13f8"},
	} {
		for _, spelling := range same[1:] {
			if a, b := names.RoomKey(same[0]), names.RoomKey(spelling); a != b {
				t.Errorf("%q has the key %q, and %q has %q", same[0], a, spelling, b)
			}
		}
	}
	for _, other := range [][2]string{
		{"a#b", "a%23b"}, {"a b", "a  b"}, {"cafe", "café"}, {"I", "ı"}, {"a", "а"}, {"a", "ａ"}, {"x", "x\u200d"},
	} {
		if names.RoomKey(other[0]) == names.RoomKey(other[1]) {
			t.Errorf("%q and %q are one room", other[0], other[1])
		}
	}
}

func TestNameKey(t *testing.T) {
	for _, same := range [][]string{
		{"alice", "ALICE", "Alice", "\u0430lice", "al\u0456ce", "ａｌｉｃｅ", "𝐚𝐥𝐢𝐜𝐞", "a1ice", "a|ice", "alice\ufe0f", "\u200dalice"},
		{"paypal", "рaypal", "pаypаl"},
		{"admin", "аdmin", "adrnin", "ADMIN"},
		{"modern", "modem"},
		{"a b", "a  b", "a\u00a0b", "a\u2003b"},
		{"strasse", "STRASSE", "straße"},
		{"office", "oﬃce"},
		{"viii", "ⅷ", "Ⅷ"},
		{"scope", "ѕсоре"},
		{"0%", "0º/₀", "o%"},
		{"bob", "b0b", "BOB", "bоb"},
	} {
		for _, spelling := range same[1:] {
			if a, b := names.NameKey(same[0]), names.NameKey(spelling); a != b {
				t.Errorf("%q has the key %q, and %q has %q", same[0], a, spelling, b)
			}
		}
	}
	for _, other := range [][2]string{{"alice", "alicia"}, {"Ann", "Anna"}, {"jose", "josé"}, {"a b", "ab"}, {"李明", "李朋"}} {
		if names.NameKey(other[0]) == names.NameKey(other[1]) {
			t.Errorf("%q and %q are one name", other[0], other[1])
		}
	}
}

func seedNames(f *testing.F) {
	for _, spelling := range badNames {
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
