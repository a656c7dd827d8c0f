package chattest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// sending tests that a message is written once, in one order, in spite of every
// failure.
func (s rulesSuite) sending(t *testing.T) {
	s.run(t, "64 senders with since", func(s *Stage) { s.manySenders(true) })
	s.run(t, "64 senders without since", func(s *Stage) { s.manySenders(false) })
	s.run(t, "one cid 100 times at once", func(s *Stage) { s.oneCIDAtOnce(true) })
	s.run(t, "one cid 100 times at once without since", func(s *Stage) { s.oneCIDAtOnce(false) })
	s.run(t, "lost answer of a put", (*Stage).lostAnswer)
	s.run(t, "cid used again", (*Stage).cidConflict)
	s.run(t, "cid is one person's", (*Stage).cidOfAnother)
	s.run(t, "repeat is pushed again for a minute", (*Stage).repeatPushed)
	s.run(t, "since refused", (*Stage).sinceRefused)
	s.run(t, "behind by rows", (*Stage).behindByRows)
	s.run(t, "behind by bytes", (*Stage).behindByBytes)
	s.run(t, "without since a repeat is found among the newest 100", (*Stage).newestHundred)
	s.run(t, "bad drafts", (*Stage).badDrafts)
	s.run(t, "as somebody else", (*Stage).asAnother)
	s.run(t, "time never goes back", (*Stage).timeNeverBack)
	s.run(t, "store calls of one send", (*Stage).callsOfOneSend)
	s.run(t, "post", (*Stage).post)
}

const (
	crowd      = 64
	perSender  = 20
	crowdTotal = crowd * perSender
)

func (s *Stage) manySenders(withSince bool) {
	var group errgroup.Group
	clients := make([]*client, crowd)
	for i := range clients {
		group.Go(func() (err error) {
			// Letters that do not look alike.
			name := fmt.Sprintf("sender %c%c", 'a'+i/8, 'a'+i%8)
			clients[i], err = s.client(name, "busy", withSince)
			return err
		})
	}
	s.OK(group.Wait())
	for _, c := range clients {
		group.Go(func() error {
			for n := range perSender {
				if err := c.say(fmt.Sprintf("%d", n)); err != nil {
					return fmt.Errorf("%s says %d: %w", c.conn, n, err)
				}
			}
			return nil
		})
	}
	s.OK(group.Wait())
	rows := s.Rows("busy", clients[0].epoch)
	s.Same("places", seqs(rows), upTo(1, crowdTotal))
	for _, c := range clients {
		var mine, texts []string
		for _, m := range rows {
			if m.UID == c.uid {
				mine, texts = append(mine, fmt.Sprintf("%s at %d", m.CID, m.Seq)), append(texts, m.Text)
			}
		}
		s.Same("what a sender was told", c.told, mine)
		if len(texts) != perSender || !slices.IsSortedFunc(texts, byNumber) {
			s.Errorf("messages of %s stand in the order %v", c.conn, texts)
		}
	}
}

func byNumber(a, b string) int { return len(a)*100 + int(a[0]) - len(b)*100 - int(b[0]) }

// client sends as a client of the protocol does: it has looked at all rows up
// to its since, which moves on over consecutive rows only, and tries again with
// the same cid.
type client struct {
	*Stage
	room, conn, uid, epoch string
	since                  *chat.Position // nil: the client keeps no track
	heard                  map[int64]string
	sent                   int
	told                   []string
}

func (s *Stage) client(name, room string, withSince bool) (*client, error) {
	session, _, err := s.Chat.SignIn(s.Ctx, name, "")
	if err != nil {
		return nil, err
	}
	conn := "conn " + name
	if err := s.Chat.Connect(s.Ctx, conn, session); err != nil {
		return nil, err
	}
	joined, err := s.Chat.Join(s.Ctx, conn, room, nil)
	if err != nil {
		return nil, err
	}
	c := &client{
		Stage: s, room: room, conn: conn, uid: session.UID, epoch: joined.Room.Epoch, heard: map[int64]string{},
	}
	if withSince {
		c.since = &chat.Position{Epoch: c.epoch}
	}
	return c, nil
}

