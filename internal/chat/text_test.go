package chat

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckText(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		code Code // "": accepted
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
		"nothing":                {"", BadRequest},
		"white space":            {" \t\n\u00a0\u2003\u3000", BadRequest},
		"NUL":                    {"a\x00b", BadRequest},
		"carriage return":        {"a\r\nb", BadRequest},
		"escape":                 {"\x1b[31m", BadRequest},
		"not UTF-8":              {"\xff\xfe", BadRequest},
		"overlong":               {"\xc0\x80", BadRequest},
		"lone surrogate":         {"\xed\xa0\x80", BadRequest},
		"truncated":              {"a\xe2\x82", BadRequest},
		"4,001 code points":      {strings.Repeat("a", 4001), TooLarge},
		"16 KiB and one":         {strings.Repeat("😀", 4096) + "a", TooLarge},
		"long and of space only": {strings.Repeat(" ", 4001), TooLarge},
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, checkText(c.text), c.code) })
	}
}

func TestCheckCID(t *testing.T) {
	for cid, code := range map[string]Code{
		"a": "", "01J9ZQ-_az": "", strings.Repeat("x", 40): "",
		"": BadRequest, strings.Repeat("x", 41): BadRequest, "a b": BadRequest, "a\n": BadRequest, "ä": BadRequest,
		"a#b": BadRequest, "\x00": BadRequest,
	} {
		t.Run(cid, func(t *testing.T) { wantCode(t, checkCID(cid), code) })
	}
}

func wantCode(t *testing.T, err error, code Code) {
	t.Helper()
	if got := AsError(err).Code; (code == "" && err != nil) || (code != "" && got != code) {
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
		if code := AsError(err).Code; code != BadRequest && code != TooLarge {
			t.Error(err)
		}
	})
}
