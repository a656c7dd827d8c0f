package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"projectchat/internal/chat"
	"projectchat/internal/chat/chattest"
	"projectchat/internal/people"
	"projectchat/internal/refusal"
	localdb "projectchat/local/dynamodb"
)

const oldEpoch = "k3v9x2m7q1"

// said is the number of messages in each room of a test.
var said = map[string]int{"general": 60, "50%#off": 3, "empty": 0}

// yesterday fills a table as a restore makes it: rooms with their logs,
// sessions, names, and connections that no longer exist.
func yesterday(t *testing.T, s *Store, now time.Time) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, later := t.Context(), now.Add(time.Hour)
	for room, n := range said {
		must(s.CreateRoom(ctx, chat.Room{Key: room, Title: strings.ToUpper(room), Epoch: oldEpoch, CreatedAt: now, CreatedBy: "u_a"}))
		for seq := range n {
			_, err := s.Append(ctx, room, oldEpoch, chat.Message{Seq: int64(seq + 1), Kind: chat.KindMessage, CID: fmt.Sprint("c", seq), UID: "u_a", Name: "Ann", Text: fmt.Sprint("text ", seq), At: now})
			must(err)
		}
		for _, id := range []string{"c1", "c2"} {
			_, err := s.PutSeat(ctx, chat.Seat{Room: room, ConnectionID: id, UID: "u_a", Name: "Ann", JoinedAt: now, Seen: now, Expires: later})
			must(err)
		}
	}
	for _, id := range []string{"c1", "c2"} {
		must(s.PutConnection(ctx, chat.Connection{ID: id, UID: "u_a", Name: "Ann", Session: "h1", Rooms: map[string]string{"general": oldEpoch}, Expires: later}))
	}
	for _, hash := range []string{"h1", "h2"} {
		must(s.PutSession(ctx, people.Session{Hash: hash, UID: "u_" + hash, Name: "Ann", Expires: later}))
	}
	must(s.AddConnection(ctx, "h1", "Ann", "c1", now))
	must(s.Claim(ctx, people.Claim{Key: "ann", UID: "u_h1", Name: "Ann", Expires: later}))
}

// cut passes on a number of requests, and then no more.
type cut struct {
	mu   sync.Mutex
	left int
}

var errCut = errors.New("the process is gone")

// Do implements [dynamodb.HTTPClient].
func (c *cut) Do(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.left--
	over := c.left < 0
	c.mu.Unlock()
	if over {
		return nil, errCut
	}
	return http.DefaultClient.Do(r)
}

func clientThrough(endpoint string, c dynamodb.HTTPClient) *dynamodb.Client {
	return dynamodb.NewFromConfig(localConfig(endpoint), func(o *dynamodb.Options) {
		o.HTTPClient, o.Retryer = c, retry.AddWithMaxAttempts(retry.NewStandard(), 1)
		o.DisableValidateResponseChecksum = true
	})
}

// rowsOf reads a whole table, rows by their keys.
func rowsOf(t *testing.T, client *dynamodb.Client, table string) map[string]item {
	t.Helper()
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
	if err != nil || out.LastEvaluatedKey != nil {
		t.Fatal(err, out.LastEvaluatedKey)
	}
	rows := map[string]item{}
	for _, r := range out.Items {
		rows[pkOf(r)+" "+skOf(r)] = r
	}
	return rows
}

// checkRestored checks a table against the promises of a restore, and returns
// the epochs that logs have.
func checkRestored(t *testing.T, s *Store, now time.Time) (epochs map[string]bool) {
	t.Helper()
	epochs = map[string]bool{}
	for id, r := range rowsOf(t, s.client, s.table) {
		if strings.HasPrefix(id, "CONN#") || strings.HasPrefix(id, "LIVE#") || strings.HasPrefix(id, "RESTORE") || r["conns"] != nil {
			t.Errorf("left: %s", id)
		}
		if strings.HasPrefix(id, "LOG#") {
			epochs[strings.Split(pkOf(r), "#")[1]+"#"+strings.Split(pkOf(r), "#")[2]] = true
		}
	}
	for room, n := range said {
		r, err := s.Room(t.Context(), room)
		if err != nil || r.Epoch == oldEpoch || len(r.Epoch) < 10 || r.Title != strings.ToUpper(room) || !r.CreatedAt.Equal(now.Truncate(time.Millisecond)) {
			t.Errorf("room %s: %+v, %v", room, r, err)
		}
		page, err := s.ReadLog(t.Context(), room, chat.LogRange{Epoch: r.Epoch, Limit: 1000})
		if err != nil || len(page.Rows) != n {
			t.Errorf("room %s has %d messages: %v", room, len(page.Rows), err)
		}
		for i, m := range page.Rows {
			if m.Seq != int64(i+1) || m.Text != fmt.Sprint("text ", i) || m.CID != fmt.Sprint("c", i) || m.UID != "u_a" || !m.At.Equal(now.Truncate(time.Millisecond)) {
				t.Errorf("room %s: %+v", room, m)
			}
		}
	}
	if rooms, _, err := s.Rooms(t.Context(), "", 10); err != nil || len(rooms) != len(said) {
		t.Errorf("directory: %v, %v", rooms, err)
	}
	return epochs
}

