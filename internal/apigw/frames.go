package apigw

import (
	"time"

	"projectchat/internal/chat"
	"projectchat/internal/wire"
)

func position(p *wire.Position) *chat.Position {
	if p == nil {
		return nil
	}
	return &chat.Position{Epoch: p.Epoch, Seq: p.Seq}
}

func draft(b wire.SendBody) chat.Draft {
	return chat.Draft{
		Room: b.Room, CID: b.CID, Kind: b.Kind, Target: b.Target, Text: b.Text,
		Since: position(b.Since), As: b.As,
	}
}

func joinedFrame(id *string, j chat.Joined, resumed bool) wire.Joined {
	frame := wire.Joined{
		Type: wire.TypeJoined, ID: id, V: wire.Revision,
		Room: j.Room.Key, Title: j.Room.Title, UID: j.Me.UID, Epoch: j.Room.Epoch, Seq: j.Head,
		More: j.More, Reset: j.Reset,
		Online: persons(j.Presence.Online), OnlineCount: j.Presence.Count, OnlineFor: wholeMillis(j.Presence.OnlineFor),
	}
	rest := len(wire.Encode(frame))
	fit, cut := wire.Fit(messages(j.Messages), rest, !resumed)
	frame.Messages, frame.More = fit, j.More || cut
	return frame
}

func historyFrame(id *string, p chat.HistoryPage, ascending bool) wire.HistoryPage {
	frame := wire.HistoryPage{Type: wire.TypeHistory, ID: id, Room: p.Room, Epoch: p.Epoch, More: p.More}
	rest := len(wire.Encode(frame))
	fit, cut := wire.Fit(messages(p.Messages), rest, !ascending)
	frame.Messages, frame.More = fit, p.More || cut
	return frame
}

func sentFrame(id *string, r chat.Receipt) wire.Sent {
	return wire.Sent{
		Type: wire.TypeSent, ID: id, Room: r.Room, CID: r.CID,
		Epoch: r.Epoch, Seq: r.Seq, At: wire.Time(r.At), Duplicate: r.Duplicate,
	}
}

func pongFrame(id *string, heads map[string]chat.RoomHead) wire.Pong {
	frame := wire.Pong{Type: wire.TypePong, ID: id, V: wire.Revision, Heads: map[string]wire.RoomHead{}}
	for room, h := range heads {
		if !h.Joined {
			frame.Heads[room] = wire.RoomHead{}
			continue
		}
		frame.Heads[room] = wire.RoomHead{
			Epoch: h.Epoch, Seq: &h.Seq, Live: h.Live, OnlineCount: &h.Online, OnlineFor: wholeMillis(h.OnlineFor),
		}
	}
	return frame
}

// wholeMillis rounds up: a client that asks again after this time must not be
// too early.
func wholeMillis(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

// EncodePush returns the frame of a push as a client gets it.
func EncodePush(p chat.Push) []byte { return wire.Encode(pushFrame(p)) }

// pushFrame returns the frame of a push.
func pushFrame(p chat.Push) any {
	switch p := p.(type) {
	case chat.MessagesPush:
		return wire.Messages{Type: wire.TypeMessages, Room: p.Room, Epoch: p.Epoch, Messages: messages(p.Messages)}
	case chat.PresencePush:
		return wire.Presence{
			Type: wire.TypePresence, Room: p.Room, Joined: persons(p.Joined), Left: persons(p.Left),
			OnlineCount: p.OnlineCount, At: wire.Time(p.At),
		}
	case chat.TypingPush:
		return wire.TypingPush{Type: wire.TypeTyping, Room: p.Room, UID: p.Person.UID, Name: p.Person.Name}
	case chat.Bye:
		return wire.Bye{Type: wire.TypeBye, Code: string(p.Code), Retry: p.Retry}
	}
	panic("apigw: a push of an unknown kind")
}

func messages(rows []chat.Message) []wire.Message {
	out := make([]wire.Message, len(rows))
	for i, m := range rows {
		out[i] = wire.Message{
			Seq: m.Seq, Kind: m.Kind, CID: m.CID, UID: m.UID, Name: m.Name, Target: m.Target,
			Text: m.Text, At: wire.Time(m.At), Edited: m.Edited, Deleted: m.Deleted,
		}
	}
	return out
}

func persons(list []chat.Person) []wire.Person {
	out := make([]wire.Person, len(list))
	for i, p := range list {
		out[i] = wire.Person{UID: p.UID, Name: p.Name}
	}
	return out
}

func roomsObject(rooms []chat.Room, more bool) wire.Rooms {
	out := wire.Rooms{Rooms: make([]wire.Room, len(rooms)), More: more}
	for i, r := range rooms {
		out.Rooms[i] = wire.Room{Room: r.Key, Title: r.Title}
	}
	return out
}
