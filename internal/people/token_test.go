package people

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
)

func mustToken(t testing.TB, random io.Reader) string {
	t.Helper()
	token, err := newToken(random)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestTokenForm pins the form, because tokens are in people's cookies.
func TestTokenForm(t *testing.T) {
	got := mustToken(t, bytes.NewReader(make([]byte, 32)))
	want := "pcs_" + strings.Repeat("A", 43) + "0ny8hH"
	if got != want {
		t.Errorf("token of 32 zero bytes is %s, want %s", got, want)
	}
	hash, ok := TokenHash(got)
	if !ok || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(hash) {
		t.Errorf("its hash is %q, %v", hash, ok)
	}
	if strings.Contains(hash, got[4:20]) {
		t.Error("the hash contains the token")
	}
	seen := map[string]bool{}
	for range 1000 {
		token := mustToken(t, rand.Reader)
		if len(token) != 53 || seen[token] {
			t.Fatalf("bad token %q", token)
		}
		seen[token] = true
	}
}

// TestTokenMutations changes every character in every way that keeps the form:
// the checksum finds each change.
func TestTokenMutations(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	token := mustToken(t, rand.Reader)
	for i := range token {
		for _, c := range alphabet + "!\n\x00 " {
			if byte(c) == token[i] {
				continue
			}
			if changed := token[:i] + string(c) + token[i+1:]; isToken(changed) {
				t.Errorf("%q is taken for a token, too: character %d of %q", changed, i, token)
			}
		}
	}
	for i := 4; i < len(token)-1; i++ {
		swapped := token[:i] + token[i+1:i+2] + token[i:i+1] + token[i+2:]
		if swapped != token && isToken(swapped) {
			t.Errorf("%q is taken for a token, too", swapped)
		}
	}
	for _, other := range []string{"", token[:52], token + "0", token + "\n", " " + token, "PCS_" + token[4:], token[4:], "pcs_"} {
		if isToken(other) {
			t.Errorf("%q is taken for a token", other)
		}
	}
}

func isToken(s string) bool {
	_, ok := TokenHash(s)
	return ok
}

func TestNoRandomness(t *testing.T) {
	for name, random := range map[string]io.Reader{
		"fails": iotest.ErrReader(errors.New("no randomness")), "ends early": bytes.NewReader(make([]byte, 5)),
	} {
		if token, err := newToken(random); err == nil {
			t.Errorf("%s: token %q", name, token)
		}
	}
}

func FuzzTokenHash(f *testing.F) {
	f.Add(mustToken(f, bytes.NewReader(make([]byte, 32))))
	f.Add("pcs_" + strings.Repeat("-", 49))
	f.Add("pcs_")
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		hash, ok := TokenHash(token)
		if ok && (len(token) != 53 || !strings.HasPrefix(token, "pcs_") || token[47:] != checksum(token[:47])) {
			t.Errorf("%q is taken for a token", token)
		}
		if ok == (hash == "") {
			t.Errorf("hash %q, ok %v", hash, ok)
		}
	})
}
