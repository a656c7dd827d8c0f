package chattest

import (
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// log tests reads of a log: they return the run of it, whatever a single read
// shows, and no more than retention allows.
func (s rulesSuite) log(t *testing.T) {
	s.run(t, "hole read while it fills", (*Stage).holeThatFills)
	s.run(t, "hole that TTL tore", (*Stage).tornHole)
	s.run(t, "beginning that TTL took", (*Stage).tornBeginning)
	s.run(t, "join", (*Stage).joinPages)
	s.run(t, "join by bytes", (*Stage).joinBytes)
	s.run(t, "history", (*Stage).historyPages)
	s.run(t, "history refused", (*Stage).historyRefused)
	s.run(t, "history without a connection", (*Stage).historyByHTTP)
	s.run(t, "rows expire once they are not the newest", (*Stage).expiry, retain(2*24*time.Hour))
	s.run(t, "nothing expires without retention", (*Stage).noExpiry)
	s.run(t, "readers hide a prefix", (*Stage).hiddenPrefix, retain(2*24*time.Hour))
	s.run(t, "hidden rows count for a sender", (*Stage).hiddenCounts, retain(2*24*time.Hour))
	s.run(t, "wholly hidden log", (*Stage).hiddenLog, retain(2*24*time.Hour))
	s.run(t, "row hidden in the middle", (*Stage).hiddenMiddle)
}

func (s *Stage) holeThatFills() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	s.Fill(room, 1, 5, "")
	// A read that is no snapshot may show row 5 and not row 4. Rows beyond the
	// hole may not count until the hole was seen to be filled.
	for _, hidden := range []int64{1, 3, 4} {
		joined, err := s.Over(hideOnce(s.Store, hidden)).Join(s.Ctx, conn, "room", at(room, 0))
		s.OK(err)
		s.Same("joined", seqs(joined.Messages), upTo(1, 5))
		s.Same("reset", joined.Reset, false)
		page, err := s.Over(hideOnce(s.Store, hidden)).History(s.Ctx, conn, chat.HistoryQuery{Room: "room", After: new(int64(0))})
		s.OK(err)
		s.Same("history", seqs(page.Messages), upTo(1, 5))
	}
	draft := chat.Draft{Room: "room", CID: "c1", Text: "hello", Since: at(room, 2)}
	receipt, err := s.Over(hideOnce(s.Store, 4)).Send(s.Ctx, conn, draft)
	s.OK(err)
	s.Same("place", receipt.Seq, int64(6))
	// Its own message is in the hole: the send must find it there and not put it
	// again.
	draft.CID = "c2"
	s.OK2(s.Chat.Send(s.Ctx, conn, draft))
	s.Fill(room, 8, 9, "")
	receipt, err = s.Over(hideOnce(s.Store, 7)).Send(s.Ctx, conn, draft)
	s.OK(err)
	s.Same("repeat", []any{receipt.Seq, receipt.Duplicate}, []any{int64(7), true})
	s.Same("rows", seqs(s.Rows("room", room.Epoch)), upTo(1, 9))
}

// OK2 is OK for a call whose result does not matter.
func (s *Stage) OK2(_ any, err error) {
	s.Helper()
	s.OK(err)
}

func (s *Stage) tornHole() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	s.Fill(room, 1, 3, "")
	s.Fill(room, 6, 8, "")
	for seq := int64(0); seq <= 5; seq++ {
		_, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "hello", Since: at(room, seq)})
		s.Refused(err, refusal.Reset)
		joined, err := s.Chat.Join(s.Ctx, conn, "room", at(room, seq))
		s.OK(err)
		s.Same("reset", joined.Reset, true)
		s.Same("messages", seqs(joined.Messages), upTo(6, 8))
		_, err = s.Chat.History(s.Ctx, conn, chat.HistoryQuery{Room: "room", After: &seq})
		s.Refused(err, refusal.Reset)
	}
	s.Same("nothing was put", seqs(s.Rows("room", room.Epoch)), []int64{1, 2, 3, 6, 7, 8})
	joined := s.Join(conn, "room")
	s.Same("newest", seqs(joined.Messages), upTo(6, 8))
	s.Same("more", joined.More, false)
	s.Same("behind the hole", s.Send(conn, "room", "c1", "hello", at(room, 7)).Seq, int64(9))
	s.Same("without since", s.Send(conn, "room", "c2", "hello", nil).Seq, int64(10))
}

