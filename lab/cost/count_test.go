package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"projectchat/internal/apigw"
	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/compose"
	"projectchat/internal/dynamo"
	"projectchat/internal/refusal"
	localdb "projectchat/local/dynamodb"
	locallambda "projectchat/local/lambda"
)

// invoker is a function.
type invoker interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

type object = map[string]any

// ask invokes a function and returns the units that it used. The bytes to the browser are
// those of the reply's body; a socket gets them in a frame.
func (m *meter) ask(t *testing.T, f invoker, event object) (units, string) {
	t.Helper()
	if m.overloaded {
		return units{}, ""
	}
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	m.take()
	b, err := f.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var reply struct {
		StatusCode int
		Body       string
	}
	err = json.Unmarshal(b, &reply)
	if strings.Contains(reply.Body, `"code":"busy"`) {
		m.overload()
		return units{}, ""
	}
	if err != nil || reply.StatusCode >= 300 || strings.Contains(reply.Body, `"type":"error"`) {
		t.Fatalf("answered %s", b)
	}
	u := m.take().plus(units{Invocations: 1, Out: float64(len(reply.Body))})
	if event["version"] == "2.0" {
		u.Requests = 1
		return u, reply.Body
	}
	u.Messages++ // frames that came in; connecting and leaving count as one, too
	if message, isMessage := event["body"].(string); isMessage {
		u.Messages += frames(len(message)) - 1
		if reply.Body != "" && twoWay(event) {
			u.Messages += frames(len(reply.Body))
		}
	}
	return u, reply.Body
}

// twoWay reports whether the reply goes to the client. The sample's replies do not, nor does
// that to typing.
func twoWay(event object) bool {
	route := event["requestContext"].(object)["routeKey"]
	return route != "sendmessage" && route != "typing"
}

func socket(route, connection, body string, headers object) object {
	e := object{"requestContext": object{"routeKey": route, "connectionId": connection, "requestId": "PJqCFEqHqRcFd0w=", "stage": "ws"}, "headers": headers}
	if body != "" {
		e["body"] = body
	}
	return e
}

// logged counts the bytes that are written to it.
type logged struct{ m *meter }

func (l logged) Write(p []byte) (int, error) {
	l.m.add(units{Logged: float64(len(p))})
	if bytes.Contains(p, []byte("left to be mended")) {
		l.m.overload() // a call failed that the request can do without
	}
	return len(p), nil
}

func local(endpoint string) aws.Config {
	return aws.Config{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
}

// mustTable makes a table of this test's own.
func mustTable(t *testing.T, endpoint string, keys ...string) (*dynamodb.Client, string) {
	t.Helper()
	client := dynamo.NewClient(local(endpoint))
	spec := dynamo.TableSpec{Name: "cost-" + rand.Text(), Attributes: map[string]string{}}
	for i, key := range keys {
		spec.Attributes[key] = "S"
		spec.Keys = append(spec.Keys, dynamo.TableKey{Attribute: key, Type: []string{"HASH", "RANGE"}[i]})
	}
	if err := dynamo.CreateTable(t.Context(), client, spec); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &spec.Name}); err != nil {
			t.Error(err)
		}
	})
	return client, spec.Name
}

// countOurs counts the units that the real handlers use on a local DynamoDB, when one person
// comes into a room in which all others are.
func countOurs(t *testing.T, people int) room {
	for range 10 {
		if r, ok := tryToCount(t, people); ok {
			return r
		}
	}
	t.Fatal("this machine is too busy to count anything")
	return room{}
}

func tryToCount(t *testing.T, people int) (r room, ok bool) {
	endpoint := localdb.ForTest(t)
	client, table := mustTable(t, endpoint, "pk", "sk")
	m := newMeter(t, endpoint)
	clock := chattest.NewClock()
	metrics, log := apigw.NewMetrics(logged{m}, "ProjectChat/projectchat", nil), apigw.NewLogger(logged{m})
	store := dynamo.New(dynamo.NewClient(local(m.database.URL)), table, clock.Now)
	rules := compose.Rules(store, countedPosts{m}, chat.Options{Now: clock.Now, Log: log, Recorder: metrics, Ring: func() uint32 { return 0 }})
	connect, send := apigw.Connect(rules, log).Counted(metrics), apigw.Send(rules, log).Counted(metrics)
	disconnect := apigw.Disconnect(rules, log).Counted(metrics)
	crowd(t, dynamo.New(client, table, clock.Now), clock, people-1)

	r = room{People: people}
	var session struct{ Token string }
	body := ""
	r.SignIn, body = m.ask(t, connect, object{"version": "2.0", "headers": object{"content-type": "application/json"}, "body": `{"name":"Somebody","bearer":true}`,
		"requestContext": object{"routeKey": "POST /api/session", "requestId": "LV7fzho-PHcEJPw="}})
	if err := json.Unmarshal([]byte(body), &session); err != nil && !m.overloaded {
		t.Fatal(err)
	}
	const me = "TXzPWdnOjoECGjA="
	opened, _ := m.ask(t, connect, socket("$connect", me, "", object{"Authorization": "Bearer " + session.Token}))
	joined, body := m.ask(t, connect, socket("join", me, `{"action":"join","id":"1","room":"general"}`, nil))
	r.Open = opened.plus(joined)
	var head struct{ Epoch string }
	if err := json.Unmarshal([]byte(body), &head); err != nil && !m.overloaded {
		t.Fatal(err)
	}
	since := 0
	for range 3 { // the first finds no row to look back on
		r.Send, _ = m.ask(t, send, socket("send", me, fmt.Sprintf(`{"action":"send","id":"2","room":"general","cid":"01KB%022d","text":%q,"since":{"epoch":%q,"seq":%d}}`, since, text, head.Epoch, since), nil))
		since++
	}
	clock.Advance(61 * time.Second) // after it a ping renews the seat
	r.Ping, _ = m.ask(t, connect, socket("ping", me, `{"action":"ping","id":"3","rooms":["general"]}`, nil))
	r.Typing, _ = m.ask(t, send, socket("typing", me, `{"action":"typing","room":"general"}`, nil))
	r.Close, _ = m.ask(t, disconnect, socket("$disconnect", me, "", nil))
	return r, !m.overloaded
}