func (c *client) say(text string) error {
	c.sent++
	draft := chat.Draft{Room: c.room, CID: fmt.Sprintf("cid-%d", c.sent), Text: text}
	for range 100 {
		if c.since != nil {
			draft.Since = new(*c.since)
		}
		receipt, err := c.Chat.Send(c.Ctx, c.conn, draft)
		if err == nil {
			c.told = append(c.told, fmt.Sprintf("%s at %d", receipt.CID, receipt.Seq))
			c.hear(receipt.Seq, receipt.CID)
			c.listen()
			return nil
		}
		if err := c.recover(err); err != nil {
			return err
		}
	}
	return errors.New("still refused after 100 attempts")
}

// recover reacts to an error as a client does before it tries again.
func (c *client) recover(err error) error {
	switch refusal.AsError(err).Code {
	case refusal.Busy:
		c.listen()
		return nil
	case refusal.Behind:
		if c.since == nil {
			return nil
		}
		page, err := c.Chat.History(c.Ctx, c.conn, chat.HistoryQuery{Room: c.room, After: &c.since.Seq})
		for _, m := range page.Messages {
			c.hear(m.Seq, m.CID)
		}
		return err
	}
	return err
}

// listen takes in the pushes that have come.
func (c *client) listen() {
	if c.since == nil {
		return
	}
	for _, m := range c.Broadcaster.Messages(c.conn, c.room) {
		c.hear(m.Seq, m.CID)
	}
}

func (c *client) hear(seq int64, cid string) {
	c.heard[seq] = cid
	for c.since != nil && c.heard[c.since.Seq+1] != "" {
		c.since.Seq++
	}
}

func (s *Stage) oneCIDAtOnce(withSince bool) {
	_, conn := s.Guest("Ann", "room")
	joined := s.Join(conn, "room")
	draft := chat.Draft{Room: "room", CID: "once", Text: "hello"}
	if withSince {
		draft.Since = at(joined.Room, 0)
	}
	var mu sync.Mutex
	var group errgroup.Group
	answers := map[chat.Receipt]int{}
	for range 100 {
		group.Go(func() error {
			receipt, err := s.Chat.Send(s.Ctx, conn, draft)
			mu.Lock()
			defer mu.Unlock()
			answers[receipt]++
			return err
		})
	}
	s.OK(group.Wait())
	first := chat.Receipt{Room: "room", CID: "once", Epoch: joined.Room.Epoch, Seq: 1, At: s.Now()}
	again := first
	again.Duplicate = true
	s.Same("answers", answers, map[chat.Receipt]int{first: 1, again: 99})
	s.Same("places", seqs(s.Rows("room", joined.Room.Epoch)), upTo(1, 1))
}

func (s *Stage) lostAnswer() {
	_, conn := s.Guest("Ann", "room")
	_, other := s.Guest("Ben", "room")
	room := s.Join(conn, "room").Room
	s.Send(other, "room", "b1", "first", nil)
	for _, since := range []*chat.Position{nil, at(room, 0), at(room, 1)} {
		cid := fmt.Sprintf("lost-%v", since != nil)
		if since != nil {
			cid += fmt.Sprint(since.Seq)
		}
		draft := chat.Draft{Room: "room", CID: cid, Text: "hello", Since: since}
		faulty, _ := s.Faulty(func(c Call) Fault {
			if c.Op == "Append" {
				return Fault{When: After}
			}
			return Fault{}
		})
		before := len(s.Rows("room", room.Epoch))
		if _, err := faulty.Send(s.Ctx, conn, draft); !errors.Is(err, ErrInjected) {
			s.Fatalf("error is %v, want the injected one", err)
		}
		s.Send(other, "room", "later-"+cid, "in between", nil)
		receipt, err := s.Chat.Send(s.Ctx, conn, draft)
		s.OK(err)
		want := chat.Receipt{Room: "room", CID: cid, Epoch: room.Epoch, Seq: int64(before) + 1, At: s.Now(), Duplicate: true}
		s.Same("receipt", receipt, want)
		s.Same("places", seqs(s.Rows("room", room.Epoch)), upTo(1, int64(before)+2))
	}
}

