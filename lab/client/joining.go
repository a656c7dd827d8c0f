package client

import "projectchat/internal/wire"

// join joins the room on an open channel. It names the known position, if there is one.
func (m *Machine) join(c *channel, done func(*refusal)) {
	fromNewest := m.fromNewest
	var since *wire.Position
	if !fromNewest {
		since = m.feed.position()
	}
	f := wire.Join{Head: c.head(wire.ActionJoin), Room: m.cfg.Room, Since: since}
	m.request(c, wire.ActionJoin, f, answerLimit, func(reply frame, refused *refusal) {
		if refused != nil {
			done(refused)
			return
		}
		if reply.UID != m.cfg.UID {
			m.signOut()
			return
		}
		if fromNewest {
			m.fromNewest = false
		}
		m.takeJoined(c, reply, since, fromNewest)
		done(nil)
	})
}

// rejoin joins again on the channel in use, asking for the newest page if fromNewest. Where
// there is no channel, the next join does it.
func (m *Machine) rejoin(fromNewest bool) {
	m.fromNewest = m.fromNewest || fromNewest
	if m.poll.on {
		m.poll.now()
		return
	}
	c := m.current
	if c == nil || m.rejoining {
		return
	}
	m.rejoining = true
	m.join(c, func(refused *refusal) {
		m.rejoining = false
		if refused != nil {
			m.drop(c, refused)
		} else if m.fromNewest {
			m.rejoin(false)
		}
		m.out.kick()
	})
}

// live: a new channel is in use.
func (m *Machine) live() {
	m.heart.start()
	if m.fromNewest {
		m.rejoin(false)
	} else if m.feed.log.behind() {
		m.feed.catchUp(nil)
	}
	m.feed.mend()
	m.out.resume()
}

// down: there is no channel to use.
func (m *Machine) down() {
	m.rejoining = false
	m.heart.stop()
	m.out.interrupted()
}
