package dynamo

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/people"
)

// TestCalls checks the cost of each operation, and that every read that decides
// something is consistent.
func TestCalls(t *testing.T) {
	clock := chattest.NewClock()
	record := &recorder{next: http.DefaultClient}
	s := mustStore(t, clock.Now, func(o *dynamodb.Options) { o.HTTPClient = record })
	later := clock.Now().Add(time.Hour)
	session := people.Session{Hash: "h", UID: "u_a", Name: "Ann", Expires: later}
	seat := chat.Seat{Room: "r", ConnectionID: "c", UID: "u_a", Expires: later}
	message := chat.Message{Seq: 1, Kind: chat.KindMessage, CID: "1", UID: "u_a", Text: "hi", At: clock.Now()}
	room := chat.Room{Key: "r", Title: "R", Epoch: "e"}
	amend := func(a chat.Amendment) func(context.Context) error {
		return func(ctx context.Context) error { _, err := s.Amend(ctx, "r", "e", a); return err }
	}

	for _, test := range []struct {
		name string
		call func(ctx context.Context) error
		want string // operations, separated by blanks
	}{
		{"Claim", func(ctx context.Context) error {
			return s.Claim(ctx, people.Claim{Key: "ann", UID: "u_a", Expires: later})
		}, "PutItem"},
		{"PutSession", func(ctx context.Context) error { return s.PutSession(ctx, session) }, "PutItem"},
		{"Session", func(ctx context.Context) error { _, err := s.Session(ctx, "h"); return err }, "GetItem"},
		{"UseSession", func(ctx context.Context) error { return s.UseSession(ctx, "h", clock.Now(), later) }, "UpdateItem"},
		{"AddConnection", func(ctx context.Context) error { return s.AddConnection(ctx, "h", "Ann", "c", clock.Now()) }, "UpdateItem"},
		{"RemoveConnection", func(ctx context.Context) error { return s.RemoveConnection(ctx, "h", "c") }, "UpdateItem"},
		{"RenameSession", func(ctx context.Context) error { _, err := s.RenameSession(ctx, "h", "Bob"); return err }, "UpdateItem"},
		{"DeleteSession", func(ctx context.Context) error { _, err := s.DeleteSession(ctx, "h"); return err }, "DeleteItem"},
		{"Release", func(ctx context.Context) error { return s.Release(ctx, "ann", "u_a") }, "DeleteItem"},

		{"PutConnection", func(ctx context.Context) error {
			return s.PutConnection(ctx, chat.Connection{ID: "c", UID: "u_a", Expires: later})
		}, "PutItem"},
		{"Connection", func(ctx context.Context) error { _, err := s.Connection(ctx, "c"); return err }, "GetItem"},
		{"EnterRoom", func(ctx context.Context) error { return s.EnterRoom(ctx, "c", "r", "e") }, "UpdateItem"},
		{"ExitRoom", func(ctx context.Context) error { return s.ExitRoom(ctx, "c", "r") }, "UpdateItem"},
		{"DeleteConnection", func(ctx context.Context) error { _, err := s.DeleteConnection(ctx, "c"); return err }, "DeleteItem"},

		{"PutSeat", func(ctx context.Context) error { _, err := s.PutSeat(ctx, seat); return err }, "PutItem"},
		{"Seat", func(ctx context.Context) error { _, err := s.Seat(ctx, "r", "c"); return err }, "GetItem"},
		{"TouchSeat", func(ctx context.Context) error { return s.TouchSeat(ctx, "r", "c", clock.Now(), later) }, "UpdateItem"},
		{"Seats", func(ctx context.Context) error { _, err := s.Seats(ctx, "r"); return err }, "Query"},
		{"SampleSeats that need not go round", func(ctx context.Context) error {
			_, err := s.SampleSeats(ctx, "r", 0, 101, true)
			return err
		}, "Query"},
		{"SampleSeats that goes round", func(ctx context.Context) error {
			_, err := s.SampleSeats(ctx, "r", 1<<31, 101, true)
			return err
		}, "Query Query"},
		{"TouchTyping", func(ctx context.Context) error {
			_, err := s.TouchTyping(ctx, "r", "c", clock.Now(), clock.Now())
			return err
		}, "UpdateItem"},
		{"DeleteSeat", func(ctx context.Context) error { _, err := s.DeleteSeat(ctx, "r", "c"); return err }, "DeleteItem"},

		{"CreateRoom", func(ctx context.Context) error { return s.CreateRoom(ctx, room) }, "TransactWriteItems"},
		{"Room", func(ctx context.Context) error { _, err := s.Room(ctx, "r"); return err }, "GetItem"},
		{"Rooms", func(ctx context.Context) error { _, _, err := s.Rooms(ctx, "r", 50); return err }, "Query"},
		{"Append", func(ctx context.Context) error { _, err := s.Append(ctx, "r", "e", message); return err }, "PutItem"},
		{"Append to a taken slot", func(ctx context.Context) error { _, err := s.Append(ctx, "r", "e", message); return err }, "PutItem"},
		{"ReadLog", func(ctx context.Context) error {
			_, err := s.ReadLog(ctx, "r", chat.LogRange{Epoch: "e", Limit: 200})
			return err
		}, "Query"},
		{"ExpireMessage", func(ctx context.Context) error { return s.ExpireMessage(ctx, "r", "e", 1, later) }, "UpdateItem"},
		{"Amend by an edit", amend(chat.Amendment{Target: 1, By: 3, Text: "new"}), "UpdateItem"},
		{"Amend by the same again", amend(chat.Amendment{Target: 1, By: 3, Text: "new"}), "UpdateItem"},
		{"Amend by an edit that comes late", amend(chat.Amendment{Target: 1, By: 2, Text: "old"}), "UpdateItem UpdateItem"},
		{"Amend by a deletion", amend(chat.Amendment{Target: 1, By: 4, Delete: true}), "UpdateItem"},
		{"Amend by an edit after it", amend(chat.Amendment{Target: 1, By: 5, Text: "late"}), "UpdateItem"},
		{"BlankEdit", func(ctx context.Context) error { return s.BlankEdit(ctx, "r", "e", 1) }, "UpdateItem"},
	} {
		t.Run(test.name, func(t *testing.T) {
			record.take()
			if err := test.call(t.Context()); err != nil {
				t.Fatal(err)
			}
			requests := record.take()
			if diff := cmp.Diff(strings.Fields(test.want), ops(requests)); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			for _, r := range requests {
				checkRequest(t, r)
			}
		})
	}
}

