package client

import (
	"projectchat/internal/wire"
)

// join joins the room on an open link, with since where something is known.
func (m *Machine) join(l *link, done func(*refusal)) {
	anew := m.anew
	var since *wire.Position
	if !anew {
		since = m.feed.position()
	}
	f := wire.Join{Head: l.head(wire.ActionJoin), Room: m.cfg.Room, Since: since}
	m.request(l, wire.ActionJoin, f, answerLimit, func(reply frame, refused *refusal) {
		if refused != nil {
			done(refused)
			return
		}
		if reply.UID != m.cfg.UID {
			m.signOut()
			return
		}
		if anew {
			m.anew = false
		}
		m.joined(l, reply, since, anew)
		done(nil)
	})
}

func (m *Machine) joined(l *link, f frame, since *wire.Position, anew bool) {
	m.key, m.revision = f.Room, f.V
	l.joined = true
	m.presence.joined(f.Online, f.OnlineCount)
	m.heart.holds(f.OnlineFor)
	m.feed.joined(f, since, anew)
	// A reset of another epoch's place says nothing of what was written in this one.
	m.out.joined(f.Epoch, f.Reset && since != nil && since.Epoch == f.Epoch)
	m.feed.mend()
	held := l.held
	l.held = nil
	for _, push := range held {
		m.unasked(l, push)
	}
}

// rejoin joins again on the link in use; where there is none, the next join does it.
func (m *Machine) rejoin(anew bool) {
	m.anew = m.anew || anew
	if m.poll.on {
		m.poll.now()
		return
	}
	l := m.current
	if l == nil || m.rejoining {
		return
	}
	m.rejoining = true
	m.join(l, func(refused *refusal) {
		m.rejoining = false
		if refused != nil {
			m.drop(l, refused)
		} else if m.anew {
			m.rejoin(false)
		}
		m.out.kick()
	})
}

// live: there is a link to use.
func (m *Machine) live() {
	m.heart.start()
	if m.anew {
		m.rejoin(false)
	} else if m.feed.log.behind() {
		m.feed.catchUp(nil)
	}
	m.feed.mend()
	m.out.resume()
}

// down: there is none any more.
func (m *Machine) down() {
	m.rejoining = false
	m.heart.stop()
	m.out.interrupted()
}

// unasked takes pushes, and replies that came after their request was given up.
func (m *Machine) unasked(l *link, f frame) {
	switch {
	case f.Type == wire.TypeBye:
		m.bye(l, f.Retry)
		return
	case !l.joined:
		l.held = append(l.held, f)
		return
	case f.Room != "" && f.Room != m.key:
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
		m.out.seen(f.Epoch, f.Messages)
	}
}

func (m *Machine) ping() {
	l := m.current
	if l == nil {
		m.heart.beaten()
		return
	}
	f := wire.Ping{Head: l.head(wire.ActionPing), Rooms: []string{m.key}}
	m.request(l, wire.ActionPing, f, pongLimit, func(reply frame, refused *refusal) {
		switch {
		case refused == nil:
			m.pong(reply)
		case refused.timedOut: // any other answer, a refusal too, shows that the socket lives
			m.drop(l, nil)
		case refused.code == "unauthorized": // but the server has forgotten the connection
			m.drop(l, refused)
		}
		m.heart.beaten()
	})
}

func (m *Machine) pong(f frame) {
	m.revision = max(f.V, 1) // the first did not say it here
	m.feed.mend()
	m.out.look() // a tab that was closed may have left something since
	m.out.kick() // what waited for a later server
	head, ok := f.Heads[m.key]
	if !ok {
		return
	}
	if !head.Live {
		m.rejoin(false)
		return
	}
	if head.Epoch != "" && head.Seq != nil {
		m.feed.head(head.Epoch, *head.Seq)
	}
	if head.OnlineCount == nil {
		return
	}
	m.heart.holds(head.OnlineFor)
	switch m.presence.pong(*head.OnlineCount, head.OnlineFor) {
	case wrong:
		m.heart.soon()
	case wrongAgain:
		m.rejoin(false)
	}
}
