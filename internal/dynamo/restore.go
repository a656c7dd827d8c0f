package dynamo

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// Restoration prepares a table for use that a point-in-time restore has made,
// while no function uses it. It deletes connections and seats, which belong to
// sockets that no longer exist. Each room gets a new epoch, and a copy of its
// log under that epoch. Otherwise a client that has seen more rows than were
// restored would mistake new messages for the ones that it knows by their seq.
//
// It may end at any point and be run again: a row of its own, RESTORE, says
// that it is under way, and makes the next run go on with the same epochs.
// docs/operations.md says when to use it, docs/decisions/0006 why it may scan.
type Restoration struct {
	Client *dynamodb.Client
	// From is the table that was restored, To the one that functions use. They may
	// be the same. Rows that only To has stay.
	From, To string
	// DryRun counts what there is to do, and writes nothing.
	DryRun bool
	// WithoutSessions leaves out the sessions and claimed names of From, so that
	// nobody who has signed out since then is signed in again. To keeps its own.
	// If both tables are the same, sessions and names are deleted, and everybody
	// has to sign in again.
	WithoutSessions bool
	// Sweep deletes, at the end, the rows of logs in To that belong to no room's
	// epoch any more.
	Sweep bool
	// Parallel is how many rooms are copied at the same time; 0 means 8.
	Parallel int
}

// Restored has the counts of a [Restoration]; in a dry run, of its plan.
type Restored struct {
	Resumed               bool // an earlier run had begun it
	Connections, Seats    int  // deleted rows
	Sessions, Names       int  // rows copied, or prepared in their place
	Dropped               int  // deleted sessions and names
	Rooms, Done, Messages int  // rooms with a new epoch; rooms that an earlier run had done; copied rows of logs
	Swept                 int  // deleted rows of logs
}

// restoreKey returns the key of the row that says that a restore is under way.
func restoreKey() item { return key("RESTORE", "RESTORE") }

// restoring is one run of a [Restoration].
type restoring struct {
	Restoration
	run   string
	mu    sync.Mutex
	done  Restored
	rooms []item
}

// Run restores the table. After an error the restore is still under way, and
// has to be run again.
func (r Restoration) Run(ctx context.Context) (Restored, error) {
	s := &restoring{Restoration: r}
	steps := []func(context.Context) error{s.begin, s.clear, s.copyRows, s.copyRooms, s.sweep, s.end}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return s.done, fmt.Errorf("dynamo: restore: %w", err)
		}
	}
	return s.done, nil
}

// begin takes up the run that is under way, or writes the row of a new one.
func (s *restoring) begin(ctx context.Context) error {
	found, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.To, Key: restoreKey(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	if len(found.Item) > 0 {
		if from := textOf(found.Item["from"]); from != s.From {
			return fmt.Errorf("a restore from table %q is under way: finish it first", from)
		}
		s.run, s.done.Resumed = textOf(found.Item["run"]), true
		return nil
	}
	s.run = rand.Text()
	if s.DryRun {
		return nil
	}
	_, err = s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.To, Item: row(restoreKey(), item{"run": text(s.run), "from": text(s.From)}),
		ConditionExpression: aws.String("attribute_not_exists(pk)"),
	})
	return err
}

// clear deletes the connections and seats of the table that functions use.
func (s *restoring) clear(ctx context.Context) error {
	filter := filter{"begins_with(pk, :a) OR begins_with(pk, :b)", []string{"CONN#", "LIVE#"}, true}
	return s.scan(ctx, s.To, filter, func(rows []item) error {
		for _, r := range rows {
			if strings.HasPrefix(pkOf(r), "CONN#") {
				s.done.Connections++
			} else {
				s.done.Seats++
			}
		}
		return s.write(ctx, deletions(rows))
	})
}

// copyRows copies sessions, names and the directory, and remembers the rooms.
func (s *restoring) copyRows(ctx context.Context) error {
	filter := filter{"begins_with(pk, :a) OR begins_with(pk, :b) OR begins_with(pk, :c) OR pk = :d", []string{"SESSION#", "NAME#", "ROOM#", directoryPK}, false}
	return s.scan(ctx, s.From, filter, func(rows []item) error {
		var writes []types.WriteRequest
		for _, r := range rows {
			if s.isForeignName(r) {
				if err := s.claim(ctx, r); err != nil {
					return err
				}
				continue
			}
			writes = append(writes, s.copyRow(r)...)
		}
		return s.write(ctx, writes)
	})
}

func (s *restoring) copyRow(r item) []types.WriteRequest {
	pk, here := pkOf(r), s.From == s.To
	isSession := strings.HasPrefix(pk, "SESSION#")
	switch {
	case strings.HasPrefix(pk, "ROOM#"):
		s.rooms = append(s.rooms, r)
		return nil
	case pk == directoryPK:
		if here {
			return nil
		}
		return puts([]item{r})
	case s.WithoutSessions && here:
		s.done.Dropped++
		return deletions([]item{r})
	case s.WithoutSessions:
		return nil
	case isSession:
		s.done.Sessions++
		if _, has := r["conns"]; here && !has {
			return nil
		}
		delete(r, "conns") // none of them is open
		delete(r, "used")  // the next use checks whether the name is still theirs
	default: // a name, in its own place
		s.done.Names++
		return nil
	}
	return puts([]item{r})
}