func (s *Stage) tornBeginning() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	s.Fill(room, 1001, 1003, "")
	for _, seq := range []int64{0, 1, 1000} {
		_, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "hello", Since: at(room, seq)})
		s.Refused(err, refusal.Reset)
	}
	s.Same("place", s.Send(conn, "room", "c1", "hello", nil).Seq, int64(1004))
	s.Same("rows", seqs(s.Rows("room", room.Epoch)), upTo(1001, 1004))
}

func (s *Stage) joinPages() {
	room := s.Room("room")
	session := s.SignIn("Ann")
	conn := s.Connect(session)
	joined := s.Join(conn, "room")
	s.Same("empty", []any{len(joined.Messages), joined.More, joined.Head, joined.Reset}, []any{0, false, int64(0), false})
	s.Same("me", joined.Me, chat.Person{UID: session.UID, Name: "Ann"})
	s.Fill(room, 1, 50, "")
	s.joins(conn, nil, upTo(1, 50), false, false, 50)
	s.Fill(room, 51, 251, "")
	s.joins(conn, nil, upTo(202, 251), true, false, 251)
	s.joins(conn, at(room, 0), upTo(1, 200), true, false, 251)
	s.joins(conn, at(room, 50), upTo(51, 250), true, false, 251)
	s.joins(conn, at(room, 51), upTo(52, 251), false, false, 251)
	s.joins(conn, at(room, 250), upTo(251, 251), false, false, 251)
	s.joins(conn, at(room, 251), upTo(1, 0), false, false, 251)
	s.joins(conn, at(room, 252), upTo(202, 251), true, true, 251)
	s.joins(conn, &chat.Position{Epoch: "another00000", Seq: 251}, upTo(202, 251), true, true, 251)
	s.joins(conn, &chat.Position{}, upTo(202, 251), true, true, 251)
	_, err := s.Chat.Join(s.Ctx, conn, "room", at(room, -1))
	s.Refused(err, refusal.BadRequest)
}

func (s *Stage) joins(conn string, since *chat.Position, want []int64, more, reset bool, head int64) {
	s.Helper()
	joined, err := s.Chat.Join(s.Ctx, conn, "room", since)
	s.OK(err)
	s.Same("messages", seqs(joined.Messages), want)
	s.Same("more, reset, head", []any{joined.More, joined.Reset, joined.Head}, []any{more, reset, head})
}

func (s *Stage) joinBytes() {
	room := s.Room("room")
	conn := s.Connect(s.SignIn("Ann"))
	s.Fill(room, 1, 80, strings.Repeat("x", 16<<10))
	joined, err := s.Chat.Join(s.Ctx, conn, "room", at(room, 0))
	s.OK(err)
	n := int64(len(joined.Messages))
	if n < 60 || n >= 80 {
		s.Errorf("%d messages of 16 KiB in one page, want about 64", n)
	}
	s.Same("messages", seqs(joined.Messages), upTo(1, n))
	s.Same("more, head", []any{joined.More, joined.Head}, []any{true, int64(80)})
	var all []chat.Message
	for more, after := true, new(int64(0)); more; {
		page, err := s.Chat.History(s.Ctx, conn, chat.HistoryQuery{Room: "room", After: after, Limit: new(100)})
		s.OK(err)
		all, more = append(all, page.Messages...), page.More
		after = new(all[len(all)-1].Seq)
	}
	s.Same("all pages", seqs(all), upTo(1, 80))
	all = nil
	for more, before := true, (*int64)(nil); more; {
		page, err := s.Chat.History(s.Ctx, conn, chat.HistoryQuery{Room: "room", Before: before, Limit: new(100)})
		s.OK(err)
		all, more = append(page.Messages, all...), page.More
		before = new(all[0].Seq)
	}
	s.Same("all pages, backwards", seqs(all), upTo(1, 80))
}

