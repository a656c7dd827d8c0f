package wire_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"projectchat/internal/golden"
	"projectchat/internal/wire"
)

func TestLimits(t *testing.T) {
	golden.SameLimits(t, "internal/wire", map[string]any{
		"idCharacters":     wire.MaxID,
		"clientFrameBytes": wire.MaxClientFrame,
		"serverFrameBytes": wire.MaxServerFrame,
		"httpBodyBytes":    wire.MaxHTTPBody,
	})
}

// TestEveryLimitIsRead: each limit stands in two or more places, each with a
// test.
func TestEveryLimitIsRead(t *testing.T) {
	for name, limit := range golden.Limits(t) {
		if len(limit.In) < 2 {
			t.Errorf("%s stands in %v alone", name, limit.In)
		}
		for _, folder := range limit.In {
			tests, err := filepath.Glob(filepath.Join("../..", folder, "limits*test.*"))
			if folder != "docs" && (err != nil || len(tests) != 1) {
				t.Errorf("%s is to stand in %s, which has no test of limits", name, folder)
			}
		}
	}
}

// limitsInDocs are the rows of the table in docs/frames.md.
const limitsInDocs = `
| a frame from a client, from the server | {clientFrameBytes}, {serverFrameBytes} |
| a body over HTTP | {httpBodyBytes} |
| ''id'' | {idCharacters} characters |
| ''cid'' | {cidCharacters} characters |
| a text | {textCodePoints} code points and {textBytes} |
| a reaction | {reactionCodePoints} code points and {reactionBytes} |
| edits of a message | {editsOfMessage} |
| a room's name | {roomNameCodePoints} code points and {roomNameBytes} |
| a user name | {userNameLeastCodePoints}–{userNameCodePoints} code points |
| rooms of a connection, of a ping | {roomsOfConnection}, {roomsOfPing} |
| a page of history | {pageRows} messages, {pageRowsByDefault} if not said otherwise |
| messages of a first ''joined'' | {newestRows} |
| rows of a ''joined'' with ''since'' | {resumedRows} |
| rows that a send looks back at | {rowsBehind}, or 1 MB; without ''since'' {rowsWithoutSince} |
| people in ''online'' | {peopleOnline} |
| rooms of a list | {roomsOfList} |
`

func TestLimitsAreAsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/frames.md")
	if err != nil {
		t.Fatal(err)
	}
	limits, read := golden.Limits(t), map[string]any{}
	table := regexp.MustCompile(`\{\w+\}`).ReplaceAllStringFunc(limitsInDocs, func(place string) string {
		name := strings.Trim(place, "{}")
		read[name] = int(limits[name].Is)
		return written(name, limits[name].Is)
	})
	golden.SameLimits(t, "docs", read)
	_, section, _ := strings.Cut(string(page), "\n## Limits\n")
	for row := range strings.Lines(strings.ReplaceAll(table, "''", "`")) {
		if !strings.Contains(section, row) {
			t.Errorf("docs/frames.md, Limits, lacks the row %s", row)
		}
	}
}

// written returns a number in the form of the documents.
func written(name string, n int64) string {
	switch bytes := strings.HasSuffix(name, "Bytes"); {
	case bytes && n >= 1024:
		return fmt.Sprintf("%d KiB", n/1024)
	case bytes:
		return fmt.Sprintf("%d bytes", n)
	case n >= 1000:
		return fmt.Sprintf("%d,%03d", n/1000, n%1000)
	}
	return strconv.FormatInt(n, 10)
}

// TestLimitsAreAsSpecified compares the limits that a schema can express.
func TestLimitsAreAsSpecified(t *testing.T) {
	s, limits := readSpecification(t), golden.Limits(t)
	for _, c := range []struct {
		limit, schema, member, rule string
	}{
		{"textCodePoints", "Text", "", "maxLength"},
		{"roomNameCodePoints", "RoomName", "", "maxLength"},
		{"userNameLeastCodePoints", "SessionRequest", "name", "minLength"},
		{"userNameCodePoints", "SessionRequest", "name", "maxLength"},
		{"idCharacters", "ID", "", "maxLength"},
		{"roomsOfPing", "Ping", "rooms", "maxItems"},
		{"roomsOfList", "Rooms", "rooms", "maxItems"},
		{"peopleOnline", "People", "", "maxItems"},
		{"pageRows", "History", "limit", "maximum"},
	} {
		_, schema := s.schema(t, c.schema)
		if c.member != "" {
			schema = schema["properties"].(map[string]any)[c.member].(map[string]any)
		}
		if got, want := fmt.Sprint(schema[c.rule]), fmt.Sprint(limits[c.limit].Is); got != want {
			t.Errorf("%s of %s %s is %s, want %s", c.rule, c.schema, c.member, got, want)
		}
	}
	_, cid := s.schema(t, "CID")
	if length := fmt.Sprintf("{1,%d}", limits["cidCharacters"].Is); !strings.Contains(cid["pattern"].(string), length) {
		t.Errorf("a cid's pattern is %s, want %s", cid["pattern"], length)
	}
	for _, p := range s.at("openapi.yaml", "paths", "/api/messages", "get")["parameters"].([]any) {
		parameter := p.(map[string]any)
		if parameter["name"] != "limit" {
			continue
		}
		schema := parameter["schema"].(map[string]any)
		got := fmt.Sprint(schema["maximum"], schema["default"])
		if want := fmt.Sprint(limits["pageRows"].Is, limits["pageRowsByDefault"].Is); got != want {
			t.Errorf("most and default of limit over HTTP are %s, want %s", got, want)
		}
	}
}