func (s *Stage) cidConflict() {
	_, conn := s.Guest("Ann", "room")
	room := s.Join(conn, "room").Room
	s.Send(conn, "room", "c1", "one text", nil)
	for _, since := range []*chat.Position{nil, at(room, 0)} {
		_, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "another", Since: since})
		s.Refused(err, refusal.CIDConflict)
	}
	// The same holds if the put finds the slot taken by this cid, which the look
	// back did not show yet.
	blind := s.Over(logHook{s.Store, func(chat.LogRange, chat.LogPage) chat.LogPage { return chat.LogPage{} }})
	_, err := blind.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "another", Since: at(room, 0)})
	s.Refused(err, refusal.CIDConflict)
	receipt, err := blind.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "one text", Since: at(room, 0)})
	s.OK(err)
	s.Same("repeat found in its slot", receipt, chat.Receipt{
		Room: "room", CID: "c1", Epoch: room.Epoch, Seq: 1, At: s.Now(), Duplicate: true,
	})
	s.Same("places", seqs(s.Rows("room", room.Epoch)), upTo(1, 1))
}

func (s *Stage) cidOfAnother() {
	_, ann := s.Guest("Ann", "room")
	_, ben := s.Guest("Ben", "room")
	s.Same("Ann's place", s.Send(ann, "room", "c1", "hers", nil).Seq, int64(1))
	receipt := s.Send(ben, "room", "c1", "his", nil)
	s.Same("Ben's place", receipt.Seq, int64(2))
	s.Same("duplicate", receipt.Duplicate, false)
	s.Join(ann, "another")
	s.Same("place in another room", s.Send(ann, "another", "c1", "hers", nil).Seq, int64(1))
}

func (s *Stage) repeatPushed() {
	_, ann := s.Guest("Ann", "room")
	_, ben := s.Guest("Ben", "room")
	for _, wait := range []struct {
		pass   int // seconds
		pushed int // messages that Ben has got
	}{{0, 1}, {59, 2}, {1, 2}} {
		s.Pass(time.Duration(wait.pass) * time.Second)
		s.Send(ann, "room", "c1", "hello", nil)
		s.Same("pushed", len(s.Broadcaster.Messages(ben, "room")), wait.pushed)
	}
}

func (s *Stage) sinceRefused() {
	_, conn := s.Guest("Ann", "room")
	room := s.Join(conn, "room").Room
	s.Fill(room, 1, 3, "")
	for name, c := range map[string]struct {
		since chat.Position
		code  refusal.Code
	}{
		"one beyond the head":  {chat.Position{Epoch: room.Epoch, Seq: 4}, refusal.Reset},
		"far beyond the head":  {chat.Position{Epoch: room.Epoch, Seq: 999_999_999_999}, refusal.Reset},
		"another epoch":        {chat.Position{Epoch: "epoch0000000"}, refusal.Reset},
		"another epoch's row":  {chat.Position{Epoch: "epoch0000000", Seq: 3}, refusal.Reset},
		"no epoch":             {chat.Position{Seq: 3}, refusal.Reset},
		"malformed epoch":      {chat.Position{Epoch: "../Epoch#%00\n", Seq: 3}, refusal.Reset},
		"endless epoch":        {chat.Position{Epoch: strings.Repeat("e", 4000), Seq: 3}, refusal.Reset},
		"negative":             {chat.Position{Epoch: room.Epoch, Seq: -1}, refusal.BadRequest},
		"more than 12 digits":  {chat.Position{Epoch: room.Epoch, Seq: 1_000_000_000_000}, refusal.BadRequest},
		"negative, over there": {chat.Position{Epoch: "epoch0000000", Seq: -1}, refusal.BadRequest},
	} {
		_, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "hello", Since: &c.since})
		s.Refused(err, c.code)
		s.Same(name+": rows", seqs(s.Rows("room", room.Epoch)), upTo(1, 3))
		s.Same(name+": rows over there", len(s.Rows("room", "epoch0000000")), 0)
	}
	s.Same("places behind", s.Send(conn, "room", "c1", "hello", at(room, 3)).Seq, int64(4))
}

