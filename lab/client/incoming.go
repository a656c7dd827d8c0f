package client

import "projectchat/internal/wire"

func (m *Machine) takeJoined(c *channel, f frame, since *wire.Position, fromNewest bool) {
	m.room, m.revision = f.Room, f.V
	c.joined = true
	m.presence.joined(f.Online, f.OnlineCount)
	m.heart.holds(f.OnlineFor)
	m.feed.joined(f, since, fromNewest)
	// If since is of another epoch, its reset says nothing about entries written in this one.
	m.out.joined(f.Epoch, f.Reset && since != nil && since.Epoch == f.Epoch)
	m.feed.mend()
	held := c.held
	c.held = nil
	for _, push := range held {
		m.takeFrame(c, push)
	}
}

// takeFrame takes a push, or a reply to a request that was given up.
func (m *Machine) takeFrame(c *channel, f frame) {
	switch {
	case f.Type == wire.TypeBye:
		m.bye(c, f.Retry)
		return
	case !c.joined:
		c.held = append(c.held, f)
		return
	case f.Room != "" && f.Room != m.room:
		return
	}
	switch f.Type {
	case wire.TypeMessages:
		m.heart.pushed()
		m.feed.push(f)
	case wire.TypePresence:
		m.presence.push(f)
	case wire.TypeTyping:
		m.act(Typing{wire.Person{UID: f.UID, Name: f.Name}})
	case wire.TypeSent:
		m.out.sent(f)
	case wire.TypeHistory:
		m.out.arrived(f.Epoch, f.Messages)
	}
}

func (m *Machine) takePong(f frame) {
	m.revision = max(f.V, 1) // revision 1 did not name itself in a pong
	m.feed.mend()
	m.out.look() // a tab that was closed may have left entries since
	m.out.kick() // changes may have waited for a later server
	head, ok := f.Heads[m.room]
	if !ok {
		return
	}
	if !head.Live {
		m.rejoin(false)
		return
	}
	if head.Epoch != "" && head.Seq != nil {
		m.feed.reaches(head.Epoch, *head.Seq)
	}
	if head.OnlineCount == nil {
		return
	}
	m.heart.holds(head.OnlineFor)
	switch m.presence.pong(*head.OnlineCount, head.OnlineFor) {
	case wrong:
		m.heart.askSoon()
	case wrongAgain:
		m.rejoin(false)
	}
}
