package storeproxy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"projectchat/lab/storeproxy"
)

// database counts the requests that reach it.
type database struct {
	mu      sync.Mutex
	reached []string
}

func (d *database) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	d.reached = append(d.reached, string(body))
	d.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	io.WriteString(w, "{}")
}

func (d *database) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.reached)
}

func mustStart(t *testing.T, seed uint64) (*storeproxy.Proxy, *database, *dynamodb.Client) {
	t.Helper()
	d := &database{}
	behind := httptest.NewServer(d)
	t.Cleanup(behind.Close)
	proxy, err := storeproxy.New(func() string { return behind.URL }, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &proxy.URL, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), DisableValidateResponseChecksum: true,
	})
	return proxy, d, client
}

func put(ctx context.Context, client *dynamodb.Client) error {
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("t"), Item: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "x"}},
	})
	return err
}

func only(fault storeproxy.Fault) storeproxy.Faults {
	return storeproxy.Faults{Share: map[storeproxy.Fault]float64{fault: 1}, Latest: time.Millisecond}
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		fault   storeproxy.Fault
		code    string // of the API's error; "": there was no answer
		reached int
	}{
		{storeproxy.Throttle, "ProvisionedThroughputExceededException", 0},
		{storeproxy.Conflict, "TransactionConflictException", 0},
		{storeproxy.Fail, "InternalServerError", 0},
		{storeproxy.FailAfter, "InternalServerError", 1},
		{storeproxy.Lost, "", 0},
		{storeproxy.LostAfter, "", 1},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			proxy, behind, client := mustStart(t, 1)
			proxy.Set(only(test.fault))
			err := put(t.Context(), client)
			if err == nil {
				t.Fatal("the request succeeded")
			}
			code := ""
			if api, ok := errors.AsType[smithy.APIError](err); ok {
				code = api.ErrorCode()
			}
			if code != test.code {
				t.Errorf("the SDK reads %q in %v, want %q", code, err, test.code)
			}
			if n := behind.count(); n != test.reached {
				t.Errorf("%d requests reached the database, want %d", n, test.reached)
			}
			if _, failed := proxy.Counts(); failed[test.fault] != 1 {
				t.Errorf("counted %v", failed)
			}
		})
	}
}

func TestHangs(t *testing.T) {
	for fault, reached := range map[storeproxy.Fault]int{storeproxy.Hang: 0, storeproxy.HangAfter: 1} {
		t.Run(string(fault), func(t *testing.T) {
			proxy, behind, client := mustStart(t, 1)
			proxy.Set(only(fault))
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if err := put(ctx, client); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("answered: %v", err)
			}
			if n := behind.count(); n != reached {
				t.Errorf("%d requests reached the database, want %d", n, reached)
			}
		})
	}
}

func TestLateIsDone(t *testing.T) {
	proxy, behind, client := mustStart(t, 1)
	proxy.Set(only(storeproxy.Late))
	if err := put(t.Context(), client); err != nil || behind.count() != 1 {
		t.Errorf("%v, reached %d times", err, behind.count())
	}
}

// TestTransactionsConflict: a transaction tells its conflict in another way.
func TestTransactionsConflict(t *testing.T) {
	proxy, _, client := mustStart(t, 1)
	proxy.Set(only(storeproxy.Conflict))
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: aws.String("t"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "x"}}}},
	}})
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok || len(cancelled.CancellationReasons) == 0 || aws.ToString(cancelled.CancellationReasons[0].Code) != "TransactionConflict" {
		t.Errorf("the SDK reads %v", err)
	}
}

// TestShares: the same seed fails the same requests, and another seed fails others, in about
// the right number. Without faults every request is passed on.
func TestShares(t *testing.T) {
	pattern := func(seed uint64, f storeproxy.Faults) string {
		proxy, _, client := mustStart(t, seed)
		proxy.Set(f)
		var out strings.Builder
		for range 300 {
			if put(t.Context(), client) != nil {
				out.WriteByte('x')
			} else {
				out.WriteByte('.')
			}
		}
		return out.String()
	}
	fifth := storeproxy.Faults{Share: map[storeproxy.Fault]float64{storeproxy.Throttle: 0.1, storeproxy.FailAfter: 0.1}}
	a, b, c := pattern(7, fifth), pattern(7, fifth), pattern(8, fifth)
	if a != b || a == c {
		t.Errorf("seed 7: %s\nagain: %s\nseed 8: %s", a, b, c)
	}
	if n := strings.Count(a, "x"); n < 30 || n > 90 {
		t.Errorf("%d of 300 failed, want about 60", n)
	}
	if none := pattern(7, fifth.Times(0)); strings.Contains(none, "x") {
		t.Errorf("without faults: %s", none)
	}
}

// TestDatabaseIsGone: without a database the proxy closes the connection.
func TestDatabaseIsGone(t *testing.T) {
	proxy, err := storeproxy.New(func() string { return "http://127.0.0.1:1" }, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	if response, err := http.Post(proxy.URL, "", strings.NewReader("{}")); err == nil {
		t.Errorf("answered %s", response.Status)
	}
}
