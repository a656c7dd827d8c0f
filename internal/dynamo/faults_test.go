package dynamo

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/people"
	"projectchat/internal/refusal"
)

// TestPutWhoseAnswerWasLost: the SDK repeats the put, and finds its own row.
func TestPutWhoseAnswerWasLost(t *testing.T) {
	clock := chattest.NewClock()
	lose := &answerLost{next: http.DefaultClient}
	record := &recorder{next: lose}
	s := mustStore(t, clock.Now, func(o *dynamodb.Options) { o.HTTPClient = record })
	mine := chat.Message{Seq: 1, Kind: chat.KindMessage, CID: "1", UID: "u_a", Name: "Ann", Text: "hi", At: clock.Now()}

	lose.times = 1
	taken, err := s.Append(t.Context(), "r", "e", mine)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&mine, taken); diff != "" {
		t.Errorf("who took the slot (-want +got):\n%s", diff)
	}
	if got := ops(record.take()); len(got) != 2 {
		t.Errorf("requests: %v, want two puts", got)
	}
	page, err := s.ReadLog(t.Context(), "r", chat.LogRange{Epoch: "e", Limit: 10})
	if err != nil || len(page.Rows) != 1 {
		t.Errorf("the log has %d rows, error %v", len(page.Rows), err)
	}

	lose.times = maxAttempts
	_, err = s.Append(t.Context(), "r", "e", chat.Message{Seq: 2, At: clock.Now()})
	if !errors.Is(err, errLost) || errors.Is(err, refusal.ErrTaken) {
		t.Errorf("every answer lost: got %v", err)
	}
}

// TestRoomWhoseAnswerWasLost: the repetition carries the same token, so the
// creator is not told that another request was first.
func TestRoomWhoseAnswerWasLost(t *testing.T) {
	lose := &answerLost{next: http.DefaultClient, times: 1}
	record := &recorder{next: lose}
	s := mustStore(t, time.Now, func(o *dynamodb.Options) { o.HTTPClient = record })
	if err := s.CreateRoom(t.Context(), chat.Room{Key: "r", Title: "R", Epoch: "e"}); err != nil {
		t.Error(err)
	}
	requests := record.take()
	if len(requests) != 2 || requests[0].body["ClientRequestToken"] != requests[1].body["ClientRequestToken"] {
		t.Errorf("not two requests of one token: %v", requests)
	}
}

func TestErrors(t *testing.T) {
	put := func(ctx context.Context, s *Store) error {
		_, err := s.Append(ctx, "r", "e", chat.Message{Seq: 1, Text: "secret text", At: time.Now()})
		return err
	}
	create := func(ctx context.Context, s *Store) error {
		return s.CreateRoom(ctx, chat.Room{Key: "r", Title: "secret text"})
	}
	reasons := func(codes ...string) string {
		return `,"CancellationReasons":[{"Code":"` + strings.Join(codes, `"},{"Code":"`) + `"}]`
	}
	for _, test := range []struct {
		name     string
		call     func(context.Context, *Store) error
		answer   answer
		want     error // nil: some other error
		attempts int
	}{
		{"throughput", put, failure(400, "ProvisionedThroughputExceededException", ""), refusal.ErrBusy, 3},
		{"throttled", put, failure(400, "ThrottlingException", ""), refusal.ErrBusy, 3},
		{"too many requests", put, failure(400, "RequestLimitExceeded", ""), refusal.ErrBusy, 3},
		{"a transaction holds the row", put, failure(400, "TransactionConflictException", ""), refusal.ErrBusy, 1},
		{"the server fails", put, failure(500, "InternalServerError", ""), nil, 3},
		{"no such table", put, failure(400, "ResourceNotFoundException", ""), nil, 1},
		{"not allowed", put, failure(400, "AccessDeniedException", ""), nil, 1},

		{"room is there", create, failure(400, "TransactionCanceledException", reasons("ConditionalCheckFailed", "None")), refusal.ErrTaken, 1},
		{"room is being made", create, failure(400, "TransactionCanceledException", reasons("TransactionConflict", "None")), refusal.ErrTaken, 1},
		{"directory is being written", create, failure(400, "TransactionCanceledException", reasons("None", "TransactionConflict")), refusal.ErrTaken, 1},
		{"room throttled", create, failure(400, "TransactionCanceledException", reasons("None", "ThrottlingError")), refusal.ErrBusy, 1},
		{"room over throughput", create, failure(400, "TransactionCanceledException", reasons("ProvisionedThroughputExceeded", "None")), refusal.ErrBusy, 1},
		{"same transaction under way", create, failure(400, "TransactionInProgressException", ""), refusal.ErrBusy, 3},
		{"room is bad", create, failure(400, "TransactionCanceledException", reasons("ValidationError", "None")), nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &answers{list: []answer{test.answer}}
				start := time.Now()
				err := test.call(t.Context(), cannedStore(t, server))
				checkError(t, err, test.want)
				if server.calls != test.attempts {
					t.Errorf("%d attempts, want %d", server.calls, test.attempts)
				}
				if waited := time.Since(start); waited > (maxAttempts-1)*maxBackoff {
					t.Errorf("it paused for %v in all", waited)
				}
			})
		})
	}
}

func checkError(t *testing.T, err, want error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, known := range []error{refusal.ErrBusy, refusal.ErrTaken, refusal.ErrNotFound, context.Canceled, context.DeadlineExceeded} {
		if got := errors.Is(err, known); got != (known == want) {
			t.Errorf("%v: is %v: %v", err, known, got)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%v holds what was written", err)
	}
}

func TestThrottledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := cannedStore(t, &answers{list: []answer{failure(400, "ThrottlingException", ""), {200, `{}`}}})
		taken, err := s.Append(t.Context(), "r", "e", chat.Message{Seq: 1})
		if taken != nil || err != nil {
			t.Errorf("got %v, %v", taken, err)
		}
	})
}

func TestNoAnswer(t *testing.T) {
	call := func(ctx context.Context, s *Store) error { _, err := s.Room(ctx, "r"); return err }
	t.Run("within the budget", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			checkError(t, call(t.Context(), cannedStore(t, silence{})), refusal.ErrBusy)
			if waited := time.Since(start); waited != requestBudget {
				t.Errorf("it waited for %v, want %v", waited, requestBudget)
			}
		})
	})
	t.Run("before the caller's deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			checkError(t, call(ctx, cannedStore(t, silence{})), context.DeadlineExceeded)
		})
	})
	t.Run("before the caller gives up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			checkError(t, call(ctx, cannedStore(t, silence{})), context.Canceled)
		})
	})
}

// TestErrorsOfTheRealThing: DynamoDB's message about a refused row does not
// quote the row.
func TestErrorsOfTheRealThing(t *testing.T) {
	s := mustStore(t, time.Now)
	const tooLarge = 500 << 10
	_, err := s.Append(t.Context(), "r", "e", chat.Message{Seq: 1, Text: strings.Repeat("secret ", tooLarge/7)})
	checkError(t, err, nil)
	err = s.PutSession(t.Context(), people.Session{Hash: strings.Repeat("secret", 1000)})
	checkError(t, err, nil)
}

func TestAppendRefusesSlotsThatDoNotSort(t *testing.T) {
	s := cannedStore(t, &answers{list: []answer{{200, `{}`}}})
	for _, seq := range []int64{-1, 0, maxSeq + 1} {
		if _, err := s.Append(t.Context(), "r", "e", chat.Message{Seq: seq}); err == nil {
			t.Errorf("slot %d was taken", seq)
		}
	}
}
