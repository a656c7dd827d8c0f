package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"projectchat/internal/chat"
	"projectchat/internal/dynamo"
	"projectchat/internal/refusal"
	"projectchat/internal/wire"
	"projectchat/lab/check"
)

// readAll reads the final history of each room: by two people, once from its end and once
// from its beginning, and from the database.
func (r *run) readAll(ctx context.Context) error {
	direct := func(t *tab) road {
		return newRoad(r.backend.address(), t.road.token, 0)
	}
	first, last := direct(r.tabs[0]), direct(r.tabs[len(r.tabs)-1])
	store := dynamo.New(r.client(), tableName, nil)
	names := []string{elsewhere}
	for _, room := range r.rooms {
		names = append(names, room.name)
	}
	for _, name := range names {
		back, err := readBack(ctx, first, name)
		if err != nil {
			return err
		}
		onward, err := readOnward(ctx, last, name)
		if err != nil {
			return err
		}
		r.rows("reader from the end", name, back)
		r.rows("reader from the beginning", name, onward)
		if err := r.readStore(ctx, store, name); err != nil {
			return err
		}
	}
	return nil
}

type reading struct {
	epoch string
	rows  []wire.Message
}

func page(ctx context.Context, who road, room string, more url.Values) (wire.HistoryPage, error) {
	var page wire.HistoryPage
	query := url.Values{"room": {room}, "limit": {"100"}}
	for name, values := range more {
		query[name] = values
	}
	status, answer, _, err := who.askAgain(ctx, http.MethodGet, "/api/messages", query, nil)
	if err != nil {
		return page, fmt.Errorf("read %s: %w", room, err)
	}
	if status == http.StatusNotFound {
		return page, nil
	}
	if status != http.StatusOK {
		return page, fmt.Errorf("read %s: %d %s", room, status, answer)
	}
	return page, json.Unmarshal(answer, &page)
}

func readBack(ctx context.Context, who road, room string) (all reading, err error) {
	query := url.Values{}
	var pages [][]wire.Message
	for {
		p, err := page(ctx, who, room, query)
		if err != nil {
			return all, err
		}
		all.epoch = p.Epoch
		pages = append(pages, p.Messages)
		if !p.More || len(p.Messages) == 0 {
			break
		}
		query.Set("before", strconv.FormatInt(p.Messages[0].Seq, 10))
	}
	for i := len(pages) - 1; i >= 0; i-- {
		all.rows = append(all.rows, pages[i]...)
	}
	return all, nil
}

func readOnward(ctx context.Context, who road, room string) (all reading, err error) {
	query := url.Values{"after": {"0"}}
	for {
		p, err := page(ctx, who, room, query)
		if err != nil {
			return all, err
		}
		all.epoch = p.Epoch
		all.rows = append(all.rows, p.Messages...)
		if !p.More || len(p.Messages) == 0 {
			return all, nil
		}
		query.Set("after", strconv.FormatInt(p.Messages[len(p.Messages)-1].Seq, 10))
	}
}

// readStore reads the rows from the database.
func (r *run) readStore(ctx context.Context, store *dynamo.Store, name string) error {
	room, err := store.Room(ctx, name)
	if errors.Is(err, refusal.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	all := reading{epoch: room.Epoch}
	for from := int64(1); ; {
		page, err := store.ReadLog(ctx, name, chat.LogRange{Epoch: room.Epoch, From: from, Limit: 1000})
		if err != nil {
			return err
		}
		for _, m := range page.Rows {
			all.rows = append(all.rows, wire.Message{Seq: m.Seq, UID: m.UID, CID: m.CID, Text: m.Text})
			from = m.Seq + 1
		}
		if !page.Truncated || len(page.Rows) == 0 {
			break
		}
	}
	r.rows("the database", name, all)
	return nil
}

func (r *run) rows(who, room string, all reading) {
	r.record.add(check.Record{Op: check.Read, Who: who, Room: room, Epoch: all.epoch})
	for _, m := range all.rows {
		r.record.add(check.Record{Op: check.Row, Who: who, Room: room, Epoch: all.epoch, Seq: m.Seq, UID: m.UID, CID: m.CID, Text: short(m.Text)})
	}
}

// hearLog records every line of the server's log that holds a canary: no log may hold one.
func (r *run) hearLog() error {
	file, err := os.Open(filepath.Join(r.out, "server.log"))
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.Contains(lines.Text(), canaryPrefix) {
			r.record.add(check.Record{Op: check.Heard, Who: "the server's log", Text: lines.Text()})
		}
	}
	return lines.Err()
}