func checkRequest(t *testing.T, r request) {
	t.Helper()
	switch r.op {
	case "GetItem", "Query":
		if r.body["ConsistentRead"] != true {
			t.Errorf("%s is not consistent", r.op)
		}
	case "UpdateItem":
		if r.body["ConditionExpression"] == nil {
			t.Errorf("%s without a condition can bring a deleted row back", r.op)
		}
	}
}

// TestSampleMayBeInconsistent: an estimate needs no consistent read, which
// costs twice as much.
func TestSampleMayBeInconsistent(t *testing.T) {
	record := &recorder{next: &answers{list: []answer{{200, `{"Items":[]}`}}}}
	s := cannedStore(t, record)
	if _, err := s.SampleSeats(t.Context(), "r", 0, 101, false); err != nil {
		t.Fatal(err)
	}
	if r := record.take()[0]; r.body["ConsistentRead"] == true {
		t.Error("it asked for a consistent read")
	}
}

// TestExpressionsNameNoReservedWord: a reserved word in an expression makes a
// request fail, perhaps in AWS and not locally.
func TestExpressionsNameNoReservedWord(t *testing.T) {
	words := []string{"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "attribute_exists", "attribute_not_exists", "if_not_exists"}
	for name, c := range changesOf(t) {
		for word := range strings.FieldsFuncSeq(c, func(r rune) bool { return strings.ContainsRune(" ,()=<>.", r) }) {
			if !strings.HasPrefix(word, "#") && !strings.HasPrefix(word, ":") && !slices.Contains(words, word) {
				t.Errorf("%s: %q stands in an expression as it is", name, word)
			}
		}
	}
}

// changesOf returns the expressions of every operation that changes rows.
func changesOf(t *testing.T) map[string]string {
	record := &recorder{next: &answers{list: []answer{{200, `{}`}}}}
	s := cannedStore(t, record)
	ctx, now := t.Context(), time.Now()
	s.Claim(ctx, people.Claim{})
	s.Release(ctx, "k", "u")
	s.UseSession(ctx, "h", now, now)
	s.RenameSession(ctx, "h", "n")
	s.AddConnection(ctx, "h", "n", "c", now)
	s.RemoveConnection(ctx, "h", "c")
	s.EnterRoom(ctx, "c", "r", "e")
	s.ExitRoom(ctx, "c", "r")
	s.TouchSeat(ctx, "r", "c", now, now)
	s.Append(ctx, "r", "e", chat.Message{Seq: 1})
	s.ExpireMessage(ctx, "r", "e", 1, now)
	s.TouchTyping(ctx, "r", "c", now, now)
	s.Amend(ctx, "r", "e", chat.Amendment{})
	s.Amend(ctx, "r", "e", chat.Amendment{Delete: true})
	s.BlankEdit(ctx, "r", "e", 1)
	expressions := map[string]string{}
	for _, r := range record.take() {
		update, _ := r.body["UpdateExpression"].(string)
		condition, _ := r.body["ConditionExpression"].(string)
		expressions[r.op+" "+update] = update + " " + condition
	}
	return expressions
}
