// Package random makes ids that nobody can guess.
package random

import (
	"fmt"
	"io"
	"strings"
)

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz"

// ID returns n random characters of [a-z0-9], a little over 5 bits each.
func ID(random io.Reader, n int) (string, error) {
	// 252 is the greatest multiple of 36 in a byte. A byte above it would make
	// some characters more frequent.
	var id strings.Builder
	var b [1]byte
	for id.Len() < n {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("make an id: %w", err)
		}
		if b[0] < 252 {
			id.WriteByte(base36[b[0]%36])
		}
	}
	return id.String(), nil
}
