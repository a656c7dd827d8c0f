package chattest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/refusal"
)

// amending tests editing, deleting and reacting.
func (s rulesSuite) amending(t *testing.T) {
	s.run(t, "an edit", (*Stage).edit)
	s.run(t, "the later edit holds", (*Stage).editTwice)
	s.run(t, "a deletion leaves no text", (*Stage).deleteAll)
	s.run(t, "reactions", (*Stage).react)
	s.run(t, "only one's own", (*Stage).amendAnothers)
	s.run(t, "no such message", (*Stage).amendNothing)
	s.run(t, "past retention", (*Stage).amendHidden, retain(48*time.Hour))
	s.run(t, "repeats", (*Stage).repeatAmendments)
	s.run(t, "repeats of the first text", (*Stage).repeatFirstText)
	s.run(t, "an edit that a deletion overtakes", (*Stage).overtakenByDeletion)
	s.run(t, "an edit that an edit overtakes", (*Stage).overtakenByEdit)
	s.run(t, "a repeat that cannot look at the message", (*Stage).blindRepeat)
	s.run(t, "at most 100 edits", (*Stage).tooManyEdits)
	s.run(t, "bad drafts", (*Stage).badAmendments)
	s.run(t, "store calls", (*Stage).callsOfAmendments)
	s.run(t, "without a connection", (*Stage).postAmendment)
}

// Say sends a draft of any kind, which must succeed.
func (s *Stage) Say(conn string, d chat.Draft) chat.Receipt {
	s.Helper()
	receipt, err := s.Chat.Send(s.Ctx, conn, d)
	s.OK(err)
	return receipt
}

// Edit is the draft of an edit. Edit, Delete and React are about a message in
// the room "room"; their cids say what they do.
func Edit(target int64, text string) chat.Draft {
	return chat.Draft{Room: "room", CID: fmt.Sprintf("edit-%d-%d", target, len(text)), Kind: chat.KindEdit, Target: target, Text: text}
}

// Delete is the draft of a deletion.
func Delete(target int64) chat.Draft {
	return chat.Draft{Room: "room", CID: fmt.Sprintf("delete-%d", target), Kind: chat.KindDelete, Target: target}
}

// React is the draft of a reaction.
func React(target int64, sign string) chat.Draft {
	return chat.Draft{Room: "room", CID: fmt.Sprintf("react-%d-%x", target, sign), Kind: chat.KindReact, Target: target, Text: sign}
}

// texts returns the texts of rows, by their seq: "1 hello".
func texts(rows []chat.Message) []string {
	list := []string{}
	for _, m := range rows {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%d %s", m.Seq, m.Text)))
	}
	return list
}

// conversation makes a room in which Ann has said one thing and Ben listens.
func (s *Stage) conversation() (ann, ben string, room chat.Room) {
	_, ann = s.Guest("Ann", "room")
	_, ben = s.Guest("Ben", "room")
	s.Send(ann, "room", "c1", "hello", nil)
	return ann, ben, s.Join(ann, "room").Room
}

func (s *Stage) edit() {
	ann, ben, room := s.conversation()
	before := s.Rows("room", room.Epoch)[0]
	s.Pass(time.Minute)
	receipt := s.Say(ann, Edit(1, "hello all"))
	s.Same("receipt", receipt, chat.Receipt{Room: "room", CID: "edit-1-9", Epoch: room.Epoch, Seq: 2, At: s.Now()})
	rows := s.Rows("room", room.Epoch)
	s.Same("texts", texts(rows), []string{"1 hello all", "2 hello all"})
	after := before
	after.Text, after.Edited, after.Edits, after.TextHash = "hello all", 2, []int64{2}, rows[0].TextHash
	s.Same("the message", rows[0], after)
	s.Same("the edit", []any{rows[1].Kind, rows[1].Target, rows[1].UID}, []any{chat.KindEdit, int64(1), before.UID})
	pushed := s.Broadcaster.Messages(ben, "room")
	s.Same("pushed", texts(pushed), []string{"1 hello", "2 hello all"})
	s.Same("pushed of the edit", []any{pushed[1].Kind, pushed[1].Target}, []any{chat.KindEdit, int64(1)})
	s.Same("what a newcomer gets", texts(s.Join(ben, "room").Messages), []string{"1 hello all", "2 hello all"})
}

func (s *Stage) editTwice() {
	ann, _, room := s.conversation()
	s.Say(ann, Edit(1, "two"))
	s.Say(ann, Edit(1, "three"))
	s.Say(ann, Edit(1, "two")) // a repeat of the first edit
	m := s.Rows("room", room.Epoch)[0]
	s.Same("text", m.Text, "three")
	s.Same("edits", m.Edits, []int64{2, 3})
}

