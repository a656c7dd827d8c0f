package people

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
)

// A token is "pcs_", 32 random bytes in base64url, and six base62 digits of the
// CRC-32 of all that. So a scanner of logs can recognise a token, and a
// mistyped one is refused without a question to the store.
const tokenPrefix = "pcs_"

var tokenForm = regexp.MustCompile(`^pcs_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$`)

func newToken(random io.Reader) (string, error) {
	var secret [32]byte
	if _, err := io.ReadFull(random, secret[:]); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	body := tokenPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	return body + checksum(body), nil
}

// TokenHash returns the hex SHA-256 of a token, by which the store knows it. ok
// is false if the text is not a token.
func TokenHash(token string) (hash string, ok bool) {
	if !tokenForm.MatchString(token) {
		return "", false
	}
	body := token[:len(token)-6]
	if token[len(body):] != checksum(body) {
		return "", false
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:]), true
}

func checksum(body string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var out [6]byte
	n := crc32.ChecksumIEEE([]byte(body))
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = digits[n%62]
		n /= 62
	}
	return string(out[:])
}