// TestRestore restores in the table's own place, and into another table.
func TestRestore(t *testing.T) {
	for _, here := range []bool{true, false} {
		t.Run(fmt.Sprint("in place: ", here), func(t *testing.T) {
			clock := chattest.NewClock()
			from, to := mustStore(t, clock.Now), mustStore(t, clock.Now)
			yesterday(t, from, clock.Now())
			if here {
				to = from
			} else { // rows since then: another room, and a connection
				if err := to.CreateRoom(t.Context(), chat.Room{Key: "new", Title: "New", Epoch: "aaaaaaaaaa"}); err != nil {
					t.Fatal(err)
				}
				if err := to.PutConnection(t.Context(), chat.Connection{ID: "c9", Expires: clock.Now().Add(time.Hour)}); err != nil {
					t.Fatal(err)
				}
			}
			before := rowsOf(t, from.client, from.table)
			r := Restoration{Client: to.client, From: from.table, To: to.table, DryRun: true}
			plan, err := r.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, rowsOf(t, from.client, from.table), cmp.Comparer(sameItem)); diff != "" {
				t.Errorf("a dry run wrote:\n%s", diff)
			}
			r.DryRun = false
			done, err := r.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(plan, done); diff != "" {
				t.Errorf("(-the dry run's +done):\n%s", diff)
			}
			want := Restored{Connections: 2, Seats: 6, Sessions: 2, Names: 1, Rooms: 3, Messages: 63}
			if !here {
				want.Connections, want.Seats = 1, 0
				if r, err := to.Room(t.Context(), "new"); err != nil || r.Epoch != "aaaaaaaaaa" {
					t.Errorf("a room that came since then: %+v, %v", r, err)
				}
				deleteRoom(t, to, "new")
			}
			if diff := cmp.Diff(want, done); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
			checkRestored(t, to, clock.Now())
			for _, hash := range []string{"h1", "h2"} {
				if session, err := to.Session(t.Context(), hash); err != nil || session.UID != "u_"+hash || len(session.Conns) > 0 {
					t.Errorf("session %s: %+v, %v", hash, session, err)
				}
			}
			if err := to.Claim(t.Context(), people.Claim{Key: "ann", UID: "u_x", Expires: clock.Now().Add(time.Hour)}); !errors.Is(err, refusal.ErrTaken) {
				t.Errorf("the claimed name: %v", err)
			}
		})
	}
}

func deleteRoom(t *testing.T, s *Store, room string) {
	t.Helper()
	for _, k := range []item{roomKey(room), directoryKey(room)} {
		if _, err := s.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &s.table, Key: k}); err != nil {
			t.Fatal(err)
		}
	}
}

func sameItem(a, b item) bool { return fmt.Sprint(plain(a)) == fmt.Sprint(plain(b)) }

// plain returns a row in a form that can be compared.
func plain(r item) map[string]string {
	out := map[string]string{}
	for name, v := range r {
		out[name] = fmt.Sprintf("%#v", v)
		if s := textOf(v); s != "" {
			out[name] = s
		} else if n := numberOf(v); n != 0 {
			out[name] = fmt.Sprint(n)
		} else {
			out[name] = fmt.Sprint(textSetOf(v), textMapOf(v))
		}
	}
	return out
}