// countedPosts counts the posts that a Broadcaster would make. It makes none: a post has a
// time limit, which a busy machine might not keep.
type countedPosts struct{ m *meter }

func (c countedPosts) Push(_ context.Context, to []string, p chat.Push) (gone []string) {
	n, size := float64(len(to)), len(apigw.EncodePush(p))
	c.m.add(units{Posts: n, Messages: n * frames(size), Out: n * float64(size)})
	return nil
}

func (c countedPosts) Disconnect(ctx context.Context, id string, bye chat.Bye) error {
	c.Push(ctx, []string{id}, bye)
	return nil
}

// crowd puts people into the room general, by their seats.
func crowd(t *testing.T, store *dynamo.Store, clock *chattest.Clock, people int) {
	t.Helper()
	if err := patiently(func() error {
		return store.CreateRoom(t.Context(), chat.Room{Key: "general", Title: "General", Epoch: "k3v9x2m7q1k3v", CreatedAt: clock.Now(), CreatedBy: "u_abcdefghijklmnop"})
	}); err != nil && !errors.Is(err, refusal.ErrTaken) {
		t.Fatal(err)
	}
	var all errgroup.Group
	all.SetLimit(16)
	for i := range people {
		m := chat.Seat{Room: "general", ConnectionID: fmt.Sprintf("TX%010dGjA=", i), UID: fmt.Sprintf("u_%016d", i), Name: fmt.Sprintf("Guest %d", i),
			JoinedAt: clock.Now(), Seen: clock.Now(), Expires: clock.Now().Add(chat.ConnectionLife)}
		all.Go(func() error {
			return patiently(func() error {
				_, err := store.PutSeat(t.Context(), m)
				return err
			})
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
}

// buildSample builds the sample's functions into a folder.
func buildSample(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "../../cmd/localgw/testdata/sample/onconnect",
		"../../cmd/localgw/testdata/sample/sendmessage", "../../cmd/localgw/testdata/sample/ondisconnect").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// patiently repeats something that may be done twice until the store has time for it.
func patiently(do func() error) error {
	for {
		if err := do(); !errors.Is(err, refusal.ErrBusy) {
			return err
		}
	}
}

// countSample counts the units of AWS's sample: its functions as processes, by the same
// meter. It has no rooms: each message goes to every connection.
func countSample(t *testing.T, programs string, people int) room {
	endpoint := localdb.ForTest(t)
	client, table := mustTable(t, endpoint, "connectionId")
	m := newMeter(t, endpoint)
	var all errgroup.Group
	all.SetLimit(16)
	for i := range people - 1 {
		all.Go(func() error {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
				"connectionId": &types.AttributeValueMemberS{Value: fmt.Sprintf("TX%010dGjA=", i)},
			}})
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	authority := filepath.Join(dir, "authority.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.connections.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	function := func(name string) invoker {
		f, err := locallambda.New(locallambda.Config{Name: name, Command: []string{filepath.Join(programs, name)}, Timeout: time.Hour, Environment: map[string]string{
			"TABLE_NAME": table, "AWS_ENDPOINT_URL_DYNAMODB": m.database.URL, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "SSL_CERT_FILE": authority,
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.Close)
		return f
	}
	r := room{People: people}
	const me = "TXzPWdnOjoECGjA="
	r.Open, _ = m.ask(t, function("onconnect"), socket("$connect", me, "", nil))
	message := socket("sendmessage", me, fmt.Sprintf(`{"action":"sendmessage","data":%q}`, text), nil)
	message["requestContext"].(object)["domainName"] = strings.TrimPrefix(m.connections.URL, "https://")
	r.Send, _ = m.ask(t, function("sendmessage"), message)
	r.Close, _ = m.ask(t, function("ondisconnect"), socket("$disconnect", me, "", nil))
	return r
}
