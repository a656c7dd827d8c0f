package wire_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"projectchat/internal/wire"
)

// goldens has every golden frame, with the type that must read it and write it
// back to the letter. A file that is missing here fails TestEveryGoldenIsRead.
var goldens = map[string]any{
	"client/join":                 wire.Join{},
	"client/join-since":           wire.Join{},
	"client/leave":                wire.Leave{},
	"client/send":                 wire.Send{},
	"client/send-minimal":         wire.Send{},
	"client/send-as":              wire.Send{},
	"client/send-edit":            wire.Send{},
	"client/send-delete":          wire.Send{},
	"client/send-react":           wire.Send{},
	"client/send-react-back":      wire.Send{},
	"client/typing":               wire.Typing{},
	"client/typing-id":            wire.Typing{},
	"client/history-before":       wire.History{},
	"client/history-after":        wire.History{},
	"client/history-newest":       wire.History{},
	"client/ping":                 wire.Ping{},
	"server/joined":               wire.Joined{},
	"server/joined-empty":         wire.Joined{},
	"server/joined-reset":         wire.Joined{},
	"server/joined-amended":       wire.Joined{},
	"server/joined-large":         wire.Joined{},
	"server/left":                 wire.Left{},
	"server/sent":                 wire.Sent{},
	"server/sent-duplicate":       wire.Sent{},
	"server/history":              wire.HistoryPage{},
	"server/history-amended":      wire.HistoryPage{},
	"server/pong":                 wire.Pong{},
	"server/messages":             wire.Messages{},
	"server/messages-edit":        wire.Messages{},
	"server/messages-delete":      wire.Messages{},
	"server/messages-react":       wire.Messages{},
	"server/typing":               wire.TypingPush{},
	"server/presence":             wire.Presence{},
	"server/bye":                  wire.Bye{},
	"server/error":                wire.Error{},
	"server/error-forbidden":      wire.Error{},
	"server/error-not-found":      wire.Error{},
	"server/error-retry":          wire.Error{},
	"server/error-without-id":     wire.Error{},
	"http/session-request":        wire.SessionRequest{},
	"http/session-request-bearer": wire.SessionRequest{},
	"http/send-request":           wire.SendBody{},
	"http/send-request-edit":      wire.SendBody{},
	"http/send-request-react":     wire.SendBody{},
	"http/session":                wire.Session{},
	"http/session-bearer":         wire.Session{},
	"http/session-none":           wire.NoSession{},
	"http/rooms":                  wire.Rooms{},
}

// gatewayFrames are API Gateway's own frames, which only the page reads.
const gatewayFrames = "gateway/"

func TestGoldenFramesRoundTrip(t *testing.T) {
	for name, zero := range goldens {
		t.Run(name, func(t *testing.T) {
			golden := readGolden(t, name)
			v := reflect.New(reflect.TypeOf(zero))
			if err := wire.Decode(golden, v.Interface()); err != nil {
				t.Fatal(err)
			}
			if got := wire.Encode(v.Elem().Interface()); !bytes.Equal(got, golden) {
				t.Errorf("written back:\n%s\nwant:\n%s", got, golden)
			}
		})
	}
}

func TestEveryGoldenIsRead(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden frames: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".json")
		if _, ok := goldens[name]; !ok && !strings.HasPrefix(name, gatewayFrames) {
			t.Errorf("%s is read by no test", file)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := map[string]string{
		"an unknown member":       `{"action":"leave","room":"a","sender":"u_x"}`,
		"a duplicate key":         `{"action":"leave","room":"a","room":"b"}`,
		"a key in another case":   `{"action":"leave","Room":"a"}`,
		"invalid UTF-8":           "{\"action\":\"leave\",\"room\":\"\xff\"}",
		"overlong UTF-8":          "{\"action\":\"leave\",\"room\":\"\xc0\x80\"}",
		"a lone surrogate":        `{"action":"leave","room":"\ud800"}`,
		"a second document":       `{"action":"leave","room":"a"}{}`,
		"trailing garbage":        `{"action":"leave","room":"a"}x`,
		"a number for a string":   `{"action":"leave","room":1}`,
		"an array":                `[]`,
		"nothing":                 ``,
		"a comment":               `{"action":"leave",/**/"room":"a"}`,
		"a byte order mark":       "\ufeff" + `{"action":"leave","room":"a"}`,
		"a deep nest":             strings.Repeat("[", 100_000),
		"__proto__":               `{"action":"leave","room":"a","__proto__":{}}`,
		"a member of the session": `{"action":"leave","room":"a","uid":"u_x"}`,
	}
	for name, frame := range tests {
		t.Run(name, func(t *testing.T) {
			var v wire.Leave
			if err := wire.Decode([]byte(frame), &v); err == nil {
				t.Errorf("accepted as %+v", v)
			}
		})
	}
}

