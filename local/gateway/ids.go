package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"
)

// API Gateway's ids are 11 bytes in URL-safe base64 with padding. In observed
// ids the ninth byte differs between connections or messages and requests.
const (
	idBytes      = 11
	idLength     = 16
	idMessage    = 0x02
	idRequest    = 0x05
	idKindOffset = 8
)

func newID(kind byte) string {
	var b [idBytes]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	b[idKindOffset] = kind
	return base64.URLEncoding.EncodeToString(b[:])
}

// wellFormedID reports whether s has the form of a connection's id. API Gateway
// answers 400 to another form, and 410 to an unknown id.
func wellFormedID(s string) bool {
	if len(s) != idLength {
		return false
	}
	var b [idBytes + 1]byte // the most that 16 characters decode to
	n, err := base64.URLEncoding.Decode(b[:], []byte(s))
	return err == nil && n == idBytes
}

// newTraceID returns an X-Ray trace header: the time in seconds, then 12 random
// bytes.
func newTraceID(now time.Time) string {
	var b [12]byte
	rand.Read(b[:])
	return fmt.Sprintf("Root=1-%08x-%s", now.Unix(), hex.EncodeToString(b[:]))
}

// clfTime formats requestTime: the Common Log Format, in UTC.
func clfTime(t time.Time) string {
	return t.UTC().Format("02/Jan/2006:15:04:05 -0700")
}
