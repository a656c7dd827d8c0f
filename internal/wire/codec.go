package wire

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads one JSON object into v and refuses what encoding/json accepts in
// silence: unknown fields, duplicate keys, keys in another case, invalid UTF-8,
// lone surrogates, and anything after the object.
func Decode(frame []byte, v any) error {
	if err := json.Unmarshal(frame, v, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("decode frame: %w", err)
	}
	return nil
}

// Encode writes a frame as UTF-8 without needless escapes.
func Encode(v any) []byte {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(fmt.Sprintf("wire: encode %T: %v", v, err)) // only for a type that JSON cannot hold
	}
	return b
}

// RequestID returns the id of a request that could not be decoded, so that its
// sender knows which request the error answers; nil if it has none.
func RequestID(frame []byte) *string {
	var head struct {
		ID *string `json:"id"`
	}
	if json.Unmarshal(frame, &head) != nil || head.ID == nil || len([]rune(*head.ID)) > MaxID {
		return nil
	}
	return head.ID
}

// Fit returns as many of messages (in ascending order) as fit into a frame of
// [MaxServerFrame] bytes in addition to rest bytes of other content, and at
// least one. newest says from which end to keep them. cut reports whether any
// are left out.
func Fit(messages []Message, rest int, newest bool) (fit []Message, cut bool) {
	room := MaxServerFrame - rest
	for i := range messages {
		at := i
		if newest {
			at = len(messages) - 1 - i
		}
		room -= len(Encode(messages[at])) + len(",")
		if room >= 0 || i == 0 {
			continue
		}
		if newest {
			return messages[at+1:], true
		}
		return messages[:at], true
	}
	return messages, false
}
