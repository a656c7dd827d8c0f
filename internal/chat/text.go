package chat

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"projectchat/internal/refusal"
)

// Limits on the text of a message, on a reaction and on a cid.
const (
	maxTextRunes = 4000
	maxTextBytes = 16 << 10

	maxReactionRunes = 16
	maxReactionBytes = 64

	maxCID = 40
)

// checkText refuses a text that no message may have, with [refusal.BadRequest]
// or [refusal.TooLarge]. A valid text is stored exactly as sent.
func checkText(text string) error {
	if !utf8.ValidString(text) {
		return refusal.Errorf(refusal.BadRequest, "The text is not valid UTF-8.")
	}
	if len(text) > maxTextBytes || utf8.RuneCountInString(text) > maxTextRunes {
		return refusal.Errorf(refusal.TooLarge, "A message has at most %d characters.", maxTextRunes)
	}
	if strings.TrimFunc(text, unicode.IsSpace) == "" {
		return refusal.Errorf(refusal.BadRequest, "A message is not only white space.")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' }) {
		return refusal.Errorf(refusal.BadRequest, "A message has no control characters but tab and newline.")
	}
	return nil
}

// checkNoText refuses any text; [refusal.BadRequest].
func checkNoText(text string) error {
	if text != "" {
		return refusal.Errorf(refusal.BadRequest, "A deletion has no text.")
	}
	return nil
}

// reactionForm matches one emoji by the form that all have: a flag, or signs
// joined by ZWJ, each with a skin tone, a variation selector (and a key's
// frame), or tags.
// https://www.unicode.org/reports/tr51/#EBNF_and_Regex
//
// A sign may be any code point of the blocks that have emoji, assigned or not,
// so that next year's emoji pass. A digit, # and * count only with the frame of
// a key.
var reactionForm = regexp.MustCompile(func() string {
	const (
		flag  = `[\x{1F1E6}-\x{1F1FF}]{2}`
		key   = `[0-9#*]\x{FE0F}?\x{20E3}`
		sign  = `[\x{A9}\x{AE}\x{203C}\x{2049}\x{2122}\x{2139}\x{2190}-\x{21FF}\x{2300}-\x{27BF}\x{2900}-\x{297F}\x{2B00}-\x{2BFF}\x{3030}\x{303D}\x{3297}\x{3299}\x{1F000}-\x{1F1E5}\x{1F200}-\x{1FAFF}]`
		after = `(?:[\x{1F3FB}-\x{1F3FF}\x{FE0E}\x{FE0F}]|[\x{E0020}-\x{E007E}]+\x{E007F})?`
		emoji = `(?:` + flag + `|` + sign + after + `)`
	)
	return `^(?:` + key + `|` + emoji + `(?:\x{200D}` + emoji + `)*)$`
}())

// checkReaction refuses a text that is not one emoji, with
// [refusal.BadRequest]. The text "" is valid: it takes a reaction back.
func checkReaction(sign string) error {
	if sign == "" {
		return nil
	}
	short := len(sign) <= maxReactionBytes && utf8.RuneCountInString(sign) <= maxReactionRunes
	if !short || !utf8.ValidString(sign) || !reactionForm.MatchString(sign) {
		return refusal.Errorf(refusal.BadRequest, "A reaction is one emoji of at most %d code points.", maxReactionRunes)
	}
	return nil
}

var cidForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func checkCID(cid string) error {
	if len(cid) > maxCID || !cidForm.MatchString(cid) {
		return refusal.Errorf(refusal.BadRequest, "A cid has 1 to %d characters of A-Z a-z 0-9 _ -.", maxCID)
	}
	return nil
}