func (s *Stage) deleteAll() {
	ann, ben, room := s.conversation()
	s.Say(ann, Edit(1, "two"))
	s.Say(ben, React(1, "👍"))
	s.Say(ann, Edit(1, "three"))
	s.Same("place", s.Say(ann, Delete(1)).Seq, int64(5))
	rows := s.Rows("room", room.Epoch)
	s.Same("texts", texts(rows), []string{"1", "2", "3 👍", "4", "5"})
	s.Same("deleted", []int64{rows[0].Deleted, rows[0].Edited}, []int64{5, 4})
	again := Delete(1)
	again.CID = "again"
	s.Same("a second deletion", s.Say(ann, again).Seq, int64(6))
	s.Same("the first one holds", s.Rows("room", room.Epoch)[0].Deleted, int64(5))
	for _, d := range []chat.Draft{Edit(1, "late"), React(1, "👎")} {
		_, err := s.Chat.Send(s.Ctx, ann, d)
		s.Refused(err, refusal.NotFound)
	}
	s.Same("places", seqs(s.Rows("room", room.Epoch)), upTo(1, 6))
}

func (s *Stage) react() {
	ann, ben, room := s.conversation()
	s.Say(ben, React(1, "👍"))
	s.Say(ann, React(1, "🏳️‍🌈"))
	s.Say(ben, React(1, ""))
	rows := s.Rows("room", room.Epoch)
	s.Same("texts", texts(rows), []string{"1 hello", "2 👍", "3 🏳️‍🌈", "4"})
	s.Same("the message itself", []any{rows[0].Edited, rows[0].TextHash}, []any{int64(0), ""})
	s.Same("about", []int64{rows[1].Target, rows[2].Target, rows[3].Target}, []int64{1, 1, 1})
}

func (s *Stage) amendAnothers() {
	_, ben, room := s.conversation()
	for _, d := range []chat.Draft{Edit(1, "hijacked"), Delete(1)} {
		for _, since := range []*chat.Position{nil, at(room, 1)} {
			d.Since = since
			_, err := s.Chat.Send(s.Ctx, ben, d)
			s.Refused(err, refusal.Forbidden)
		}
	}
	s.Same("texts", texts(s.Rows("room", room.Epoch)), []string{"1 hello"})
}

func (s *Stage) amendNothing() {
	ann, _, room := s.conversation()
	s.Say(ann, Edit(1, "two"))
	s.Say(ann, React(1, "👍"))
	s.Say(ann, Delete(1))
	for _, target := range []int64{2, 3, 4, 5, 999_999_999_999} {
		for _, d := range []chat.Draft{Edit(target, "text"), Delete(target), React(target, "👍")} {
			_, err := s.Chat.Send(s.Ctx, ann, d)
			s.Refused(err, refusal.NotFound)
		}
	}
	s.Same("places", seqs(s.Rows("room", room.Epoch)), upTo(1, 4))
	_, err := s.Chat.Send(s.Ctx, ann, chat.Draft{
		Room: "room", CID: "x", Kind: chat.KindDelete, Target: 1, Since: &chat.Position{Epoch: "epoch0000000", Seq: 0},
	})
	s.Refused(err, refusal.Reset)
}

func (s *Stage) amendHidden() {
	ann, _, room := s.conversation()
	s.Pass(47 * time.Hour)
	again := s.Connect(s.SignIn("Anna"))
	s.Join(again, "room")
	s.Send(again, "room", "c2", "newer", nil)
	s.Pass(time.Hour)
	for _, d := range []chat.Draft{Delete(1), React(1, "👍")} {
		_, err := s.Chat.Send(s.Ctx, again, d)
		s.Refused(err, refusal.NotFound)
	}
	s.Same("places", seqs(s.Rows("room", room.Epoch)), upTo(1, 2))
	s.Logf("%s has ended meanwhile", ann)
}

