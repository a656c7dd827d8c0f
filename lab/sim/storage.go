package sim

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"projectchat/lab/client"
)

// storage is a browser's store of an outbox, and the lock on it. The tabs that a person has
// in a room may share it.
type storage struct {
	entries []client.Stored
	waiting []holder // the first one holds the lock
	tried   map[string]bool
	newest  string // the entry that was written last
}

// holder is one life of a tab.
type holder struct {
	t *tab
	m *client.Machine
}

func (s *storage) read() []client.Stored { return slices.Clone(s.entries) }

// keep reports whether some tab had stored the entry before.
func (s *storage) keep(e client.Stored) (known bool) {
	if i := s.index(e.CID); i >= 0 {
		s.entries[i] = e
		return true
	}
	s.entries = append(s.entries, e)
	if s.tried == nil {
		s.tried = map[string]bool{}
	}
	s.newest, known = e.CID, s.tried[e.CID]
	s.tried[e.CID] = true
	return known
}

func (s *storage) index(cid string) int {
	return slices.IndexFunc(s.entries, func(e client.Stored) bool { return e.CID == cid })
}

func (s *storage) forget(cid string) {
	s.entries = slices.DeleteFunc(s.entries, func(e client.Stored) bool { return e.CID == cid })
}

// want queues for the lock.
func (s *storage) want(t *tab) {
	s.waiting = append(s.waiting, holder{t, t.m})
	if len(s.waiting) == 1 {
		t.soon(client.Locked{})
	}
	s.wake()
}

// contends reports whether a tab holds the lock and another one wants it. Chrome does not
// freeze a tab with a contended lock, and wakes one whose lock becomes contended: the intent
// to prototype "Conservative page freezing on desktop" (blink-dev, 2023-05-31).
func (s *storage) contends(t *tab) bool { return len(s.waiting) > 1 && s.waiting[0].t == t }

func (s *storage) wake() {
	if len(s.waiting) > 1 && s.waiting[0].t.frozen {
		t := s.waiting[0].t
		t.w.loop.in(time.Millisecond, func() { t.thaw(true) })
	}
}

// leave releases the lock, or leaves the queue for it.
func (s *storage) leave(t *tab) {
	i := slices.Index(s.waiting, holder{t, t.m})
	if i < 0 {
		return
	}
	s.waiting = slices.Delete(s.waiting, i, i+1)
	if i == 0 && len(s.waiting) > 0 {
		s.waiting[0].t.soon(client.Locked{})
	}
	s.wake()
}

// afresh returns an event with the entries that the storage has now.
func (t *tab) afresh(e client.Event) client.Event {
	if t.frozen {
		return e // the storage is read later
	}
	switch e.(type) {
	case client.Locked:
		e = client.Locked{Entries: t.stored()}
	case client.Loaded:
		e = client.Loaded{Entries: t.stored()}
	default:
		return e
	}
	t.holds(t.stored())
	return e
}

// soon hands in an event of the storage.
func (t *tab) soon(e client.Event) {
	m := t.m
	t.w.loop.in(time.Millisecond, func() {
		if t.m == m {
			t.event(t.afresh(e))
		}
	})
}

// word is the person's decision about an entry that waits since a reset. An entry that was
// never sent goes out, unless a later one was written: it would stand behind that one then.
func (t *tab) word(cid string) {
	m := t.m
	t.w.loop.in(time.Millisecond, func() {
		i := t.store.index(cid)
		if t.m != m || i < 0 || !t.store.entries[i].Reset {
			return
		}
		switch {
		case !t.store.entries[i].Tried && t.store.newest == cid && len(t.store.entries) == 1:
			t.w.stats["sent by decision"]++
			delete(t.outbox, cid)
			t.event(client.Retry{CID: cid})
		case t.w.chance(0.5):
			t.discarded(cid)
			t.event(client.Discard{CID: cid})
		}
	})
}

// late is how much later than others the tab may be: without a socket a hidden tab asks once
// a minute.
func (t *tab) late() time.Duration {
	if t.proxied {
		return 65 * time.Second
	}
	return 0
}

// fetch does a request over HTTP.
func (t *tab) fetch(a client.Fetch) {
	m := t.m
	answer := func(status int, body string) {
		if t.m == m {
			t.event(client.Fetched{ID: a.ID, Status: status, Body: []byte(body)})
		}
	}
	t.w.stats["requests over HTTP: "+a.Method]++
	if t.w.strikes(0.03, "request over HTTP lost") {
		t.w.loop.in(t.w.latency(), func() { answer(0, "") })
		return
	}
	path, query, _ := strings.Cut(a.Target, "?")
	e := httpEvent(a.Method, path, t.person.token, string(a.Body), parameters(query))
	t.w.http(e, func(status int, body string) {
		switch {
		case status == 0 && t.w.chance(0.5):
			answer(500, `{"message":"Internal Server Error"}`)
		case t.w.strikes(0.03, "answer over HTTP lost"):
			answer(0, "")
		default:
			answer(status, body)
		}
	})
}

func parameters(query string) map[string]string {
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err) // the machine's own requests
	}
	list := map[string]string{}
	for name := range values {
		list[name] = values.Get(name)
	}
	return list
}