// TestRestoreGoesOn ends a restore after each of its requests, and runs it
// again: the result is the same, and nothing is left of the first run. Every
// other time it does not sweep old logs, which would hide the rows that a run
// left behind.
func TestRestoreGoesOn(t *testing.T) {
	endpoint := localdb.ForTest(t)
	for n := 0; ; n++ {
		clock := chattest.NewClock()
		s := mustStore(t, clock.Now)
		yesterday(t, s, clock.Now())
		r := Restoration{Client: clientThrough(endpoint, &cut{left: n}), From: s.table, To: s.table, Sweep: n%2 == 1, Parallel: 2}
		first, err := r.Run(t.Context())
		if err == nil {
			if n < 10 {
				t.Fatalf("a restore of %d requests", n)
			}
			return
		}
		if !errors.Is(err, errCut) {
			t.Fatalf("after %d requests: %v", n, err)
		}
		r.Client = s.client
		second, err := r.Run(t.Context())
		if err != nil {
			t.Fatalf("after %d requests: %v", n, err)
		}
		logs := map[bool]int{true: 2, false: 4}[r.Sweep] // two rooms have a log
		if epochs := checkRestored(t, s, clock.Now()); len(epochs) != logs {
			t.Errorf("after %d requests there are logs %v", n, epochs)
		}
		if first.Connections > 0 && !second.Resumed && n > 4 || second.Rooms+second.Done != 3 {
			t.Errorf("after %d requests: %+v, then %+v", n, first, second)
		}
	}
}

// TestRestoreSweeps: only logs that no room has are deleted.
func TestRestoreSweeps(t *testing.T) {
	clock := chattest.NewClock()
	s := mustStore(t, clock.Now)
	yesterday(t, s, clock.Now())
	for _, dry := range []bool{true, false} {
		done, err := Restoration{Client: s.client, From: s.table, To: s.table, Sweep: true, DryRun: dry}.Run(t.Context())
		if err != nil || done.Swept != 63 {
			t.Errorf("dry %v: %+v, %v", dry, done, err)
		}
	}
	if epochs := checkRestored(t, s, clock.Now()); len(epochs) != 2 {
		t.Errorf("logs %v", epochs)
	}
}