func (s *Stage) historyPages() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	page, err := s.Chat.History(s.Ctx, conn, chat.HistoryQuery{Room: "room"})
	s.OK(err)
	s.Same("empty", []any{len(page.Messages), page.More, page.Epoch}, []any{0, false, room.Epoch})
	page, err = s.Chat.History(s.Ctx, conn, chat.HistoryQuery{Room: "room", After: new(int64(0))})
	s.OK(err)
	s.Same("empty, after 0", []any{len(page.Messages), page.More}, []any{0, false})
	s.Fill(room, 1, 120, "")
	n := func(seq int64) *int64 { return &seq }
	for name, c := range map[string]struct {
		query chat.HistoryQuery
		want  []int64
		more  bool
	}{
		"newest":              {chat.HistoryQuery{}, upTo(71, 120), true},
		"newest 100":          {chat.HistoryQuery{Limit: new(100)}, upTo(21, 120), true},
		"one":                 {chat.HistoryQuery{Limit: new(1)}, upTo(120, 120), true},
		"before the first":    {chat.HistoryQuery{Before: n(1)}, upTo(1, 0), false},
		"before the second":   {chat.HistoryQuery{Before: n(2)}, upTo(1, 1), false},
		"before, just all":    {chat.HistoryQuery{Before: n(51)}, upTo(1, 50), false},
		"before, one left":    {chat.HistoryQuery{Before: n(52)}, upTo(2, 51), true},
		"before beyond head":  {chat.HistoryQuery{Before: n(1000), Limit: new(2)}, upTo(119, 120), true},
		"after the beginning": {chat.HistoryQuery{After: n(0)}, upTo(1, 50), true},
		"after, just all":     {chat.HistoryQuery{After: n(70)}, upTo(71, 120), false},
		"after, one left":     {chat.HistoryQuery{After: n(69)}, upTo(70, 119), true},
		"after the last":      {chat.HistoryQuery{After: n(120)}, upTo(1, 0), false},
		"after, one":          {chat.HistoryQuery{After: n(118), Limit: new(1)}, upTo(119, 119), true},
		"after, the last one": {chat.HistoryQuery{After: n(119), Limit: new(1)}, upTo(120, 120), false},
	} {
		c.query.Room = " ROOM "
		page, err := s.Chat.History(s.Ctx, conn, c.query)
		s.OK(err)
		s.Same(name, seqs(page.Messages), c.want)
		s.Same(name+": room, epoch, more", []any{page.Room, page.Epoch, page.More}, []any{"room", room.Epoch, c.more})
	}
}

func (s *Stage) historyRefused() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	s.Fill(room, 1, 3, "")
	n := func(seq int64) *int64 { return &seq }
	for name, c := range map[string]struct {
		query chat.HistoryQuery
		code  refusal.Code
	}{
		"both":              {chat.HistoryQuery{Before: n(2), After: n(1)}, refusal.BadRequest},
		"limit 0":           {chat.HistoryQuery{Limit: new(0)}, refusal.BadRequest},
		"limit -1":          {chat.HistoryQuery{Limit: new(-1)}, refusal.BadRequest},
		"limit 101":         {chat.HistoryQuery{Limit: new(101)}, refusal.BadRequest},
		"before 0":          {chat.HistoryQuery{Before: n(0)}, refusal.BadRequest},
		"before -1":         {chat.HistoryQuery{Before: n(-1)}, refusal.BadRequest},
		"after -1":          {chat.HistoryQuery{After: n(-1)}, refusal.BadRequest},
		"13 digits, after":  {chat.HistoryQuery{After: n(1_000_000_000_000)}, refusal.BadRequest},
		"13 digits, before": {chat.HistoryQuery{Before: n(1_000_000_000_000)}, refusal.BadRequest},
		"beyond the head":   {chat.HistoryQuery{After: n(4)}, refusal.Reset},
		"far beyond it":     {chat.HistoryQuery{After: n(999_999_999_999)}, refusal.Reset},
		"room of controls":  {chat.HistoryQuery{Room: "a\x00b"}, refusal.BadRequest},
	} {
		if c.query.Room == "" {
			c.query.Room = "room"
		}
		_, err := s.Chat.History(s.Ctx, conn, c.query)
		s.Logf("%s: %v", name, err)
		s.Refused(err, c.code)
		_, err = s.Chat.ReadHistory(s.Ctx, c.query)
		s.Refused(err, c.code)
	}
	s.Room("another")
	for _, q := range []chat.HistoryQuery{{Room: "another"}, {Room: "not there"}} {
		_, err := s.Chat.History(s.Ctx, conn, q)
		s.Refused(err, refusal.NotJoined)
	}
	_, err := s.Chat.History(s.Ctx, "no connection", chat.HistoryQuery{Room: "room"})
	s.Refused(err, refusal.Unauthorized)
}

func (s *Stage) historyByHTTP() {
	room := s.Room("room")
	s.SignIn("Ann")
	s.Fill(room, 1, 3, "")
	page, err := s.Chat.ReadHistory(s.Ctx, chat.HistoryQuery{Room: "Room", After: new(int64(1))})
	s.OK(err)
	s.Same("messages", seqs(page.Messages), upTo(2, 3))
	s.Same("room, epoch", []string{page.Room, page.Epoch}, []string{"room", room.Epoch})
	_, err = s.Chat.ReadHistory(s.Ctx, chat.HistoryQuery{Room: "not there"})
	s.Refused(err, refusal.NotFound)
}

