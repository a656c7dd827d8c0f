package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"projectchat/internal/wire"
	localdb "projectchat/local/dynamodb"
)

// TestDatabaseIsKilled kills the database while people talk. The chat goes on
// by itself. A repeated message is in the room once, and every acknowledged
// message is there.
func TestDatabaseIsKilled(t *testing.T) {
	p := newProject(t)
	d := p.run()
	url := d.ready()
	reader := say(t, url, "room", "0")
	database := p.database()
	began := time.Now()
	killed := make(chan struct{})
	const people = 4
	said := make([][]string, people)
	var all sync.WaitGroup
	for i := range people {
		writer := (&stack{URL: url}).mustSignIn(t, unique("Writer"))
		all.Go(func() { said[i] = writer.talk("room", fmt.Sprint(i), killed) })
	}
	// A database that ends within a second of its start is not started again.
	time.Sleep(time.Until(began.Add(1100 * time.Millisecond)))
	if err := syscall.Kill(database, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	close(killed)
	all.Wait()
	want := append(slices.Concat(said...), "0")
	got := reader.readsAll(url, "room")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("acknowledged:\n%q\nin the room:\n%q", want, got)
	}
	if again := p.database(); again == database {
		t.Error("it is the same database")
	}
	d.signal(os.Interrupt)
	if code := d.exit(); code != 0 || !slices.ContainsFunc(d.said, func(line string) bool { return strings.Contains(line, "runs again") }) {
		t.Errorf("exit code %d, said %q", code, d.said)
	}
}

// talk sends one message after another, each until it is acknowledged, and ten
// more after the database was killed.
func (p *person) talk(room, who string, killed <-chan struct{}) (said []string) {
	left := 10
	for n := 1; left > 0; n++ {
		select {
		case <-killed:
			left--
		default:
		}
		text := fmt.Sprintf("%s says %d", who, n)
		late := time.Now().Add(waitLimit)
		for p.request("POST", "/api/messages", wire.SendBody{Room: room, CID: fmt.Sprint("c", n), Text: text}).status >= 300 {
			if time.Now().After(late) {
				p.t.Errorf("%q is not acknowledged", text)
				return said
			}
		}
		said = append(said, text)
	}
	return said
}

// readsAll returns all texts of a room.
func (p *person) readsAll(url, room string) (texts []string) {
	p.t.Helper()
	p.s = &stack{URL: url}
	for after := int64(0); ; {
		var page wire.HistoryPage
		p.request("GET", fmt.Sprintf("/api/messages?room=%s&after=%d&limit=100", room, after), nil).decode(p.t, &page)
		if len(page.Messages) == 0 {
			return texts
		}
		for _, m := range page.Messages {
			texts, after = append(texts, m.Text), m.Seq
		}
	}
}

// TestOldDataIsKept: data of an earlier `make run` stay with DynamoDB Local,
// which needs Java. local/dynamodb tests the other conditions of the choice.
func TestOldDataIsKept(t *testing.T) {
	if os.Getenv(localdb.EngineVariable) != string(localdb.Local) {
		t.Skip("needs DB=dynamodb-local")
	}
	p := newProject(t)
	first := p.run()
	ann := say(t, first.ready(), "room", "kept")
	first.signal(os.Interrupt)
	first.exit()
	second := p.run("DB=")
	ann.reads(second.ready(), "room", "kept")
	if said := strings.Join(second.said, "\n"); !strings.Contains(said, "so DynamoDB Local starts") || !strings.Contains(said, "DynamoDB Local") {
		t.Errorf("it said %q", said)
	}
}
