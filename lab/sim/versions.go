package sim

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"projectchat/internal/chat"
	"projectchat/internal/compose"
	"projectchat/lab/client"
)

// In some worlds not everything is of the newest revision: pages stay open for hours, and a
// release is rolled back for some minutes, function after function.
//
// A function of revision 1 (before edits, deletions, reactions and typing) is today's
// function, which sees less: of requests and rows only the fields that revision 1 knew. So it
// refuses, compares and answers as that one did. Other changes of the functions since then
// are not imitated. Of a page only the revision in [client.Config] is.

// apiRoutes names the API's routes, which are deployed beside the functions.
const apiRoutes = "the routes"

// rollBack makes some or all of the functions, one after the other, those of revision 1 for a
// part of a scene.
func (w *world) rollBack(length time.Duration, dice *rand.Rand) {
	w.stats["releases rolled back"]++
	all := dice.Float64() < 0.5
	from, to := dice.Float64()*0.4, 0.6+dice.Float64()*0.25
	some := func(share float64) time.Duration { return time.Duration(share * float64(length)) }
	for _, what := range append(slices.Sorted(maps.Keys(compose.Functions())), apiRoutes) {
		back, forth := from+dice.Float64()*0.15, to+dice.Float64()*0.15
		if all || dice.Float64() < 0.4 {
			w.loop.in(some(back), func() { w.old[what] = !w.ending })
			w.loop.in(some(forth), func() { w.old[what] = false })
		}
	}
}

// isOld reports whether a page that is loaded now is of revision 1.
func (t *tab) isOld() bool {
	return t.w.mixed && !t.w.ending && t.w.dice("page/"+t.who()).Float64() < 0.3
}

// stored returns the entries that the tab finds in its storage. A page of revision 1 does not
// read the place where later pages keep changes.
func (t *tab) stored() []client.Stored {
	list := t.store.read()
	if t.revision == 1 {
		list = slices.DeleteFunc(list, func(e client.Stored) bool { return e.Kind != "" })
	}
	return list
}

// asOld returns an event as a function of revision 1 takes it, and its answer. That function
// decodes strictly: a field that it does not know counts as one with an unknown name.
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

// unknown gives the fields of revision 2 in a request names that no function knows.
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

// ofRevision1 is the answer of a function of revision 1 to a join or a ping.
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

// asOld leaves the fields out of a row that a function of revision 1 does not read.
func (inv *invocation) asOld(m chat.Message) chat.Message {
	if inv.old {
		m.Target, m.Edited, m.Deleted, m.Edits, m.TextHash = 0, 0, 0, nil, ""
	}
	return m
}

// known returns the route of a frame, if the frame gets that far. Routes of
// revision 1 send typing where every unknown action goes; a function of revision 1 fails.
func (g *gateway) known(c *conn, action string) (route string, taken bool) {
	route = routeOf(action)
	switch {
	case route == "typing" && g.w.old[apiRoutes]:
		return "$default", true
	case route == "typing" && g.w.old[functions()[route]]:
		g.own(c, "Internal server error")
		return "", false
	}
	return route, true
}