func (s *Stage) behindByRows() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	s.Fill(room, 1, 201, "")
	draft := chat.Draft{Room: "room", CID: "c1", Text: "hello"}
	for _, seq := range []int64{0, 1, 2} {
		draft.Since = at(room, seq)
		_, err := s.Chat.Send(s.Ctx, conn, draft)
		s.Refused(err, refusal.Behind)
	}
	s.Same("rows", seqs(s.Rows("room", room.Epoch)), upTo(1, 201))
	s.Same("place", s.Send(conn, "room", "c1", "hello", at(room, 3)).Seq, int64(202))
	s.Fill(room, 203, 402, "")
	s.Same("a repeat is found however much follows", s.Send(conn, "room", "c1", "hello", at(room, 201)).Seq, int64(202))
	_, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "another", Since: at(room, 201)})
	s.Refused(err, refusal.CIDConflict)
}

func (s *Stage) behindByBytes() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	s.Fill(room, 1, 70, strings.Repeat("x", 16<<10))
	_, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c1", Text: "hello", Since: at(room, 1)})
	s.Refused(err, refusal.Behind)
	s.Same("rows", seqs(s.Rows("room", room.Epoch)), upTo(1, 70))
	s.Same("place", s.Send(conn, "room", "c1", "hello", at(room, 20)).Seq, int64(71))
}

func (s *Stage) newestHundred() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	s.Send(conn, "room", "c1", "hello", nil)
	s.Fill(room, 2, 100, "")
	s.Same("the 100th newest is found", s.Send(conn, "room", "c1", "hello", nil).Seq, int64(1))
	s.Fill(room, 101, 101, "")
	s.Same("the 101st is not", s.Send(conn, "room", "c1", "hello", nil).Seq, int64(102))
	s.Same("with since it is", s.Send(conn, "room", "c1", "hello", at(room, 0)).Seq, int64(1))
}

func (s *Stage) badDrafts() {
	session, conn := s.Guest("Ann", "room")
	good := chat.Draft{Room: "room", CID: "c1", Text: "hello"}
	for name, c := range map[string]struct {
		change func(*chat.Draft)
		code   refusal.Code
	}{
		"no room":       {func(d *chat.Draft) { d.Room = " " }, refusal.BadRequest},
		"no cid":        {func(d *chat.Draft) { d.CID = "" }, refusal.BadRequest},
		"long cid":      {func(d *chat.Draft) { d.CID = strings.Repeat("c", 41) }, refusal.BadRequest},
		"strange cid":   {func(d *chat.Draft) { d.CID = "c#1" }, refusal.BadRequest},
		"cid with line": {func(d *chat.Draft) { d.CID = "c1\n" }, refusal.BadRequest},
		"no text":       {func(d *chat.Draft) { d.Text = "" }, refusal.BadRequest},
		"long text":     {func(d *chat.Draft) { d.Text = strings.Repeat("x", 4001) }, refusal.TooLarge},
	} {
		draft := good
		c.change(&draft)
		_, err := s.Chat.Send(s.Ctx, conn, draft)
		s.Logf("%s: %v", name, err)
		s.Refused(err, c.code)
		_, err = s.Chat.Post(s.Ctx, session, draft)
		s.Refused(err, c.code)
	}
	_, err := s.Chat.Send(s.Ctx, conn, chat.Draft{Room: "elsewhere", CID: "c1", Text: "hello"})
	s.Refused(err, refusal.NotJoined)
	_, err = s.Chat.Send(s.Ctx, "no connection", good)
	s.Refused(err, refusal.Unauthorized)
	s.Same("rows", len(s.Rows("room", s.Join(conn, "room").Room.Epoch)), 0)
}