func TestRestoreWithoutSessions(t *testing.T) {
	clock := chattest.NewClock()
	s := mustStore(t, clock.Now)
	yesterday(t, s, clock.Now())
	done, err := Restoration{Client: s.client, From: s.table, To: s.table, WithoutSessions: true}.Run(t.Context())
	if err != nil || done.Dropped != 3 || done.Sessions != 0 {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := s.Session(t.Context(), "h2"); !errors.Is(err, refusal.ErrNotFound) {
		t.Errorf("a session: %v", err)
	}
	checkRestored(t, s, clock.Now())
}

// TestRestoreWithoutSessionsIntoAnother: sessions of now stay, and sessions of
// then do not come back.
func TestRestoreWithoutSessionsIntoAnother(t *testing.T) {
	clock := chattest.NewClock()
	from, to := mustStore(t, clock.Now), mustStore(t, clock.Now)
	yesterday(t, from, clock.Now())
	if err := to.PutSession(t.Context(), people.Session{Hash: "now", UID: "u_n", Name: "Now", Expires: clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	done, err := Restoration{Client: to.client, From: from.table, To: to.table, WithoutSessions: true}.Run(t.Context())
	if err != nil || done.Dropped != 0 || done.Sessions != 0 || done.Names != 0 {
		t.Errorf("%+v, %v", done, err)
	}
	for id := range rowsOf(t, to.client, to.table) {
		if strings.HasPrefix(id, "NAME#") || strings.HasPrefix(id, "SESSION#") && id != "SESSION#now SESSION" {
			t.Errorf("restored: %s", id)
		}
	}
	if s, err := to.Session(t.Context(), "now"); err != nil || s.Name != "Now" {
		t.Errorf("who is signed in now: %+v, %v", s, err)
	}
	checkRestored(t, to, clock.Now())
}

// TestRestoreLeavesNames: a name stays with the person who has claimed it
// since. The previous owner finds that out at their next use, however recent
// their last use is.
func TestRestoreLeavesNames(t *testing.T) {
	now := func() time.Time { return time.Now().Truncate(time.Second) }
	from, to := mustStore(t, now), mustStore(t, now)
	expires := now().Add(time.Hour)
	claim := func(s *Store, key, uid string) {
		t.Helper()
		if err := s.Claim(t.Context(), people.Claim{Key: key, UID: uid, Name: key, Expires: expires}); err != nil {
			t.Fatal(err)
		}
	}
	claim(from, "ann", "u_before")
	claim(from, "bob", "u_bob")
	claim(to, "ann", "u_since")
	session := people.Session{Hash: "before", UID: "u_before", Name: "ann", Used: now(), Expires: expires}
	if err := from.PutSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if _, err := (Restoration{Client: to.client, From: from.table, To: to.table}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for key, uid := range map[string]string{"ann": "u_since", "bob": "u_bob"} {
		if err := to.Claim(t.Context(), people.Claim{Key: key, UID: "u_other", Name: key, Expires: expires}); !errors.Is(err, refusal.ErrTaken) {
			t.Errorf("%s is free: %v", key, err)
		}
		claim(to, key, uid)
	}
	restored, err := to.Session(t.Context(), "before")
	if err != nil || !restored.Used.IsZero() {
		t.Errorf("the next use would not look at the name: %+v, %v", restored, err)
	}
}

// TestRestoreRefuses to mix two restores, or a restore with running functions.
func TestRestoreRefuses(t *testing.T) {
	clock := chattest.NewClock()
	s := mustStore(t, clock.Now)
	yesterday(t, s, clock.Now())
	endpoint := localdb.ForTest(t)
	r := Restoration{Client: clientThrough(endpoint, &cut{left: 3}), From: s.table, To: s.table}
	if _, err := r.Run(t.Context()); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	other := Restoration{Client: s.client, From: mustCreateTable(t, endpoint), To: s.table}
	if _, err := other.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "under way") {
		t.Errorf("another restore: %v", err)
	}
	// A client connects while rooms are copied.
	r.Client = clientThrough(endpoint, hook{func(r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") {
			if err := s.PutConnection(context.Background(), chat.Connection{ID: "c9", Expires: clock.Now().Add(time.Hour)}); err != nil {
				t.Error(err)
			}
		}
	}})
	if _, err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "functions are using the table") {
		t.Errorf("functions are running: %v", err)
	}
	r.Client = s.client
	if done, err := r.Run(t.Context()); err != nil || !done.Resumed || done.Done != 3 || done.Connections != 1 {
		t.Errorf("at last: %+v, %v", done, err)
	}
	checkRestored(t, s, clock.Now())
}

// hook sees each request before it is passed on.
type hook struct{ look func(*http.Request) }

// Do implements [dynamodb.HTTPClient].
func (h hook) Do(r *http.Request) (*http.Response, error) {
	h.look(r)
	return http.DefaultClient.Do(r)
}

// TestClientsAfterARestore: a client that has seen more than was restored
// learns that the log began again, and its messages are not mistaken for
// others.
func TestClientsAfterARestore(t *testing.T) {
	clock := chattest.NewClock()
	s := mustStore(t, clock.Now)
	yesterday(t, s, clock.Now())
	if _, err := (Restoration{Client: s.client, From: s.table, To: s.table}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	service := chattest.NewRules(s, chattest.NewBroadcaster(), chat.Options{Now: clock.Now})
	if err := service.Connect(t.Context(), "c3", people.Session{Hash: "h1", UID: "u_h1", Name: "Ann", Used: clock.Now(), Expires: clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	seen := &chat.Position{Epoch: oldEpoch, Seq: 75}
	joined, err := service.Join(t.Context(), "c3", "general", seen)
	if err != nil || !joined.Reset || len(joined.Messages) != 50 || joined.Head != 60 {
		t.Errorf("joined: reset %v, %d messages, seq %d, %v", joined.Reset, len(joined.Messages), joined.Head, err)
	}
	_, err = service.Send(t.Context(), "c3", chat.Draft{Room: "general", CID: "n1", Text: "hi", Since: seen})
	if refusal.AsError(err).Code != refusal.Reset {
		t.Errorf("a send by the old log: %v", err)
	}
	receipt, err := service.Send(t.Context(), "c3", chat.Draft{Room: "general", CID: "n1", Text: "hi", Since: &chat.Position{Epoch: joined.Room.Epoch, Seq: joined.Head}})
	if err != nil || receipt.Seq != 61 || receipt.Epoch == oldEpoch {
		t.Errorf("a send by the new one: %+v, %v", receipt, err)
	}
}

// TestOnlyARestoreScans: every other operation reads by keys.
func TestOnlyARestoreScans(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if scans := strings.Contains(string(text), "ScanInput"); scans && name != "restore.go" && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s scans", name)
		}
	}
}
