package client

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"projectchat/internal/wire"
)

// frame is any frame of the server. Unknown fields are ignored: a later server may send
// some.
type frame struct {
	Type        string                   `json:"type"`
	ID          *string                  `json:"id"`
	Room        string                   `json:"room"`
	Title       string                   `json:"title"`
	V           int                      `json:"v"`
	UID         string                   `json:"uid"`
	Name        string                   `json:"name"`
	Epoch       string                   `json:"epoch"`
	Seq         int64                    `json:"seq"`
	Messages    rows                     `json:"messages"`
	More        bool                     `json:"more"`
	Reset       bool                     `json:"reset"`
	Online      []wire.Person            `json:"online"`
	OnlineCount int                      `json:"onlineCount"`
	OnlineFor   int64                    `json:"onlineFor"`
	CID         string                   `json:"cid"`
	At          string                   `json:"at"`
	Duplicate   bool                     `json:"duplicate"`
	Heads       map[string]wire.RoomHead `json:"heads"`
	Joined      []wire.Person            `json:"joined"`
	Left        []wire.Person            `json:"left"`
	Code        string                   `json:"code"`
	Message     string                   `json:"message"`
	Temporary   bool                     `json:"temporary"`
	RetryAfter  int                      `json:"retryAfter"`
	Retry       bool                     `json:"retry"`
}

// rows are rows of the log. A row that cannot be read keeps its place in the order, so that
// the rows after it are shown.
type rows []wire.Message

// UnmarshalJSON implements [json.Unmarshaler].
func (r *rows) UnmarshalJSON(text []byte) error {
	var values []jsontext.Value
	if err := json.Unmarshal(text, &values); err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	*r = nil
	for _, v := range values {
		var m wire.Message
		if json.Unmarshal(v, &m) != nil {
			var place struct {
				Seq int64 `json:"seq"`
			}
			if err := json.Unmarshal(v, &place); err != nil {
				return fmt.Errorf("read the seq of a row: %w", err)
			}
			m = wire.Message{Seq: place.Seq, Kind: "unreadable"}
		}
		*r = append(*r, m)
	}
	return nil
}

// gatewayTexts are the texts of API Gateway's own frames, which have no type.
var gatewayTexts = []string{"Internal server error", "Endpoint request timed out", "Forbidden"}

var replyTo = map[string]string{
	wire.ActionJoin: wire.TypeJoined, wire.ActionLeave: wire.TypeLeft, wire.ActionSend: wire.TypeSent,
	wire.ActionHistory: wire.TypeHistory, wire.ActionPing: wire.TypePong,
}

// codes is the closed list. A code of a later version counts as internal.
var codes = []string{
	"bad_request", "unauthorized", "forbidden", "not_found", "not_joined", "cid_conflict", "behind",
	"reset", "name_taken", "too_large", "rate_limited", "internal", "busy",
}

// decode reads a frame. ok is false if a client may ignore it.
func decode(text []byte) (f frame, ok bool) {
	if json.Unmarshal(text, &f) != nil {
		return frame{}, false
	}
	return f, f.Type != "" || slices.Contains(gatewayTexts, f.Message)
}

// known returns a frame without the fields of a revision that the client does not know.
func (m *Machine) known(f frame) frame {
	if m.knows(withChanges) {
		return f
	}
	if f.Type == wire.TypeTyping {
		f.Type = "unknown"
	}
	for i := range f.Messages {
		f.Messages[i].Target, f.Messages[i].Edited, f.Messages[i].Deleted = 0, 0, 0
	}
	return f
}

func (f frame) refusal() *refusal {
	code := f.Code
	if !slices.Contains(codes, code) {
		code = "internal"
	}
	return &refusal{code: code, temporary: f.Temporary, retryAfter: time.Duration(f.RetryAfter) * time.Second}
}