func (s *Stage) asAnother() {
	session, conn := s.Guest("Ann", "room")
	draft := chat.Draft{Room: "room", CID: "c1", Text: "hello", As: "u_another"}
	_, err := s.Chat.Send(s.Ctx, conn, draft)
	s.Refused(err, refusal.Unauthorized)
	_, err = s.Chat.Post(s.Ctx, session, draft)
	s.Refused(err, refusal.Unauthorized)
	draft.As = session.UID
	_, err = s.Chat.Send(s.Ctx, conn, draft)
	s.OK(err)
}

func (s *Stage) timeNeverBack() {
	room := s.Room("room")
	_, conn := s.Guest("Ann", "room")
	ahead := s.Now().Add(time.Second)
	s.put(room, chat.Message{Seq: 1, At: ahead})
	s.Same("without since", s.Send(conn, "room", "c1", "hello", nil).At, ahead)
	s.Same("with since", s.Send(conn, "room", "c2", "hello", at(room, 2)).At, ahead)
	blind := s.Over(logHook{s.Store, func(_ chat.LogRange, p chat.LogPage) chat.LogPage {
		p.Rows = p.Rows[:1]
		return p
	}})
	receipt, err := blind.Send(s.Ctx, conn, chat.Draft{Room: "room", CID: "c3", Text: "hello", Since: at(room, 2)})
	s.OK(err)
	s.Same("behind a slot that was taken", receipt.At, ahead)
}

func (s *Stage) callsOfOneSend() {
	_, ann := s.Guest("Ann", "room")
	_, _ = s.Guest("Ben", "room")
	room := s.Join(ann, "room").Room
	for n, since := range []*chat.Position{nil, at(room, 0), at(room, 2)} {
		service, faulty := s.Faulty(func(Call) Fault { return Fault{} })
		_, err := service.Send(s.Ctx, ann, chat.Draft{Room: "room", CID: fmt.Sprint(n), Text: "hello", Since: since})
		s.OK(err)
		calls := faulty.Trace()
		slices.Sort(calls[:2]) // the two reads run at the same time
		s.Same("calls", calls, []string{"Connection", "ReadLog", "Append", "Seats"})
	}
}

func (s *Stage) post() {
	session, tab := s.Guest("Ann", "room")
	second := s.Connect(session)
	s.Join(second, "room")
	_, other := s.Guest("Ben", "room")
	receipt, err := s.Chat.Post(s.Ctx, s.reread(session), chat.Draft{Room: "ROOM", CID: "c1", Text: "hello"})
	s.OK(err)
	s.Same("place", receipt.Seq, int64(1))
	for _, conn := range []string{tab, second, other} {
		s.Same("pushed to "+conn, seqs(s.Broadcaster.Messages(conn, "room")), upTo(1, 1))
	}
	receipt, err = s.Chat.Post(s.Ctx, s.reread(session), chat.Draft{Room: "made by it", CID: "c1", Text: "hello"})
	s.OK(err)
	s.Same("place in a new room", receipt.Seq, int64(1))
	_, err = s.Chat.Post(s.Ctx, s.reread(session), chat.Draft{
		Room: "room", CID: "c2", Text: "hello", Since: &chat.Position{Epoch: receipt.Epoch, Seq: 1},
	})
	s.Refused(err, refusal.Reset)
	rows := s.Rows("room", s.Join(tab, "room").Room.Epoch)
	s.Same("author", []string{rows[0].UID, rows[0].Name}, []string{session.UID, "Ann"})
}
