package chat

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"projectchat/internal/golden"
	"projectchat/internal/refusal"
)

func TestCheckText(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		code refusal.Code // "": accepted
	}{
		"one letter":             {"a", ""},
		"tab and newline":        {"a\tb\nc", ""},
		"spaces around":          {"  a  ", ""},
		"DEL and C1":             {"a\x7f\u0085b", ""},
		"line separators":        {"a\u2028b\u2029c", ""},
		"override":               {"a\u202eb", ""},
		"noncharacters":          {"\ufffe\uffff", ""},
		"HTML":                   {"<img src=x onerror=alert(1)>", ""},
		"family":                 {"👩‍👩‍👧", ""},
		"4,000 code points":      {strings.Repeat("ä", 4000), ""},
		"16 KiB":                 {strings.Repeat("😀", 4000) + "", ""},
		"nothing":                {"", refusal.BadRequest},
		"white space":            {" \t\n\u00a0\u2003\u3000", refusal.BadRequest},
		"NUL":                    {"a\x00b", refusal.BadRequest},
		"carriage return":        {"a\r\nb", refusal.BadRequest},
		"escape":                 {"\x1b[31m", refusal.BadRequest},
		"not UTF-8":              {"\xff\xfe", refusal.BadRequest},
		"overlong":               {"\xc0\x80", refusal.BadRequest},
		"lone surrogate":         {"\xed\xa0\x80", refusal.BadRequest},
		"truncated":              {"a\xe2\x82", refusal.BadRequest},
		"4,001 code points":      {strings.Repeat("a", 4001), refusal.TooLarge},
		"16 KiB and one":         {strings.Repeat("😀", 4096) + "a", refusal.TooLarge},
		"long and of space only": {strings.Repeat(" ", 4001), refusal.TooLarge},
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, checkText(c.text), c.code) })
	}
}

func TestCheckCID(t *testing.T) {
	for cid, code := range map[string]refusal.Code{
		"a": "", "01J9ZQ-_az": "", strings.Repeat("x", 40): "",
		"": refusal.BadRequest, strings.Repeat("x", 41): refusal.BadRequest, "a b": refusal.BadRequest, "a\n": refusal.BadRequest, "ä": refusal.BadRequest,
		"a#b": refusal.BadRequest, "\x00": refusal.BadRequest,
	} {
		t.Run(cid, func(t *testing.T) { wantCode(t, checkCID(cid), code) })
	}
}

func wantCode(t *testing.T, err error, code refusal.Code) {
	t.Helper()
	if got := refusal.AsError(err).Code; (code == "" && err != nil) || (code != "" && got != code) {
		t.Errorf("error is %v, want %q", err, code)
	}
}

func FuzzCheckText(f *testing.F) {
	for _, text := range []string{"", " ", "hello", "\x00", "\r", "\xff", "\u2028", strings.Repeat("😀", 100), "\u200b", "a\tb\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := checkText(text)
		if err == nil {
			if n := utf8.RuneCountInString(text); !utf8.ValidString(text) || n < 1 || n > 4000 || len(text) > 16<<10 {
				t.Errorf("%q is accepted", text)
			}
			if strings.TrimSpace(text) == "" || strings.ContainsAny(text, "\x00\r\x1b\x08\x0b\x0c") {
				t.Errorf("%q is accepted", text)
			}
			return
		}
		if code := refusal.AsError(err).Code; code != refusal.BadRequest && code != refusal.TooLarge {
			t.Error(err)
		}
	})
}

// TestCheckReaction takes the signs of emoji.json. The page's tests read it, too,
// so that the server takes every sign of the page's palette.
func TestCheckReaction(t *testing.T) {
	var emoji struct {
		Good    []string          `json:"good"`
		Bad     map[string]string `json:"bad"`
		Palette []string          `json:"palette"`
	}
	golden.Read(t, "emoji.json", &emoji)
	for _, sign := range slices.Concat(emoji.Good, emoji.Palette) {
		if err := checkReaction(sign); err != nil {
			t.Errorf("%q (%U): %v", sign, []rune(sign), err)
		}
	}
	bad := map[string]string{"not UTF-8": "\xf0\x9f\x91", "a surrogate": "\xed\xa0\xbd"} // JSON cannot hold these
	maps.Copy(bad, emoji.Bad)
	for name, sign := range bad {
		if checkReaction(sign) == nil {
			t.Errorf("%s is accepted: %q", name, sign)
		}
	}
	longest := slices.MaxFunc(emoji.Good, func(a, b string) int { return utf8.RuneCountInString(a) - utf8.RuneCountInString(b) })
	if n := utf8.RuneCountInString(longest); n != maxReactionRunes {
		t.Errorf("the longest good sign has %d code points, want %d", n, maxReactionRunes)
	}
}

func FuzzCheckReaction(f *testing.F) {
	for _, sign := range []string{"👍", "1️⃣", "a", "🏳️‍🌈", "🇩🇪"} {
		f.Add(sign)
	}
	f.Fuzz(func(t *testing.T, sign string) {
		if checkReaction(sign) != nil {
			return
		}
		if !utf8.ValidString(sign) || len(sign) > maxReactionBytes {
			t.Errorf("%q is accepted", sign)
		}
		for _, r := range sign {
			if unicode.IsSpace(r) || unicode.IsControl(r) || (unicode.IsLetter(r) && r != 'ℹ') {
				t.Errorf("%q is accepted, with %U", sign, r)
			}
		}
	})
}