func (s *Stage) repeatAmendments() {
	ann, ben, room := s.conversation()
	s.Send(ben, "room", "b1", "another", nil)
	for _, d := range []chat.Draft{Edit(1, "two"), React(2, "👍"), Delete(1), Edit(1, "two"), React(2, "👍"), Delete(1)} {
		for _, since := range []*chat.Position{nil, at(room, 2)} {
			d.Since = since
			s.Say(ann, d)
		}
	}
	s.Same("places", seqs(s.Rows("room", room.Epoch)), upTo(1, 5))
	for name, d := range map[string]chat.Draft{
		"another text":    {Room: "room", CID: "edit-1-3", Kind: chat.KindEdit, Target: 1, Text: "owt"},
		"another sign":    {Room: "room", CID: React(2, "👍").CID, Kind: chat.KindReact, Target: 2, Text: "👎"},
		"another target":  {Room: "room", CID: React(2, "👍").CID, Kind: chat.KindReact, Target: 1, Text: "👍"},
		"another kind":    {Room: "room", CID: "delete-1", Kind: chat.KindReact, Target: 2, Text: ""},
		"the usual kind":  {Room: "room", CID: React(2, "👍").CID, Text: "👍"},
		"not the usual":   {Room: "room", CID: "c1", Kind: chat.KindDelete, Target: 1},
		"a blanked text":  {Room: "room", CID: "edit-1-3", Kind: chat.KindEdit, Target: 1, Text: "hello"},
		"a message again": {Room: "room", CID: "edit-1-3", Text: "two"},
	} {
		_, err := s.Chat.Send(s.Ctx, ann, d)
		s.Log(name)
		s.Refused(err, refusal.CIDConflict)
	}
	// The repeat of the edit came after the deletion: its text goes to nobody.
	pushed := s.Broadcaster.Messages(ben, "room")
	s.Same("pushed last of the edit", texts(pushed[len(pushed)-6:])[:2], []string{"3", "3"})
}

func (s *Stage) repeatFirstText() {
	ann, _, room := s.conversation()
	s.Say(ann, Edit(1, "edited"))
	again := chat.Draft{Room: "room", CID: "c1", Text: "hello", Since: at(room, 0)}
	s.Same("a repeat of the first text", s.Say(ann, again).Duplicate, true)
	again.Text = "edited"
	_, err := s.Chat.Send(s.Ctx, ann, again)
	s.Refused(err, refusal.CIDConflict)
	s.Say(ann, Edit(1, "edited again"))
	s.Say(ann, Delete(1))
	again.Text = "hello"
	s.Same("after the deletion", s.Say(ann, again).Seq, int64(1))
	again.Text = "other"
	_, err = s.Chat.Send(s.Ctx, ann, again)
	s.Refused(err, refusal.CIDConflict)
	s.Same("texts", texts(s.Rows("room", room.Epoch)), []string{"1", "2", "3", "4"})
}

// during sends a draft and does something else just before its amendment.
func (s *Stage) during(conn string, d chat.Draft, meanwhile func()) {
	s.Helper()
	service, _ := s.Faulty(func(c Call) Fault {
		if c.Op == "Amend" && c.N == 1 {
			meanwhile()
		}
		return Fault{}
	})
	_, err := service.Send(s.Ctx, conn, d)
	s.OK(err)
}

func (s *Stage) overtakenByDeletion() {
	ann, ben, room := s.conversation()
	s.during(ann, Edit(1, "too late"), func() { s.Say(ann, Delete(1)) })
	s.Same("texts", texts(s.Rows("room", room.Epoch)), []string{"1", "2", "3"})
	s.Same("pushed", texts(s.Broadcaster.Messages(ben, "room")), []string{"1 hello", "3", "2"})
}

func (s *Stage) overtakenByEdit() {
	ann, _, room := s.conversation()
	s.during(ann, Edit(1, "first"), func() { s.Say(ann, Edit(1, "second")) })
	s.Same("the later holds", texts(s.Rows("room", room.Epoch)), []string{"1 second", "2 first", "3 second"})
	s.Say(ann, Delete(1))
	s.Same("and both go", texts(s.Rows("room", room.Epoch)), []string{"1", "2", "3", "4"})
}

// blindRepeat: a sender who is told that a row is in the log does not send
// again. So the answer must come after the message has been amended.
func (s *Stage) blindRepeat() {
	ann, _, room := s.conversation()
	draft := Edit(1, "edited")
	draft.Since = at(room, 1)
	for _, failing := range []string{"Append", "Amend"} { // Append takes effect although it fails
		service, _ := s.Faulty(func(c Call) Fault {
			if c.Op == failing {
				return Fault{When: map[string]When{"Append": After, "Amend": Before}[failing]}
			}
			return Fault{}
		})
		_, err := service.Send(s.Ctx, ann, draft)
		s.Same("refused", err != nil, true)
	}
	for n := range 2 {
		service, _ := s.Faulty(func(c Call) Fault {
			if c.Op == "ReadLog" && c.N == n+1 {
				return Fault{When: Before}
			}
			return Fault{}
		})
		_, err := service.Send(s.Ctx, ann, draft)
		s.Same("refused", err != nil, true)
	}
	s.Same("not yet", texts(s.Rows("room", room.Epoch)), []string{"1 hello", "2 edited"})
	s.Say(ann, draft)
	s.Same("then", texts(s.Rows("room", room.Epoch)), []string{"1 edited", "2 edited"})
}

