package main

import (
	"fmt"
	"time"

	"projectchat/lab/storeproxy"
)

// profile is the size of a run and the number of its faults.
type profile struct {
	name     string
	rooms    int // of equal size
	inRoom   int // tabs in each of these
	inLarge  int // tabs in one large room; 0: there is none
	messages int
	rate     float64 // the aim, in messages a second
	cuts     float64 // the share of tabs whose connection breaks in a second

	storms, serverKills, databaseKills, brownouts int
	outsiders                                     int
	store                                         storeproxy.Faults
	gateway                                       string  // faults that blind no client
	blinding                                      string  // faults that only a heartbeat finds
	slowShare                                     float64 // of connections that are slow
	calm                                          time.Duration
	brief                                         bool // too short for a JVM to get fast
	hasty                                         bool // no fault blinds a client, so the run waits for no heartbeat
}

func (p profile) tabs() int { return p.rooms*p.inRoom + p.inLarge }

// scheduled returns how long this many messages take at the rate that is the aim.
func (p profile) scheduled(messages int) time.Duration {
	return time.Duration(float64(messages) / p.rate * float64(time.Second))
}

// gatewayFaults are those of profiles M and L: of the posts 3 % get 429, 2 % a 5xx, 1 % hang,
// and 2 % are late, doubled, reordered or lost.
const gatewayFaults = "post-429=0.03,post-500=0.01,post-500-delivered=0.01,post-hang=0.01," +
	"post-delay=0.005:400ms,post-double=0.005,post-reorder=0.005:400ms,post-drop=0.005," +
	"reply-drop=0.001,reply-error=0.002,message-error=0.002,connect-500=0.02," +
	"disconnect-drop=0.3,disconnect-delay=0.1:5s,disconnect-double=0.05"

var profiles = map[string]profile{
	// XS tests the instrument itself, in seconds.
	"XS": {
		name: "XS", rooms: 3, inRoom: 5, messages: 500, rate: 100, cuts: 0.05, outsiders: 2,
		gateway: gatewayFaults, store: storeFaults(0.02), slowShare: 0.2, calm: 4 * time.Second, hasty: true, brief: true,
	},
	"S": {
		name: "S", rooms: 20, inRoom: 10, messages: 10_000, rate: 220, cuts: 0.01, outsiders: 3,
		storms: 1, serverKills: 2, databaseKills: 1, brownouts: 1,
		gateway:  "post-429=0.015,post-500=0.005,post-500-delivered=0.005,post-hang=0.005,post-delay=0.005:400ms,post-double=0.005,post-reorder=0.005:400ms,post-drop=0.005,reply-drop=0.001,reply-error=0.002,message-error=0.002,connect-500=0.02,disconnect-drop=0.3,disconnect-delay=0.1:5s,disconnect-double=0.05",
		blinding: "post-410=0.003,post-410-delivered=0.002", store: storeFaults(0.02), slowShare: 0.2, calm: 8 * time.Second, brief: true,
	},
	"M": {
		name: "M", rooms: 40, inRoom: 20, inLarge: 200, messages: 100_000, rate: 140, cuts: 0.005, outsiders: 10,
		storms: 2, serverKills: 3, databaseKills: 2, brownouts: 4,
		gateway: gatewayFaults, blinding: "post-410=0.005,post-410-delivered=0.005", store: storeFaults(0.05), slowShare: 0.2, calm: 8 * time.Second,
	},
	"L": {
		name: "L", rooms: 40, inRoom: 20, inLarge: 200, messages: 1_000_000, rate: 370, cuts: 0.005, outsiders: 10,
		storms: 6, serverKills: 10, databaseKills: 5, brownouts: 20,
		gateway: gatewayFaults, blinding: "post-410=0.005,post-410-delivered=0.005", store: storeFaults(0.05), slowShare: 0.4, calm: 30 * time.Second,
	},
}

// storeFaults spreads a share of failing calls over the ways to fail.
func storeFaults(share float64) storeproxy.Faults {
	return storeproxy.Faults{Share: map[storeproxy.Fault]float64{
		storeproxy.Throttle: 0.4 * share, storeproxy.Conflict: 0.1 * share,
		storeproxy.Fail: 0.1 * share, storeproxy.FailAfter: 0.1 * share,
		storeproxy.Lost: 0.05 * share, storeproxy.LostAfter: 0.1 * share,
		storeproxy.Hang: 0.01 * share, storeproxy.HangAfter: 0.01 * share, storeproxy.Late: 0.13 * share,
	}}
}

// java returns java's options for the database. In a short run good compilation takes more
// time than it saves; in a long one memory is cheaper than collecting it.
func (p profile) java() []string {
	if p.brief {
		return []string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"}
	}
	return []string{"-XX:+UseParallelGC", "-Xms1g", "-Xmx1g"}
}

// String describes the profile in words.
func (p profile) String() string {
	large := ""
	if p.inLarge > 0 {
		large = fmt.Sprintf(" and 1 of %d", p.inLarge)
	}
	return fmt.Sprintf("profile %s: %d clients, %d rooms of %d%s, %d messages or more", p.name, p.tabs(), p.rooms, p.inRoom, large, p.messages)
}