// isForeignName reports whether a row is a name to copy from another table.
func (s *restoring) isForeignName(r item) bool {
	return strings.HasPrefix(pkOf(r), "NAME#") && s.From != s.To && !s.WithoutSessions
}

// claim copies a name, unless another person has claimed it since then. In that
// case the previous owner's session loses the name at its next use.
func (s *restoring) claim(ctx context.Context, name item) error {
	s.done.Names++
	if s.DryRun {
		return nil
	}
	_, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.To, Item: name,
		ConditionExpression:       aws.String("attribute_not_exists(pk) OR uid = :uid OR NOT expires > :now"),
		ExpressionAttributeValues: item{":uid": name["uid"], ":now": seconds(time.Now())},
	})
	if conditionFailed(err) {
		return nil
	}
	return err
}

func (s *restoring) copyRooms(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(s.Parallel, 1))
	if s.Parallel == 0 {
		group.SetLimit(8)
	}
	for _, r := range s.rooms {
		group.Go(func() error {
			if err := s.copyRoom(ctx, r); err != nil {
				return fmt.Errorf("a room: %w", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// copyRoom copies a log, and only then gives the room its epoch. Until then
// another run copies it again, into the same rows.
func (s *restoring) copyRoom(ctx context.Context, r item) error {
	room := strings.TrimPrefix(pkOf(r), "ROOM#") // as in keys, escaped
	epoch := s.epoch(room)
	now, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.To, Key: key(pkOf(r), skOf(r)), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	if textOf(now.Item["epoch"]) == epoch {
		s.count(func(c *Restored) { c.Done++ })
		return nil
	}
	from, to := "LOG#"+room+"#"+textOf(r["epoch"]), "LOG#"+room+"#"+epoch
	pages := dynamodb.NewQueryPaginator(s.Client, &dynamodb.QueryInput{
		TableName: &s.From, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": text(from)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, m := range page.Items {
			m["pk"] = text(to)
		}
		if err := s.write(ctx, puts(page.Items)); err != nil {
			return err
		}
		s.count(func(c *Restored) { c.Messages += len(page.Items) })
	}
	r["epoch"] = text(epoch)
	if err := s.write(ctx, puts([]item{r})); err != nil {
		return err
	}
	s.count(func(c *Restored) { c.Rooms++ })
	return nil
}

// epoch returns a room's new epoch: the same in every attempt of this run, and
// impossible to guess before.
func (s *restoring) epoch(room string) string {
	sum := sha256.Sum256([]byte(s.run + "\x00" + room))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:16]
}

func (s *restoring) count(add func(*Restored)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	add(&s.done)
}

// sweep deletes logs that no room of the table names.
func (s *restoring) sweep(ctx context.Context) error {
	if !s.Sweep {
		return nil
	}
	current, restored := map[string]bool{}, map[string]bool{}
	for _, r := range s.rooms {
		restored[pkOf(r)] = true
	}
	rooms := filter{"begins_with(pk, :a)", []string{"ROOM#"}, false}
	err := s.scan(ctx, s.To, rooms, func(rows []item) error {
		for _, r := range rows {
			room := strings.TrimPrefix(pkOf(r), "ROOM#")
			// In a dry run a restored room still has its old epoch, whose log would be
			// swept.
			current["LOG#"+room+"#"+textOf(r["epoch"])] = !s.DryRun || !restored[pkOf(r)]
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.scan(ctx, s.To, filter{"begins_with(pk, :a)", []string{"LOG#"}, true}, func(rows []item) error {
		var old []item
		for _, r := range rows {
			if !current[pkOf(r)] {
				old = append(old, r)
			}
		}
		s.done.Swept += len(old)
		return s.write(ctx, deletions(old))
	})
}

// end checks that no function has used the table meanwhile, and deletes the
// run's row.
func (s *restoring) end(ctx context.Context) error {
	if s.DryRun {
		return nil
	}
	used := filter{"begins_with(pk, :a) OR begins_with(pk, :b)", []string{"CONN#", "LIVE#"}, true}
	err := s.scan(ctx, s.To, used, func(rows []item) error {
		if len(rows) > 0 {
			return errors.New("functions are using the table: stop them, and run it again")
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.To, Key: restoreKey()})
	return err
}

// filter selects the rows of a scan, by values :a, :b and so on.
type filter struct {
	expression string
	values     []string
	keysOnly   bool
}

// scan passes the selected rows of a table to each, a page at a time.
func (s *restoring) scan(ctx context.Context, table string, f filter, each func([]item) error) error {
	in := &dynamodb.ScanInput{
		TableName: &table, ConsistentRead: aws.Bool(true), FilterExpression: &f.expression, ExpressionAttributeValues: item{},
	}
	for i, v := range f.values {
		in.ExpressionAttributeValues[":"+string(rune('a'+i))] = text(v)
	}
	if f.keysOnly {
		in.ProjectionExpression = aws.String("pk, sk")
	}
	pages := dynamodb.NewScanPaginator(s.Client, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		if err := each(page.Items); err != nil {
			return err
		}
	}
	return nil
}
