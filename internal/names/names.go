// Package names has the rules for the names of rooms and people: which names
// are valid, and which of them are the same.
package names

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"projectchat/internal/refusal"
)

// Limits on names, in code points and bytes.
const (
	MaxRoomRunes = 64
	MaxRoomBytes = 256
	minNameRunes = 2
	maxNameRunes = 24
)

// ParseRoom checks a room's name as a person spelled it. It returns its title
// (without white space at the ends) and its key, or [refusal.BadRequest].
func ParseRoom(spelling string) (title, key string, err error) {
	title = strings.TrimFunc(spelling, unicode.IsSpace)
	n := utf8.RuneCountInString(title)
	if n < 1 || n > MaxRoomRunes || len(title) > MaxRoomBytes {
		return "", "", refusal.Errorf(refusal.BadRequest, "A room's name has 1 to %d characters.", MaxRoomRunes)
	}
	if !displayable(title) {
		return "", "", refusal.Errorf(refusal.BadRequest, "A room's name has characters that do not show.")
	}
	return title, RoomKey(title), nil
}

// RoomKey returns the key that all spellings of a room's name share: the
// canonical caseless form NFC(casefold(NFD(name))) of Unicode 3.13, D145.
func RoomKey(title string) string {
	return norm.NFC.String(fold(norm.NFD.String(title)))
}

// fold is the full case folding of Unicode. In Cherokee small letters fold to
// capitals. golang.org/x/text swaps the two, so fold maps all small ones to
// capitals.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xAB70 && r <= 0xABBF:
			return r - 0xAB70 + 0x13A0
		case r >= 0x13F8 && r <= 0x13FD:
			return r - 8
		}
		return r
	}, cases.Fold().String(s))
}

// ParseName checks a person's name. It returns the name without white space at
// the ends, and its key, or [refusal.BadRequest].
func ParseName(spelling string) (name, key string, err error) {
	name = strings.TrimFunc(spelling, unicode.IsSpace)
	n := utf8.RuneCountInString(name)
	if n < minNameRunes || n > maxNameRunes {
		return "", "", refusal.Errorf(refusal.BadRequest, "A user name has %d to %d characters.", minNameRunes, maxNameRunes)
	}
	if !displayable(name) {
		return "", "", refusal.Errorf(refusal.BadRequest, "The user name has characters that do not show.")
	}
	// Unassigned characters have no known look, so their skeleton is empty.
	if key = NameKey(name); key == "" {
		return "", "", refusal.Errorf(refusal.BadRequest, "The user name has no characters that others could tell apart.")
	}
	return name, key, nil
}

// NameKey returns the key that all names share that people could take for one
// another. It is the skeleton of Unicode TR 39, section 4, without regard to
// case, compatibility forms, invisible characters and the width of gaps. See
// https://www.unicode.org/reports/tr39/#Confusable_Detection
//
// Claims are stored under it, so another version of the confusables (they come
// with go.mau.fi/util) is a migration.
func NameKey(name string) string {
	// One pass is not enough: a skeleton may hold capitals and compatibility forms
	// ("%" is mapped to "º/₀"), and the result of a mapping may be mapped again.
	const maxPasses = 8
	for range maxPasses {
		looks := skeleton(name)
		if looks == name {
			break
		}
		name = looks
	}
	return name
}

func skeleton(name string) string {
	folded := fold(norm.NFKC.String(name))
	visible := strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, folded)
	return confusable.Skeleton(strings.Join(strings.Fields(visible), " "))
}

// displayable reports whether every character of s may stand in a name, and at
// least one of them is visible.
func displayable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	shows := false
	for _, r := range s {
		switch {
		case joins(r):
			continue
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r),
			unicode.Is(unicode.Noncharacter_Code_Point, r), ignorable(r), format(r), blank(r):
			return false
		case !unicode.IsSpace(r) && !unicode.In(r, unicode.M, unicode.Cf):
			shows = true
		}
	}
	return shows
}

// blank reports whether r is a letter or symbol to Unicode but shows nothing:
// the Braille pattern without dots, the musical null notehead, and the full and
// half blank of hieroglyphs.
func blank(r rune) bool {
	return r == 0x2800 || r == 0x1D159 || r == 0x13441 || r == 0x13442
}

// format reports whether r is a control that steers how other characters are
// shown (Cf). The few that are visible, such as number signs, do not count.
func format(r rune) bool {
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// joins reports whether r shows nothing itself but is needed to write emoji and
// some scripts.
func joins(r rune) bool {
	const zwnj, zwj = '\u200c', '\u200d'
	return r == zwnj || r == zwj || unicode.Is(unicode.Variation_Selector, r)
}

// ignorable reports whether r is a Default_Ignorable_Code_Point (Unicode 5.21):
// bidi controls, tags, fillers, joiners and other characters that show nothing.
func ignorable(r rune) bool {
	if unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r) {
		return true
	}
	annotation := r >= 0xFFF9 && r <= 0xFFFB
	hieroglyph := r >= 0x13430 && r <= 0x13440
	return unicode.Is(unicode.Cf, r) && !annotation && !hieroglyph && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}