func TestDecodeRefusesNumbersThatAreNotWhole(t *testing.T) {
	for _, number := range []string{"1.0", "1e3", "1.5", `"1"`, "9223372036854775808", "0x10", "NaN", "-"} {
		var v wire.History
		if err := wire.Decode([]byte(`{"action":"history","room":"a","before":`+number+`}`), &v); err == nil {
			t.Errorf("before %s was accepted as %d", number, *v.Before)
		}
	}
}

// TestDecodeTakesADeletionWithoutText: a deletion has no text to send.
func TestDecodeTakesADeletionWithoutText(t *testing.T) {
	var v wire.SendBody
	if err := wire.Decode([]byte(`{"room":"a","cid":"c","kind":"delete","target":1}`), &v); err != nil || v.Text != "" || v.Target != 1 {
		t.Errorf("read as %+v, %v", v, err)
	}
}

func TestRequestID(t *testing.T) {
	tests := map[string]struct{ frame, want string }{
		"of a frame with an unknown member": {`{"id":"7","nonsense":1}`, "7"},
		"none":                              {`{"action":"x"}`, "<nil>"},
		"not a string":                      {`{"id":7}`, "<nil>"},
		"too long":                          {`{"id":"` + strings.Repeat("x", 41) + `"}`, "<nil>"},
		"not JSON":                          {`id`, "<nil>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := "<nil>"
			if id := wire.RequestID([]byte(test.frame)); id != nil {
				got = *id
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestFit(t *testing.T) {
	long := strings.Repeat("x", 10<<10)
	three := []wire.Message{{Seq: 1, Text: long}, {Seq: 2, Text: long}, {Seq: 3, Text: long}}
	huge := []wire.Message{{Seq: 1, Text: strings.Repeat("x", 40<<10)}, {Seq: 2, Text: long}}
	tests := map[string]struct {
		messages []wire.Message
		rest     int
		newest   bool
		first    int64
		n        int
		cut      bool
	}{
		"all":                          {three[:2], 100, false, 1, 2, false},
		"the oldest":                   {three, 100, false, 1, 2, true},
		"the newest":                   {three, 100, true, 2, 2, true},
		"at least one, however long":   {huge, 100, false, 1, 1, true},
		"the rest counts":              {three, 15 << 10, true, 3, 1, true},
		"none":                         {nil, 100, true, 0, 0, false},
		"just one that fits, from two": {huge, 100, true, 2, 1, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fit, cut := wire.Fit(test.messages, test.rest, test.newest)
			if len(fit) != test.n || cut != test.cut || (len(fit) > 0 && fit[0].Seq != test.first) {
				t.Errorf("got %d messages, cut %t; want %d from %d, cut %t", len(fit), cut, test.n, test.first, test.cut)
			}
		})
	}
}

func readGolden(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b, []byte("\n"))
}

func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/client/*.json")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		wire.RequestID(frame)
		var v wire.Send
		if wire.Decode(frame, &v) != nil {
			return
		}
		var again wire.Send
		if err := wire.Decode(wire.Encode(v), &again); err != nil {
			t.Fatalf("what was accepted is refused when written back: %v", err)
		}
		if !reflect.DeepEqual(v, again) {
			t.Fatalf("%+v became %+v", v, again)
		}
	})
}
