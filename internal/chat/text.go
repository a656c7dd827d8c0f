package chat

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on the text of a message.
const (
	maxTextRunes = 4000
	maxTextBytes = 16 << 10
)

// checkText refuses a text that may not stand in a message; [BadRequest] or
// [TooLarge]. A text that may is stored exactly as sent.
func checkText(text string) error {
	if !utf8.ValidString(text) {
		return Errorf(BadRequest, "The text is not valid UTF-8.")
	}
	if len(text) > maxTextBytes || utf8.RuneCountInString(text) > maxTextRunes {
		return Errorf(TooLarge, "A message has at most %d characters.", maxTextRunes)
	}
	if strings.TrimFunc(text, unicode.IsSpace) == "" {
		return Errorf(BadRequest, "A message is not only white space.")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' }) {
		return Errorf(BadRequest, "A message has no control characters but tab and newline.")
	}
	return nil
}

var cidForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

func checkCID(cid string) error {
	if !cidForm.MatchString(cid) {
		return Errorf(BadRequest, "A cid has 1 to 40 characters of A-Z a-z 0-9 _ -.")
	}
	return nil
}