func (s *Stage) tooManyEdits() {
	ann, _, room := s.conversation()
	draft := Edit(1, "text")
	for n := range 100 {
		draft.CID = fmt.Sprint("e", n)
		draft.Since = at(room, int64(n))
		s.Say(ann, draft)
	}
	draft.CID = "one-more"
	_, err := s.Chat.Send(s.Ctx, ann, draft)
	s.Refused(err, refusal.Forbidden)
	draft.CID = "e99"
	s.Same("a repeat", s.Say(ann, draft).Seq, int64(101))
	s.Say(ann, Delete(1))
	left := slices.DeleteFunc(s.Rows("room", room.Epoch), func(m chat.Message) bool { return m.Text == "" })
	s.Same("rows with a text", len(left), 0)
}

func (s *Stage) badAmendments() {
	session, ann := s.Guest("Ann", "room")
	room := s.Join(ann, "room").Room
	s.Send(ann, "room", "c1", "hello", nil)
	for name, c := range map[string]struct {
		draft chat.Draft
		code  refusal.Code
	}{
		"an unknown kind":         {chat.Draft{Kind: "poll", Text: "hello"}, refusal.BadRequest},
		"a kind in another case":  {chat.Draft{Kind: "Edit", Target: 1, Text: "hello"}, refusal.BadRequest},
		"a message with a target": {chat.Draft{Kind: chat.KindMessage, Target: 1, Text: "hello"}, refusal.BadRequest},
		"no kind, but a target":   {chat.Draft{Target: 1, Text: "hello"}, refusal.BadRequest},
		"an edit without target":  {chat.Draft{Kind: chat.KindEdit, Text: "hello"}, refusal.BadRequest},
		"a negative target":       {chat.Draft{Kind: chat.KindEdit, Target: -1, Text: "hello"}, refusal.BadRequest},
		"a target of 13 digits":   {chat.Draft{Kind: chat.KindDelete, Target: 1e12}, refusal.BadRequest},
		"an edit without text":    {chat.Draft{Kind: chat.KindEdit, Target: 1}, refusal.BadRequest},
		"a long edit":             {chat.Draft{Kind: chat.KindEdit, Target: 1, Text: strings.Repeat("x", 4001)}, refusal.TooLarge},
		"a deletion with text":    {chat.Draft{Kind: chat.KindDelete, Target: 1, Text: "hello"}, refusal.BadRequest},
		"a deletion of nothing":   {chat.Draft{Kind: chat.KindDelete}, refusal.BadRequest},
		"a word as a reaction":    {chat.Draft{Kind: chat.KindReact, Target: 1, Text: "yes"}, refusal.BadRequest},
		"a reaction to nothing":   {chat.Draft{Kind: chat.KindReact, Text: "👍"}, refusal.BadRequest},
	} {
		c.draft.Room, c.draft.CID = "room", "c2"
		_, err := s.Chat.Send(s.Ctx, ann, c.draft)
		s.Logf("%s: %v", name, err)
		s.Refused(err, c.code)
		_, err = s.Chat.Post(s.Ctx, s.reread(session), c.draft)
		s.Refused(err, c.code)
	}
	s.Same("texts", texts(s.Rows("room", room.Epoch)), []string{"1 hello"})
}

func (s *Stage) callsOfAmendments() {
	ann, _, room := s.conversation()
	for _, c := range []struct {
		draft chat.Draft
		want  []string // after the reads, which run at the same time
	}{
		{Edit(1, "two"), []string{"Append", "Amend", "Seats"}},
		{React(1, "👍"), []string{"Append", "Seats"}},
		{Delete(1), []string{"Append", "Amend", "BlankEdit", "Seats"}},
		{Edit(1, "two"), []string{"Amend", "BlankEdit", "Seats"}}, // a repeat
	} {
		c.draft.Since = at(room, 1)
		service, faulty := s.Faulty(func(Call) Fault { return Fault{} })
		_, err := service.Send(s.Ctx, ann, c.draft)
		s.OK(err)
		calls := faulty.Trace()
		slices.Sort(calls[:3])
		s.Same("calls of "+c.draft.Kind, calls, append([]string{"Connection", "ReadLog", "ReadLog"}, c.want...))
	}
}

func (s *Stage) postAmendment() {
	session, ann := s.Guest("Ann", "room")
	other, _ := s.Guest("Ben", "room")
	s.Send(ann, "room", "c1", "hello", nil)
	receipt, err := s.Chat.Post(s.Ctx, s.reread(session), Edit(1, "edited"))
	s.OK(err)
	s.Same("pushed to the author's tab", texts(s.Broadcaster.Messages(ann, "room")), []string{"2 edited"})
	s.Same("texts", texts(s.Rows("room", receipt.Epoch)), []string{"1 edited", "2 edited"})
	_, err = s.Chat.Post(s.Ctx, s.reread(other), Delete(1))
	s.Refused(err, refusal.Forbidden)
}