func (s *Stage) expiry() {
	_, conn := s.Guest("Ann", "room")
	room := s.Join(conn, "room").Room
	start := s.Now()
	for _, cid := range []string{"c1", "c2", "c3"} {
		s.Send(conn, "room", cid, "hello", nil)
		s.Pass(time.Hour)
	}
	var expires []time.Time
	for _, m := range s.Rows("room", room.Epoch) {
		expires = append(expires, m.Expires)
	}
	// Each row expires by its successor's time, the newest never.
	const kept = 2 * 24 * time.Hour
	s.Same("expires", expires, []time.Time{start.Add(time.Hour + kept), start.Add(2*time.Hour + kept), {}})
}

func (s *Stage) noExpiry() {
	_, conn := s.Guest("Ann", "room")
	s.Send(conn, "room", "c1", "hello", nil)
	s.Send(conn, "room", "c2", "hello", nil)
	for _, m := range s.Rows("room", s.Join(conn, "room").Room.Epoch) {
		s.Same("expires", m.Expires, time.Time{})
	}
}

// aged makes a room whose rows 1–4 are three days old and whose rows 5–7 are
// new.
func (s *Stage) aged() (room chat.Room, conn string) {
	s.Helper()
	room = s.Room("room")
	_, conn = s.Guest("Ann", "room")
	for seq := range int64(4) {
		s.put(room, chat.Message{Seq: seq + 1, At: s.Now().Add(-3 * 24 * time.Hour)})
	}
	s.Fill(room, 5, 7, "")
	return room, conn
}

func (s *Stage) hiddenPrefix() {
	room, conn := s.aged()
	s.joins(conn, nil, upTo(5, 7), false, false, 7)
	s.joins(conn, at(room, 4), upTo(5, 7), false, false, 7)
	s.joins(conn, at(room, 3), upTo(5, 7), false, true, 7)
	s.joins(conn, at(room, 0), upTo(5, 7), false, true, 7)
	page, err := s.Chat.History(s.Ctx, conn, chat.HistoryQuery{Room: "room", Before: new(int64(6))})
	s.OK(err)
	s.Same("before", seqs(page.Messages), upTo(5, 5))
	s.Same("more", page.More, false)
	page, err = s.Chat.History(s.Ctx, conn, chat.HistoryQuery{Room: "room", Before: new(int64(5))})
	s.OK(err)
	s.Same("before, hidden", []any{len(page.Messages), page.More}, []any{0, false})
	_, err = s.Chat.History(s.Ctx, conn, chat.HistoryQuery{Room: "room", After: new(int64(2))})
	s.Refused(err, refusal.Reset)
}

func (s *Stage) hiddenCounts() {
	room, conn := s.aged()
	s.Same("with since", s.Send(conn, "room", "c1", "hello", at(room, 1)).Seq, int64(8))
	s.Pass(3 * 24 * time.Hour)
	again := s.Connect(s.SignIn("Ben"))
	s.Join(again, "room")
	s.Same("without since", s.Send(again, "room", "c1", "hello", nil).Seq, int64(9))
	s.Same("since a hidden row", s.Send(again, "room", "c2", "hello", at(room, 2)).Seq, int64(10))
	s.Same("repeat behind it", s.Send(again, "room", "c2", "hello", at(room, 2)).Seq, int64(10))
}

func (s *Stage) hiddenLog() {
	room, _ := s.aged()
	s.Pass(3 * 24 * time.Hour)
	conn := s.Connect(s.SignIn("Ben"))
	s.joins(conn, nil, upTo(1, 0), false, false, 7)
	s.joins(conn, at(room, 7), upTo(1, 0), false, false, 7)
	s.joins(conn, at(room, 5), upTo(1, 0), false, true, 7)
	heads, err := s.Chat.Ping(s.Ctx, conn, []string{"room"})
	s.OK(err)
	s.Same("head", heads["room"].Seq, int64(7))
}

// hiddenMiddle: retention was on once and is off now. Rows that got their
// Expires then are hidden by it, and all older rows with them.
func (s *Stage) hiddenMiddle() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	s.Fill(room, 1, 6, "")
	s.OK(s.Store.ExpireMessage(s.Ctx, "room", room.Epoch, 3, s.Now().Add(-time.Second)))
	s.joins(conn, nil, upTo(4, 6), false, false, 6)
	s.joins(conn, at(room, 3), upTo(4, 6), false, false, 6)
	s.joins(conn, at(room, 1), upTo(4, 6), false, true, 6)
	s.Same("place", s.Send(conn, "room", "c1", "hello", at(room, 1)).Seq, int64(7))
}
