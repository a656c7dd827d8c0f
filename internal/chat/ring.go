package chat

import (
	"crypto/sha256"
	"encoding/binary"
)

// RingPosition returns a connection's place on the ring by which a store orders
// the seats of a room. The place is a hash, so a slice of a large room is a
// fair sample of it.
func RingPosition(connectionID string) uint32 {
	sum := sha256.Sum256([]byte(connectionID))
	return binary.BigEndian.Uint32(sum[:4])
}
