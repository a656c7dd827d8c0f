package random_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"projectchat/internal/random"
)

func TestNoRandomness(t *testing.T) {
	for name, reader := range map[string]io.Reader{
		"fails": iotest.ErrReader(errors.New("no randomness")), "ends early": bytes.NewReader(make([]byte, 5)),
	} {
		if id, err := random.ID(reader, 16); err == nil {
			t.Errorf("%s: id %q", name, id)
		}
	}
}

func TestIDIsFair(t *testing.T) {
	// Every byte once: the ones from 252 on must be left out, and then each
	// character comes 7 times.
	var bytesOnce [256]byte
	for i := range bytesOnce {
		bytesOnce[i] = byte(255 - i)
	}
	id, err := random.ID(bytes.NewReader(bytesOnce[:]), 252)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range "0123456789abcdefghijklmnopqrstuvwxyz" {
		if n := strings.Count(id, string(c)); n != 7 {
			t.Errorf("%q comes %d times", c, n)
		}
	}
}
