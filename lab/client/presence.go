package client

import (
	"slices"
	"time"

	"projectchat/internal/wire"
)

// leaveDelay is how long a person who left is still shown: most come back at once.
const leaveDelay = 1500 * time.Millisecond

// presence is the people in the room, put together from joined, pushes and pongs.
type presence struct {
	m         *Machine
	people    []wire.Person
	leaving   map[string]*timer // people who left and are still shown
	latest    map[string]string // the time of the latest push about each person
	told      int
	disagreed bool
}

func (p *presence) init(m *Machine) {
	p.m, p.told = m, -1
	p.leaving, p.latest = map[string]*timer{}, map[string]string{}
}

func (p *presence) joined(online []wire.Person, count int) {
	for uid := range p.leaving {
		p.stay(uid)
	}
	p.people = slices.Clone(online)
	p.disagreed = false
	p.tell(count)
}

// clear forgets everybody: over HTTP nobody is known.
func (p *presence) clear() {
	for uid := range p.leaving {
		p.stay(uid)
	}
	p.people = nil
	p.tell(-1)
}

func (p *presence) push(f frame) {
	for _, person := range f.Joined {
		if p.isNews(person.UID, f.At) {
			p.stay(person.UID)
			p.remove(person.UID)
			p.people = append(p.people, person)
		}
	}
	for _, person := range f.Left {
		if p.isNews(person.UID, f.At) {
			p.left(person.UID)
		}
	}
	p.tell(f.OnlineCount)
}

// verdict says whether a pong's count contradicts the list. A push may have overtaken the
// pong, so only the second contradiction in a row makes the client join again.
type verdict int

const (
	right verdict = iota
	wrong
	wrongAgain
)

// pong takes a pong's count, and how long that holds. A count that holds for no time is an
// estimate, as in a large room, and contradicts no list.
func (p *presence) pong(count int, holds int64) verdict {
	v := right
	if (holds > 0 || count == 0) && count != len(p.people)-len(p.leaving) {
		v = wrong
		if p.disagreed {
			v = wrongAgain
		}
	}
	p.disagreed = v == wrong
	p.tell(count)
	return v
}

func (p *presence) nameOf(uid string) string {
	for _, person := range p.people {
		if person.UID == uid {
			return person.Name
		}
	}
	return ""
}

func (p *presence) isNews(uid, at string) bool {
	if known, ok := p.latest[uid]; ok && at < known {
		return false
	}
	p.latest[uid] = at
	return true
}

func (p *presence) left(uid string) {
	here := slices.ContainsFunc(p.people, func(other wire.Person) bool { return other.UID == uid })
	if _, leaving := p.leaving[uid]; leaving || !here {
		return
	}
	t := &timer{fire: func() {
		delete(p.leaving, uid)
		p.remove(uid)
		p.publish()
	}}
	p.leaving[uid] = t
	p.m.set(t, leaveDelay)
}

func (p *presence) stay(uid string) {
	if t, ok := p.leaving[uid]; ok {
		p.m.clear(t)
		delete(p.leaving, uid)
	}
}

func (p *presence) remove(uid string) {
	p.people = slices.DeleteFunc(p.people, func(other wire.Person) bool { return other.UID == uid })
}

func (p *presence) tell(count int) {
	p.told = count
	p.publish()
}

func (p *presence) publish() {
	count := p.told
	if count >= 0 {
		count += len(p.leaving)
	}
	p.m.act(People{slices.Clone(p.people), count})
}
