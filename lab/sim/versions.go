package sim

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"projectchat/internal/chat"
	"projectchat/lab/client"
)

// In some worlds not all is of the newest revision: pages stay open for hours, and
// a release is rolled back for some minutes, function after function.
//
// A function of revision 1 (before edits, deletions, reactions and typing) is the
// function of today that sees less: of requests and of rows the members that it did
// not know. So it refuses, compares and tells what that one did. What else has
// changed in functions since is not imitated; nor, in pages, but what is said of
// the revision of [client.Config].

// routes names the API's routes, which are deployed beside the functions.
const routes = "the routes"

var deployed = []string{"connect", "send", "history", "disconnect", routes}

// rollBack makes some of what is deployed, or all of it, one after the other, of
// revision 1 for a part of a scene.
func (w *world) rollBack(length time.Duration, dice *rand.Rand) {
	w.stats["releases rolled back"]++
	all := dice.Float64() < 0.5
	from, to := dice.Float64()*0.4, 0.6+dice.Float64()*0.25
	some := func(share float64) time.Duration { return time.Duration(share * float64(length)) }
	for _, what := range deployed {
		back, forth := from+dice.Float64()*0.15, to+dice.Float64()*0.15
		if all || dice.Float64() < 0.4 {
			w.loop.in(some(back), func() { w.old[what] = !w.ending })
			w.loop.in(some(forth), func() { w.old[what] = false })
		}
	}
}

// isOld tells whether a page that is loaded now is of revision 1.
func (t *tab) isOld() bool {
	return t.w.mixed && !t.w.ending && t.w.dice("page/"+t.who()).Float64() < 0.3
}

// stored is what the tab finds in its storage. A page of revision 1 does not look
// where later ones keep changes.
func (t *tab) stored() []client.Stored {
	list := t.store.read()
	if t.revision == 1 {
		list = slices.DeleteFunc(list, func(e client.Stored) bool { return e.Kind != "" })
	}
	return list
}

// asOld is an event as a function of revision 1 takes it, and what it answers. It
// decodes strictly: it is as if what it does not know had a name that nobody knows.
func (w *world) asOld(event any, done func(outcome, []byte)) (any, func(outcome, []byte)) {
	w.stats["invocations of revision 1"]++
	switch e := event.(type) {
	case events.APIGatewayWebsocketProxyRequest:
		e.Body = w.unknown(e.Body)
		return e, func(o outcome, reply []byte) {
			if o == answered {
				reply = ofRevision1(reply)
			}
			done(o, reply)
		}
	case events.APIGatewayV2HTTPRequest:
		e.Body = w.unknown(e.Body)
		return e, done
	}
	panic("sim: an event of an unknown kind")
}

// unknown gives the members of a request that came with revision 2 names that no
// function knows.
func (w *world) unknown(body string) string {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &members) != nil {
		return body
	}
	found := false
	for _, name := range []string{"kind", "target"} {
		if value, ok := members[name]; ok {
			delete(members, name)
			members["later "+name] = value
			found = true
		}
	}
	if !found {
		return body
	}
	w.stats["changes that met revision 1"]++
	return string(encoded(members))
}

// ofRevision1 is the answer to a join or a ping by a function of revision 1.
func ofRevision1(reply []byte) []byte {
	var r events.APIGatewayProxyResponse
	var frame map[string]json.RawMessage
	if json.Unmarshal(reply, &r) != nil || json.Unmarshal([]byte(r.Body), &frame) != nil || frame["v"] == nil {
		return reply
	}
	delete(frame, "v")
	if frame["heads"] == nil {
		frame["v"] = json.RawMessage("1")
	}
	r.Body = string(encoded(frame))
	return encoded(r)
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was JSON before
	}
	return b
}

// asOld leaves out of a row what a function of revision 1 does not read of it.
func (inv *invocation) asOld(m chat.Message) chat.Message {
	if inv.old {
		m.Target, m.Edited, m.Deleted, m.Edits, m.TextHash = 0, 0, 0, nil, ""
	}
	return m
}

// known tells where a frame goes, if it comes so far. By routes of revision 1
// typing goes where all goes that is not known; a function of revision 1 fails.
func (g *gateway) known(c *conn, action string) (function, route string, taken bool) {
	function, route = functionOf(action)
	switch {
	case route == "typing" && g.w.old[routes]:
		function, route = functionOf("")
	case route == "typing" && g.w.old[function]:
		g.own(c, "Internal server error")
		return "", "", false
	}
	return function, route, true
}
